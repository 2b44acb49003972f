"""Feeds: golden pairs, and every entry one delivery whatever the damage."""

import json
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import feedparser
import pytest

from transforms.core.feed import read_feed
from transforms.core.records import Item, Reason, Rejected, Stage

DATA = Path(__file__).parent.parent / "data" / "feeds"
PAIRS = sorted(path for path in DATA.iterdir() if path.suffix in {".rss", ".rdf", ".atom"})


def plain(answer):
    """What a golden file holds: the fields that are not empty, dates as text."""
    fields = {"rejected" if isinstance(answer, Rejected) else "item": answer.origin, **asdict(answer)}
    if isinstance(answer, Rejected):
        fields.pop("item", None)
    for skip in ("origin", "extractor", "source_kind", "pubstatus", "stage", "detail"):
        fields.pop(skip, None)
    fields["published"] = {k: v for k, v in fields.get("published", {}).items() if k != "raw"}
    if not fields["published"].get("at"):
        fields.pop("published")
    return {
        k: v
        for k, v in json.loads(
            json.dumps(fields, default=lambda v: v.isoformat() if isinstance(v, datetime) else str(v))
        ).items()
        if v
    }


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.name)
def test_golden(path):
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text(encoding="utf-8"))

    assert [
        plain(answer) for answer in read_feed(path.read_bytes(), origin=path.name, url="https://feeds.example/all")
    ] == expected


def rss(*items, head="", tail="</channel></rss>"):
    return f'{head}<rss version="2.0"><channel><title>Gazette</title>{"".join(items)}{tail}'.encode()


def item(n, body="Words enough.", close="</item>"):
    return f"<item><title>T{n}</title><link>https://g.example/{n}</link><description>{body}</description>{close}"


def read(data):
    return list(read_feed(data, origin="f"))


def titles(answers):
    return [answer.title for answer in answers]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
        '<!DOCTYPE rss [<!ENTITY c SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % c "x"> %c;]>',
        "<!DOCTYPE rss [<!ENTITY c '<b>&lt;</b>'>]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_made_of_others_or_from_outside_are_hostile(doctype, encoding):
    (answer,) = read(rss(item(1, "&c;"), head='<?xml version="1.0"?>' + doctype).decode().encode(encoding))

    assert (answer.stage, answer.reason) == (Stage.PARSE, Reason.HOSTILE_MARKUP)


def test_html_entities_and_simple_ones_of_its_own_are_read():
    head = '<!DOCTYPE rss SYSTEM "http://x.example/rss.dtd" [<!ENTITY desk "City Desk"><!ENTITY dash "&#8212;">]>'
    (answer,) = read(rss(item(1, "caf&eacute;&nbsp;&desk; &dash; &amp;lt;"), head=head))

    assert answer.text == "café City Desk — <"


def test_growth_by_entities_is_bounded():
    head = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 200}">]>'
    (answer,) = read(rss(item(1, "&a;" * 10_000), head=head))

    assert answer.reason is Reason.HOSTILE_MARKUP


def test_an_entry_without_text_is_told_with_title_and_address():
    (answer,) = read(rss("<item><title>Only</title><link>https://g.example/o</link></item>"))

    assert (answer.stage, answer.reason, answer.title, answer.url) == (
        Stage.EXTRACT,
        Reason.NO_TEXT,
        "Only",
        "https://g.example/o",
    )


def test_a_title_is_made_of_the_first_sentence():
    long = "word " * 60
    answers = read(
        rss(
            "<item><description>One died. Two live.</description></item>",
            f"<item><description>{long}</description></item>",
        )
    )

    assert answers[0].title == "One died."
    assert len(answers[1].title) <= 120
    assert answers[1].title.endswith("word…")


def test_a_cut_feed_gives_all_before_the_cut_and_one_rejection():
    whole = rss(*(item(n) for n in range(1, 6))).decode()
    cut = whole[: whole.index("T5") + 1] + "T5</title><descr"

    answers = read(cut.encode())

    assert titles(answers)[:4] == ["T1", "T2", "T3", "T4"]
    assert len(answers) == 5
    assert (answers[4].reason, answers[4].origin) == (Reason.TRUNCATED, "f#5")


