"""Histories, made at random: however their deliveries are permuted, batched and repeated, the same is told in the end.

One example is many small worlds at once, each with an agency item or two, outlets and words of its own, so that a run
of the pipeline serves them all. A delivery has its time: that of the load which reads its file, or when its address was
asked. A history that is told in two ways is run again alone, its deliveries are left out one by one as long as it still
is, and what is left is printed.
"""

import json
import random
import re
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import newsbeam
from pipeline.batches import Input
from pipeline.ingest import catch_up, pass_over, run_batches
from pipeline.options import ReadOptions
from pipeline.output import open_output
from pipeline.rawrecords import exchange_records
from pipeline.runs import Run, run_key
from transforms.core.exchange import Context, Kept
from transforms.core.pieces import Limits, Piece
from transforms.core.polling import Outcome, Request
from transforms.index import Index

#: Loads are of one of these times; none is later than an embargo of the histories' future.
TIMES = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 3, 6)]
#: The columns that are of a version, and not of what its first delivery said beside title and text.
TOLD = "article_id, version, source_version, updated_at, seen_at, title, text, content_hash, word_count, language"
#: What lies where everybody may read it, but rows that are poorer than a richer one.
UNION = """
    WITH richest AS (SELECT article_id, max(richness) AS richness FROM texts_known GROUP BY ALL)
    SELECT article_id, version, title, text FROM (FROM articles UNION ALL FROM copies)
    JOIN texts_known USING (article_id, version) JOIN richest USING (article_id, richness)
    GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Bytes as they are delivered somewhere at a time."""

    at: int  #: of TIMES
    origin: str
    form: str  #: of a Piece; "raw": an answer to a request, which has its own time whatever load reads it
    data: bytes
    state: str  #: what it shows of an article
    said: str  #: for a person

    def __str__(self):
        return f"{TIMES[self.at]:%m-%d} {self.origin}: {self.said}"


