# ruff: noqa: E501  # texts in other scripts read better on few lines
"""Laws of meaning: each story below is delivered forwards, backwards, at once and again, and is told the same way."""

import json
import random
from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

import newsbeam

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = (
    "harbour council ferry border convoy relief family school clinic winter flour bakery bridge river valley road "
    "engineer doctor teacher market farmer harvest station radio evening morning village district official spokesman"
).split()


def body(seed, paragraphs=4):
    """A text of its own."""
    rng = random.Random(seed)
    sentence = lambda: f"{rng.choice(['Marrin', 'Oskel', 'Belda'])} said the {' '.join(rng.choices(WORDS, k=11))}."  # noqa: E731
    return "\n\n".join(" ".join(sentence() for _ in range(3)) for _ in range(paragraphs))


def wire(item, text, number=None, at=None, **more):
    """An item of an agency, `item` being its id."""
    said = {"uri": f"urn:wire:{item}", "provider": "NPB", "headline": item, "body_text": text, **more}
    said |= {"version": str(number)} if number is not None else {}
    said |= {"versioncreated": f"2026-02-01T{at:02}:00:00Z"} if at is not None else {}
    return {f"{item}.json": json.dumps(said)}


def kill(item, number=None, at=None, **more):
    return wire(item, "", number, at, pubstatus="canceled", **more)


def withhold(item, number=None, at=None, text=""):
    return wire(item, text, number, at, pubstatus="withheld")


def page(item, address, text, title="", canonical=""):
    """An archived page of the outlet named after the item."""
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    html = (
        f"<html><head><title>{title or item}</title>{link}</head><body><article><h1>{title or item}</h1>"
        + "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
        + "</article></body></html>"
    )
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    return {
        f"{item}.warc": f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nContent-Type: "
        f"application/http; msgtype=response\r\nContent-Length: {len(block.encode())}\r\n\r\n{block}\r\n\r\n"
    }


def entry(item, address, summary, content=""):
    """A feed with one entry."""
    full = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    return {
        f"{item}.xml": '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{item}</title><link>https://{item}.example/</link><item><title>{item}</title><link>{address}</link>"
        f"<description>{summary}</description>{full}</item></channel></rss>"
    }


def line(item, address, text, title="", **more):
    """A record that is known by its address."""
    return {f"{item}.jsonl": json.dumps({"url": address, "title": title or item, "text": text, **more}) + "\n"}


def site(item, rest="", scheme="https", host=""):
    return f"{scheme}://{host}{item}.example/news/1{rest}"


def paragraphs_of_html(text):
    return "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))