def test_any_cut_keeps_every_whole_entry():
    whole = rss(*(item(n) for n in range(1, 6)))
    ends = [whole.index(b"</item>", whole.index(f"T{n}<".encode())) + 7 for n in range(1, 6)]
    for cut in range(ends[0], len(whole), 7):
        answers = read(whole[:cut])
        kept = sum(end <= cut for end in ends)

        assert titles(answers)[:kept] == [f"T{n}" for n in range(1, kept + 1)], cut
        assert all(isinstance(answer, Item) for answer in answers[:kept])
        assert len(answers) - kept <= 1


def test_a_section_that_is_never_closed_costs_its_entry_only():
    broken = item(2).replace("<description>", "<description><![CDATA[")
    answers = read(rss(item(1), broken, item(3, "<![CDATA[Three &amp; more]]>"), item(4)))

    assert [answer.origin for answer in answers] == ["f#1", "f#2", "f#3", "f#4"]
    assert [answer.title for answer in (answers[0], *answers[2:])] == ["T1", "T3", "T4"]
    assert answers[2].text == "Three & more"


def test_entries_never_closed_are_apart():
    answers = read(rss(item(1, close=""), item(2, close=""), item(3)))

    assert titles(answers) == ["T1", "T2", "T3"]


def test_tags_in_comments_and_sections_are_no_entries():
    text = "<![CDATA[an <item> of <b>news</b>]]>"
    answers = read(rss("<!-- <item><title>old</title></item> -->", item(1, text)))

    assert titles(answers) == ["T1"]


@pytest.mark.parametrize(
    "data",
    [b"", b"   ", b"words", b"<html><body><p>x</p></body></html>", b"<?xml version='1.0'?><opml/>", b"\x00\x01\x02"],
)
def test_what_is_no_feed_is_one_rejection(data):
    (answer,) = read(data)

    assert isinstance(answer, Rejected)
    assert answer.reason in {Reason.NOT_A_FEED, Reason.UNDECODABLE}


def test_a_feed_without_entries_delivers_nothing():
    assert read(rss()) == []


@pytest.mark.parametrize("name", ["windows-1251", "koi8-r", "utf-16", "utf-8"])
def test_declared_encodings_are_read(name):
    body = "Российские войска вошли в город, сообщили местные жители во вторник."
    data = rss(item(1, body), head=f'<?xml version="1.0" encoding="{name}"?>').decode().encode(name)

    assert [answer.text for answer in read(data)] == [body]


def test_russian_dates_with_weekdays_are_read():
    (answer,) = read(rss(item(1).replace("</item>", "<pubDate>Пт, 14 сен 2018 15:00:00 +0300</pubDate></item>")))

    assert answer.published.at.isoformat() == "2018-09-14T12:00:00+00:00"
    assert answer.published.taken_from == "rss pubDate"


def test_a_text_that_is_an_address_or_a_file_name_is_never_opened(monkeypatch, tmp_path):
    (tmp_path / "feed.xml").write_bytes(rss(item(1)))
    monkeypatch.setattr(feedparser.http, "get", lambda *_a, **_k: pytest.fail("fetched"))

    for name in (str(tmp_path / "feed.xml"), "https://g.example/feed.xml", "feed://g.example"):
        (answer,) = read(name.encode())
        assert answer.reason is Reason.NOT_A_FEED


def test_a_number_that_is_no_character_costs_nothing_else():
    answers = read(rss(item(1), item(2, "a &#99999999999; b & c"), item(3)))

    assert [answer.origin for answer in answers] == ["f#1", "f#2", "f#3"]
    assert (answers[0].title, answers[2].title) == ("T1", "T3")


@pytest.mark.parametrize(
    "hostile",
    [
        "<item>" * 2_000,
        "<![CDATA[" * 100_000,
        "<!--" * 200_000,
        "<item" * 20_000,
        "&a;" * 300_000,
        "<x>" * 20_000,
        "<" * 200_000,
    ],
    ids=["items", "sections", "comments", "openings", "references", "deep", "brackets"],
)
def test_hostile_markup_is_read_in_seconds(hostile):
    start = time.process_time()
    list(read_feed(rss(item(1), hostile, tail=""), origin="f"))

    assert time.process_time() - start < 20