class World:
    """Words, texts and addresses of one history, which no other has."""

    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.name = f"w{seed:x}"
        syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
        self.words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(60)]
        self.places = ["".join(rng.choices(syllables, k=3)).title() for _ in range(6)]
        size = rng.choice([1, 4, 4, 6])
        base = [self.paragraph(1 if size == 1 else 3) for _ in range(size)]
        more, edited = self.paragraph(2), [re.sub(r" the (\w+)", r" that \1", base[0], count=1), *base[1:]]
        figure = [re.sub(r"\d+", lambda found: str(int(found[0]) + 9), base[0], count=1), *base[1:]]
        self.texts = {
            "base": base,
            "edited": edited,
            "figure": figure,
            "extended": [*base, more],
            "extended edited": [*edited, more],
            "cut": base[: max(1, size * 2 // 3)],
            "other": [self.paragraph(3) for _ in range(3)],
            "summary": [base[0][:160].rpartition(" ")[0]],
            "credited": [f"{self.places[0].upper()}, Italy (NPB) - {base[0]}", *base[1:]],
        }
        title = " ".join(rng.choices(self.words, k=6)).capitalize()
        # Very short texts are copies only where their titles meet, so all of these do.
        other = " ".join([title.split()[0], *rng.choices(self.words, k=4)])
        self.titles = {"base": title, "edited": f"{title} again", "other": other}

        # One for all: of a text that is delivered under two of them, the first that is stored holds. And where items
        # are withheld, a text is under it always or never: what is held does not say which of two reasons is gone.
        self.embargo = rng.choice(["2026-02-01T00:00:00Z", "2026-03-04T00:00:00Z", "2199-01-01T00:00:00Z", "noon"])
        self.withholds = rng.random() < 0.5
        self.under_embargo = rng.sample(sorted(self.texts), 1)

    def paragraph(self, sentences):
        rng = self.rng
        return " ".join(
            f"{rng.choice(self.places)} said the {' '.join(rng.choices(self.words, k=9))} and {rng.randint(2, 90)} "
            f"{' '.join(rng.choices(self.words, k=3))}."
            for _ in range(sentences)
        )


def history(seed, times=3):
    """The deliveries of a world, the same for the same seed."""
    world = World(seed)
    rng = world.rng
    kinds = rng.choices(
        ["wire", "kill", "withhold", "copy", "page", "feed", "asked page", "asked feed", "bare"],
        [10, 1, 3 * world.withholds, 5, 4, 3, 2, 2, 0.5],
        k=rng.randint(4, 12),
    )
    made = [_deliver(world, kind, number, rng.randrange(times)) for number, kind in enumerate(kinds)]
    states, moments, kept = {}, set(), []
    for each in made:
        # A place holds one thing at a time. What it shows again later is told in order of time alone: see test_laws.
        if (each.origin, each.at) not in moments and states.setdefault((each.origin, each.state), each.at) == each.at:
            moments.add((each.origin, each.at))
            kept.append(each)
    return kept


def _deliver(world, kind, number, at):
    rng = world.rng
    if kind in ("wire", "kill", "withhold"):
        return _wire(world, kind, number, at)
    text = rng.choice(["base", "base", "edited", "figure", "extended", "extended edited", "cut", "credited", "other"])
    title = rng.choice(["base", "base", "edited", "other"])
    body, head = world.texts[text], world.titles[title]
    host = f"{world.name}-o{rng.choice([0, 0, 1])}.example"
    scheme, www, rest = rng.choice([
        ("https", "", ""), ("https", "", ""), ("http", "www.", ""), ("https", "m.", ""), ("https", "", "amp"),
        ("https", "", "?utm_source=x"),
    ])  # fmt: skip
    path = f"/news/{rng.choice([1, 1, 1, 2])}"
    address = f"{scheme}://{www}{host}{path}{'/amp' if rest == 'amp' else rest}"
    place = rng.choice([f"{world.name}/{number}", f"{world.name}/shared-{kind}"])
    said = f"{kind} {address} {title!r} {text!r}"
    if kind == "copy":
        record = {"url": address, "title": head, "text": "\n\n".join(body)}
        if rng.random() < 0.4:
            record["published"] = f"2026-02-0{rng.randint(1, 3)}T08:00:00Z"
        if rng.random() < 0.3:
            record["versioncreated"] = f"2026-02-0{rng.randint(3, 6)}T08:00:00Z"
        return Delivery(
            at=at,
            origin=place,
            form="lines",
            data=json.dumps(record).encode() + b"\n",
            state=f"{body} {title} {record.get('versioncreated')}",
            said=f"{said} {record}",
        )
    if kind == "bare":
        data = "\n\n".join([head, *body]).encode()
        return Delivery(at=at, origin=place, form="document", data=data, state=f"{body} {title}", said=said)
    if kind in ("page", "asked page"):
        claimed = rng.choice([
            "", "", f"https://{host}{path}", f"https://{host}/", f"https://{world.name}-o1.example/news/1",
        ])  # fmt: skip
        return _page(kind, at, address, head, body, claimed, place, f"{body} {title}", f"{said} canonical={claimed}")
    full = rng.random() < 0.5
    return _feed(
        world,
        kind,
        at,
        address,
        head,
        body,
        full,
        place,
        f"{body} {title} {full}",
        f"{said} {'content' if full else 'summary'}",
    )


def _wire(world, kind, number, at):
    rng = world.rng
    text, title = (
        rng.choice(["base", "base", "edited", "figure", "extended", "cut", "other"]),
        rng.choice(["base", "base", "edited"]),
    )
    record = {"uri": f"urn:wire:{world.name}:{rng.choice([1, 1, 1, 2])}", "provider": "NPB"}
    record |= {"headline": world.titles[title], "body_text": "\n\n".join(world.texts[text])}
    if rng.random() < 0.6:
        record["version"] = str(rng.choice([1, 2, 2, 3, 4, 10**17, 10**19]))
    if rng.random() < 0.5:
        record["versioncreated"] = rng.choice(
            [*(f"2026-02-01T{hour:02}:00:00Z" for hour in (8, 9, 9, 10)), "2031-01-01T00:00:00Z"]
        )
    if rng.random() < 0.4:
        record["firstcreated"] = rng.choice(["2026-02-01T07:00:00Z", "2026-02-01T07:00:00Z", "2026-02-02T07:00:00Z"])
    if kind == "wire" and rng.random() < 0.1:
        text, record["description_text"] = "summary", "\n\n".join(world.texts["summary"])
        del record["body_text"]
    if kind == "wire" and (text in world.under_embargo if world.withholds else rng.random() < 0.2):
        record["embargoed"] = world.embargo
    if kind == "kill":
        record |= {"pubstatus": "canceled", "body_text": ""}
        if rng.random() < 0.3:
            del record["provider"]
    if kind == "withhold":
        record |= {"pubstatus": "withheld", "body_text": record["body_text"] if rng.random() < 0.5 else ""}
    told = {key: value for key, value in record.items() if key not in ("body_text", "headline")}
    shown = f"{world.texts[text]} {title}" if kind == "wire" else kind
    version = record.get("version", "").replace(str(10**19), "")  # too great for one, and that year is yet to come
    time = record.get("versioncreated", "").replace("2031-01-01T00:00:00Z", "")
    place = rng.choice([f"{world.name}/{number}", f"{world.name}/shared-wire"])
    return Delivery(
        at=at,
        origin=place,
        form="lines",
        data=json.dumps(record).encode() + b"\n",
        state=f"{shown} {version} {time}",
        said=f"{kind} {title!r} {text!r} {told}",
    )


def _page(kind, at, address, title, body, claimed, place, state, said):
    link = f'<link rel="canonical" href="{claimed}">' if claimed else ""
    html = (
        f"<html><head><title>{title}</title>{link}</head><body><article><h1>{title}</h1>"
        + "".join(f"<p>{escape(part)}</p>" for part in body)
        + "</article></body></html>"
    )
    if kind == "asked page":
        return _asked("page", at, address, html, state, said)
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nContent-Type: "
        f"application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return Delivery(at=at, origin=place, form="warc", data=head.encode() + block + b"\r\n\r\n", state=state, said=said)


def _feed(world, kind, at, address, title, body, full, place, state, said):
    content = "".join(f"<p>{escape(part)}</p>" for part in body)
    encoded = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if full else ""
    feed = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{world.name}</title><link>https://{world.name}.example/</link><item><title>{title}</title>"
        f"<link>{escape(address)}</link><description>{body[0][:120]}</description>{encoded}</item></channel></rss>"
    )
    if kind == "asked feed":
        return _asked("feed", at, f"https://{world.name}.example/feed.xml", feed, state, said)
    return Delivery(at=at, origin=place, form="document", data=feed.encode(), state=state, said=said)


def _asked(purpose, at, address, body, state, said):
    """An answer as a round of polling keeps it."""
    request = Request(
        request_id=said, purpose=purpose, url=address, host=address.split("/")[2],
        feed_url=address if purpose == "feed" else "", first_url=address, started_at=TIMES[at],
        outcome=Outcome.FETCHED, status=200,
    )  # fmt: skip
    context = Context(purpose=purpose, feed_url=request.feed_url, received_at=TIMES[at])
    kind = "text/html" if purpose == "page" else "application/rss+xml"
    data = exchange_records(
        Kept(context=context, request=request), 200, [("Content-Type", f"{kind}; charset=utf-8")], body.encode()
    )
    return Delivery(at=at, origin=address, form="raw", data=data, state=state, said=said)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one run of the pipeline reads: deliveries by (history, number), in order."""

    at: int
    dealt: tuple[tuple[int, int], ...]


def straight(histories):
    """Everything once, in order: a load for each time."""
    return [
        Load(at=at, dealt=tuple(key for key, delivery in _each(histories) if delivery.at == at))
        for at in sorted({delivery.at for _, delivery in _each(histories)})
    ]


def dealt(histories, rng, most):
    """Everything at least once, over a few loads in any order; a file is read by loads of its time."""
    times = sorted({delivery.at for _, delivery in _each(histories)})
    loads = [at for at in times for _ in range(rng.randint(1, max(1, most // len(times))))]
    rng.shuffle(loads)
    hands = [[] for _ in loads]
    for key, delivery in _each(histories):
        may = [number for number, at in enumerate(loads) if delivery.form == "raw" or at == delivery.at]
        for _ in range(rng.choice([1, 1, 1, 2])):
            hands[rng.choice(may)].append(key)
    for hand in hands:
        rng.shuffle(hand)
    return [Load(at=at, dealt=tuple(hand)) for at, hand in zip(loads, hands, strict=True) if hand]


def _each(histories):
    return (((h, d), delivery) for h, said in enumerate(histories) for d, delivery in enumerate(said))


class Silent:
    def begin(self, total):
        pass

    def advance(self, size, deliveries):
        pass


class Teller:
    """Runs histories through the pipeline, each time into a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = count()

    def tell(self, histories, loads):
        """By name of a world: what the views and tables tell of it."""
        out = self.folder / f"{next(self.numbers)}"
        places, blob = {}, self.folder / f"{out.name}.blob"
        with blob.open("wb") as file:
            for key, delivery in _each(histories):
                places[key] = Piece(
                    origin=delivery.origin,
                    path=str(blob),
                    form=delivery.form,
                    start=file.tell(),
                    length=len(delivery.data),
                )
                file.write(delivery.data)
        options = ReadOptions(out=out, command="newsbeam ingest (a test)", workers=2, batch_size=5_000, limits=Limits())
        with (
            open_output(out, command=options.command) as output,
            closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
        ):
            catch_up(output, index, pass_over)
            for number, load in enumerate(loads):
                inputs = [
                    Input(given=places[key], key=place, begins=True, size=1) for place, key in enumerate(load.dealt)
                ]
                run_batches(
                    output,
                    index,
                    replace(options, now=TIMES[load.at]),
                    Run(output.state, run_key([str(number)])),
                    iter(inputs),
                    progress=Silent(),
                    stop=lambda: False,
                    at=pass_over,
                )
        return _told(out)


def _told(out):
    """By name of a world: its current articles, its stories, and the texts that may be shown."""
    with newsbeam.open(out) as archive:
        places = "SELECT article_id, origin FROM sightings UNION ALL SELECT article_id, origin FROM stored"
        worlds = dict(
            archive.sql(
                f"SELECT article_id, min(regexp_extract(origin, 'w[0-9a-f]+')) FROM ({places}) GROUP BY ALL"  # noqa: S608
            ).fetchall()
        )
        keys = archive.sql("SELECT article_id, version FROM articles UNION ALL SELECT article_id, version FROM copies")
        keys = keys.fetchall()
        assert len(keys) == len(set(keys))
        refused = {reason for (reason,) in archive.sql("SELECT DISTINCT reason FROM rejected").fetchall()}
        assert refused <= {"not_authorised"}
        told = defaultdict(lambda: defaultdict(list))
        for name, query in {
            "articles_current": f"SELECT version_number, {TOLD} FROM articles_current ORDER BY ALL",  # noqa: S608
            "stories": f"SELECT story_id, outlets, copies, article_ids, versions, {TOLD} FROM stories ORDER BY ALL",  # noqa: S608
            "union": UNION,
        }.items():
            answer = archive.sql(query)
            where = answer.columns.index("article_id")
            for row in answer.fetchall():
                told[worlds[row[where]]][name].append(dict(zip(answer.columns, row, strict=True)))
    return told


def check(teller, seeds, rng, *, most, times=3):
    """Tell histories in order and dealt at random; complain of the first that differs, alone and as small as can be."""
    histories = [history(seed, times) for seed in seeds]
    deal = dealt(histories, rng, most)
    expected, found = teller.tell(histories, straight(histories)), teller.tell(histories, deal)
    worlds = sorted(name for name in expected.keys() | found.keys() if expected[name] != found[name])
    if not worlds:
        return
    number = next(n for n, seed in enumerate(seeds) if f"w{seed:x}" == worlds[0])
    pytest.fail(
        f"{len(worlds)} of {len(seeds)} differ\n" + alone(teller, histories[number], seeds[number], deal, number)
    )


def alone(teller, said, seed, deal, number):
    """A history that differs, by itself: the fewest deliveries and loads with which it still does."""
    deal = [replace(load, dealt=tuple((0, d) for h, d in load.dealt if h == number)) for load in deal]

    def differs(deal):
        deal = [load for load in deal if load.dealt]
        kept = {d for load in deal for _, d in load.dealt}
        order = [replace(load, dealt=tuple(key for key in load.dealt if key[1] in kept)) for load in straight([said])]
        expected = teller.tell([said], [load for load in order if load.dealt])
        return _difference(expected, teller.tell([said], deal))

    difference = differs(deal)
    if not difference:
        return f"history({seed}) differs only among others"
    smaller = True
    while smaller:
        smaller = False
        for deal_of_less in _less(deal):
            if any(load.dealt for load in deal_of_less) and (found := differs(deal_of_less)):
                deal, difference, smaller = deal_of_less, found, True
                break
    deal = [load for load in deal if load.dealt]
    lines = [f"history({seed}), read in {len(deal)} loads, is told another way than in order:"]
    for load in deal:
        lines.append(f"  load at {TIMES[load.at]:%m-%d}")
        lines += [f"    {said[d]}" for _, d in load.dealt]
    return "\n".join([*lines, *difference])


def _less(deal):
    """The deal with one delivery left out everywhere, then with one of its repetitions."""
    for d in sorted({d for load in deal for _, d in load.dealt}):
        yield [replace(load, dealt=tuple(key for key in load.dealt if key[1] != d)) for load in deal]
    for n, load in enumerate(deal):
        for place, key in enumerate(load.dealt):
            if sum(other.dealt.count(key) for other in deal) > 1:
                yield [*deal[:n], replace(load, dealt=load.dealt[:place] + load.dealt[place + 1 :]), *deal[n + 1 :]]


def _difference(expected, found):
    """Lines that say what differs, empty where nothing does."""
    lines = []
    for world in sorted(expected.keys() | found.keys()):
        for name in sorted(expected[world].keys() | found[world].keys()):
            here, there = expected[world][name], found[world][name]
            if here == there:
                continue
            lines.append(f"  {name}: in order {len(here)} rows, dealt {len(there)}")
            lines += [f"    in order only: {_short(row)}" for row in here if row not in there]
            lines += [f"    dealt only:    {_short(row)}" for row in there if row not in here]
            for one, other in zip(here, there, strict=False):
                differing = [column for column in one if one[column] != other[column]]
                lines.append(f"    columns: {differing}")
    return lines


def _short(row):
    return {key: str(value)[:60] for key, value in row.items() if value not in (None, "", [], ())}


def test_histories_are_told_the_same_in_any_order(tmp_path):
    check(Teller(tmp_path), range(1, 13), random.Random(1), most=2, times=1)


@pytest.mark.slow
@pytest.mark.timeout(3_000)
@settings(
    max_examples=10, phases=(Phase.generate,), deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(seeds=st.lists(st.integers(0, 2**40), min_size=50, max_size=50, unique=True), deal=st.integers(0, 2**32))
def test_five_hundred_histories_are_told_the_same(tmp_path_factory, seeds, deal):
    check(Teller(tmp_path_factory.mktemp("told")), seeds, random.Random(deal), most=6)