#: Name: (deliveries in the order of their loads, the texts that are current in the end, whatever the order).
STORIES = {
    "withheld-then-usable": (
        [
            wire("withheld-then-usable", body(10), 1, 8),
            withhold("withheld-then-usable", 2, 9),
            wire("withheld-then-usable", body(11), 3, 10),
        ],
        [body(11)],
    ),
    "withheld-then-the-same": (
        [
            wire("withheld-then-the-same", body(12), 1, 8),
            withhold("withheld-then-the-same", 2, 9, body(12)),
            wire("withheld-then-the-same", body(12), 3, 10),
        ],
        [body(12)],
    ),
    "withheld-then-a-summary": (
        [
            wire("withheld-then-a-summary", body(69), 1),
            withhold("withheld-then-a-summary", 2, None, body(69)),
            wire("withheld-then-a-summary", "", 3, description_text=body(70, 1)),
        ],
        [],
    ),
    "withheld-by-number": (
        [
            wire("withheld-by-number", body(13), 1),
            withhold("withheld-by-number", 2),
            wire("withheld-by-number", body(14), 4),
        ],
        [body(14)],
    ),
    "withheld-last": (
        [
            wire("withheld-last", body(15), 1, 8),
            wire("withheld-last", body(16), 2, 9),
            withhold("withheld-last", 3, 10),
        ],
        [],
    ),
    "withheld-twice": (
        [
            wire("withheld-twice", body(17), 1, 8),
            withhold("withheld-twice", 2, 9),
            wire("withheld-twice", body(18), 3, 10),
            withhold("withheld-twice", 4, 11),
        ],
        [],
    ),
    "killed": ([wire("killed", body(19), 1, 8), kill("killed", 2, 9), wire("killed", body(20), 3, 10)], []),
    "numbers-that-fall": (
        [wire("numbers-that-fall", body(21), 7, 8), wire("numbers-that-fall", body(22), 3, 9)],
        [body(21)],
    ),
    "a-number-that-is-huge": (
        [wire("a-number-that-is-huge", body(23), 10**17, 8), wire("a-number-that-is-huge", body(24), None, 9)],
        [body(23)],
    ),
    "a-clock-that-is-wrong": (
        [
            wire("a-clock-that-is-wrong", body(25), None, None, versioncreated="2031-01-01T00:00:00Z"),
            wire("a-clock-that-is-wrong", body(26), None, 9),
        ],
        [body(26)],
    ),
    "embargoed-then-free": (
        [
            wire("embargoed-then-free", body(27), 1, embargoed="2199-01-01T00:00:00Z"),
            wire("embargoed-then-free", body(27), 1),
        ],
        [body(27)],
    ),
    "an-update-under-embargo": (
        [
            wire("an-update-under-embargo", body(28), 1),
            wire("an-update-under-embargo", body(29), 2, embargoed="whenever"),
        ],
        [body(28)],
    ),
    "an-advance-summary": (
        [
            wire("an-advance-summary", "", 1, description_text=body(30, 1)),
            wire("an-advance-summary", body(30), 2, embargoed="2199-01-01T00:00:00Z"),
        ],
        [body(30, 1)],
    ),
    "one-article-by-every-way": (
        [
            entry("one-article-by-every-way", site("one-article-by-every-way", "?utm_source=rss"), body(31, 1)[:120]),
            entry(
                "one-article-by-every-way",
                site("one-article-by-every-way", "/"),
                body(31, 1)[:120],
                paragraphs_of_html(body(31)),
            ),
            page("one-article-by-every-way", site("one-article-by-every-way", "/amp", "http", "www."), body(31)),
            page("one-article-by-every-way", site("one-article-by-every-way", host="m."), body(31)),
            line("one-article-by-every-way", site("one-article-by-every-way", "#top"), body(31)),
        ],
        [body(31)],
    ),
    "another-claims-it": (
        [
            page("another-claims-it", site("another-claims-it"), body(32)),
            page("another-claims-it", "https://thief.example/1", body(33), canonical=site("another-claims-it")),
            page(
                "another-claims-it",
                site("another-claims-it", "/2"),
                body(34),
                canonical="https://another-claims-it.example/en/",
            ),
        ],
        [body(32), body(33), body(34)],
    ),
    "the-same-text-richer": (
        [
            entry("the-same-text-richer", site("the-same-text-richer"), "Soon.", paragraphs_of_html(body(60))),
            page("the-same-text-richer", site("the-same-text-richer"), body(60)),
            entry("the-same-text-richer", site("the-same-text-richer"), "Soon.", paragraphs_of_html(body(61))),
        ],
        [body(60)],
    ),
    "killed-with-a-copy-that-credits-it-elsewhere": (
        [
            wire("killed-with-a-copy-that-credits-it-elsewhere", body(62), 1),
            page("killed-with-a-copy-that-credits-it-elsewhere", site("credits"), body(62)),
            entry(
                "killed-with-a-copy-that-credits-it-elsewhere",
                site("credits"),
                "Soon.",
                paragraphs_of_html(f"MARRIN, Italy (NPB) - {body(62)}"),
            ),
            kill("killed-with-a-copy-that-credits-it-elsewhere"),
        ],
        [],
    ),
}


ARABIC = (
    "قال المجلس المحلي إن العبارة ستعود إلى الإبحار يوم الثلاثاء بعد شتاء من العواصف وأعمال الإصلاح في الميناء. وأضاف أن "
    "المهندسين عملوا طوال الليل لإصلاح الرصيف، وأن رحلة تجريبية نقلت أربعين شاحنة محملة بالطحين والدواء إلى القرى الجبلية."
)
VOWELLED = "".join(f"{sign}\u064e" if sign.isalpha() and place % 3 == 0 else sign for place, sign in enumerate(ARABIC))
TURKISH = (
    "İSTANBUL'da liman meclisi salı günü yaptığı açıklamada, kuzey adalarına giden feribotun fırtınalı bir kışın ve rıhtım "
    "onarımının ardından yeniden sefere çıkacağını bildirdi. Mühendisler rampayı onarmak için bütün gece çalıştı ve deneme "
    "seferi İdlib'deki köylere un ve ilaç taşıyan kırk kamyonu götürdü."
)
CHINESE = (
    "港务委员会周二表示，在经历了一个冬季的风暴和码头维修之后，前往北方岛屿的渡轮将再次启航。工程师们连夜修理坡道，一次试航运送了"
    "四十辆载有面粉和药品的卡车前往村庄。部长承诺，春天将有第二艘船投入使用。"
)
THAI = (
    "สภาท่าเรือกล่าวเมื่อวันอังคารว่าเรือเฟอร์รี่ไปยังหมู่เกาะทางเหนือจะแล่นอีกครั้งหลังจากฤดูหนาวที่มีพายุและการซ่อมแซมท่าเรือ "
    "วิศวกรทำงานตลอดทั้งคืนเพื่อซ่อมทางลาด และการทดสอบเดินเรือได้บรรทุกรถบรรทุกสี่สิบคันพร้อมแป้งและยาสำหรับหมู่บ้าน"
)


def market_ar(points, traded, name, day, town):
    """The close of a market: the same sentences each day, other figures and names."""
    return (
        f"أغلق مؤشر بورصة {town} عند {points} نقطة يوم {day} مع تداول {traded} سهم. وارتفع سهم شركة {name} بنسبة {traded % 7}.3 "
        f"بالمئة، بينما تراجع سهم المصرف الوطني بنسبة {traded % 5}.8 بالمئة. وقال محللون إن السوق تتابع أسعار النفط التي بلغت "
        f"{points % 90} دولارا للبرميل في نهاية التعاملات."
    )


def market_ru(points, traded, name, day, town):
    """The same in Russian."""
    return (
        f"Индекс биржи {town} закрылся на отметке {points} пунктов в {day}, объём торгов составил {traded} акций. Акции компании "
        f"{name} выросли на {traded % 7},3 процента, а акции Народного банка упали на {traded % 5},8 процента. Аналитики отметили, "
        f"что нефть стоила {points % 90} долларов за баррель к концу торгов."
    )


def outlets(name, *texts, title=""):
    """Each text at an address of its own, the first the earliest."""
    return {
        file: content
        for number, text in enumerate(texts)
        for file, content in line(
            f"{name}-{number}", f"https://{name}-{number}.example/x", text, title, published=f"2026-02-0{number + 1}"
        ).items()
    }


def apart(name, *texts, title=""):
    """The same, each in a load of its own, the latest first."""
    return [{file: content} for file, content in reversed(outlets(name, *texts, title=title).items())]


LONG = body(50, 6)
#: Name: (deliveries in the order of their loads, how many stories they are).
COPIES = {
    "identical-in-three-loads": (
        [outlets(f"identical{load}", *[body(51)] * 9) for load in range(3)],
        1,
    ),
    "edited-and-cut": (
        apart("edited", LONG, LONG.replace(" the ", " a ", 3), "\n\n".join(LONG.split("\n\n")[:3])),
        1,
    ),
    "a-copy-of-a-copy": (
        apart("chain", body(53), f"{body(53)}\n\n{body(52, 2)}", f"{body(53)}\n\n{body(52, 2)}\n\n{body(54, 1)}"),
        1,
    ),
    # Its own article has the longer text, too, as the poorer evidence: that cannot be what it is compared with.
    "a-copy-of-what-its-own-feed-said": (
        [
            page("own-feed-0", site("own-feed-0"), f"{body(63)}\n\n{body(64, 1)}")
            | entry("own-feed-1", site("own-feed-1"), "Soon.", paragraphs_of_html(f"{body(63)}\n\n{body(64, 1)}")),
            line("own-feed-1", site("own-feed-1"), body(63).replace(" the ", " a ", 1)),
        ],
        1,
    ),
    # The first of three with one text, which stood for the others, is replaced: two of them are still one story.
    "copies-of-what-is-no-longer-shown": (
        [
            entry("no-longer-0", site("no-longer-0"), "Soon.", paragraphs_of_html(body(65)))
            | line("no-longer-1", site("no-longer-1"), body(65), published="2199-01-01")
            | line("no-longer-2", site("no-longer-2"), f"{body(65)}\n\n{body(66, 1)}"),
            line("no-longer-0", site("no-longer-0"), body(67)),
        ],
        2,
    ),
    "a-date-that-another-delivery-knows": (
        [
            line("dated-0", site("dated-0"), body(68)),
            line("dated-1", site("dated-1"), body(68), published="2026-02-03"),
            line("dated-0", site("dated-0"), body(68), published="2026-02-01"),
        ],
        1,
    ),
    "vowel-signs": (apart("vowels", ARABIC, VOWELLED), 1),
    "without-turkish-letters": (
        apart("turkish", TURKISH, TURKISH.replace("İ", "I").replace("ş", "s").replace("ı", "i")),
        1,
    ),
    "no-spaces": (apart("chinese", CHINESE, CHINESE.replace("，", ",").replace("连夜", "彻夜")), 1),
    "no-spaces-thai": (apart("thai", THAI, THAI), 1),
    "a-template-in-arabic": (
        apart(
            "arabic",
            market_ar(1204, 412, "البحر", "الاثنين", "المدينة"),
            market_ar(1377, 985, "الجبل", "الأربعاء", "الساحل"),
        ),
        2,
    ),
    "a-template-in-russian": (
        apart(
            "russian",
            market_ru(1204, 412, "Море", "понедельник", "Город"),
            market_ru(1377, 985, "Гора", "среду", "Берег"),
        ),
        2,
    ),
    "very-short": (apart("short", "No comment.", "No comment."), 2),
}


#: Copies of nothing that is in `articles`, or was until it was recalled.
STRANDED = """
WITH alike AS (
    SELECT a_content_hash AS one, b_content_hash AS other FROM links
    UNION SELECT b_content_hash, a_content_hash FROM links
    UNION SELECT content_hash, content_hash FROM copies),
whole AS (
    SELECT article_id, content_hash FROM articles
    UNION ALL SELECT article_id, content_hash FROM held WHERE article_id IN (SELECT article_id FROM recalls))
FROM copies WHERE NOT EXISTS (
    FROM alike JOIN whole ON whole.content_hash = alike.other
    WHERE alike.one = copies.content_hash AND whole.article_id <> copies.article_id)
"""


def told(out):
    """Of each story what is current: texts by item, and what the views say of them."""
    with newsbeam.open(out) as archive:
        current = archive.sql(
            "SELECT article_id, version, version_number, source_version, updated_at, title, text FROM articles_current "
            "ORDER BY ALL"
        ).fetchall()
        stories = archive.sql("SELECT story_id, outlets, copies, article_ids FROM stories ORDER BY ALL").fetchall()
        loads = archive.sql("SELECT delivered, counts FROM loads").fetchall()
        rows = archive.sql(
            "SELECT article_id, version, title, text, richness FROM (FROM articles UNION ALL FROM copies) "
            "JOIN texts_known USING (article_id, version) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        keys = archive.sql("SELECT article_id, version FROM articles UNION ALL SELECT article_id, version FROM copies")
        richest = dict(archive.sql("SELECT article_id, max(richness) FROM texts_known GROUP BY ALL").fetchall())
        keys = keys.fetchall()
        stranded = archive.sql(STRANDED).fetchall()
    assert len(keys) == len(set(keys))
    assert stranded == []
    assert all(delivered == sum(count["count"] for count in counts) for delivered, counts in loads)
    return current, stories, [row for row in rows if row[-1] == richest[row[0]]]  # poorer rows are aside


def shown(out):
    """By name of a story: the texts that are current, and how many stories are told of it."""
    current, clusters = defaultdict(list), Counter()
    with newsbeam.open(out) as archive:
        texts = archive.sql(
            "SELECT DISTINCT split_part(sightings.origin, '/', -2), article_id, text "
            "FROM articles_current JOIN sightings USING (article_id)"
        )
        for name, _, text in texts.fetchall():
            current[name].append(text)
        for (origin,) in archive.sql("SELECT origin FROM stories").fetchall():
            clusters[origin.split("/")[-2]] += 1
    return current, clusters


def write(folder, name, deliveries):
    """Deliveries of all stories as files, each story in a folder of its own."""
    for number, (story, files) in enumerate(deliveries):
        for file, content in files.items():
            path = folder / name / str(number) / story / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, newline="")
    return folder / name


@pytest.fixture(scope="module")
def loads():
    """The deliveries, the n-th of every story in the n-th load."""
    every = STORIES | COPIES
    most = max(len(deliveries) for deliveries, _ in every.values())
    return [[(name, said[n]) for name, (said, _) in every.items() if n < len(said)] for n in range(most)]


def test_every_story_is_told_the_same_in_any_order(run, rows, tmp_path, loads):
    for number, load in enumerate(loads):
        run(write(tmp_path / "in", f"forward{number}", load), out=tmp_path / "forward")
    expected = told(tmp_path / "forward")
    current, clusters = shown(tmp_path / "forward")
    for name, (_, texts) in STORIES.items():
        assert sorted(current[name]) == sorted(texts), name
    for name, (_, number) in COPIES.items():
        assert clusters[name] == number, name
    for number, some in enumerate((loads[2:], loads[:2])):
        several = [each for load in some for each in load]
        run(write(tmp_path / "in", f"backward{number}", several), out=tmp_path / "backward")
    assert told(tmp_path / "backward") == expected
    every = write(tmp_path / "in", "at-once", [each for load in loads for each in load])
    run(every, out=tmp_path / "at-once")
    assert told(tmp_path / "at-once") == expected
    run(every, out=tmp_path / "at-once")
    assert told(tmp_path / "at-once") == expected
    assert rows(tmp_path / "at-once", "SELECT * FROM stored WHERE load_id = 2") == []
    assert rows(tmp_path / "at-once", "SELECT * FROM sightings WHERE load_id = 2") == []
