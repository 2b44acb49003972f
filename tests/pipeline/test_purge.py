"""Purging by parts: rows of tables, kills at every step, documents taken apart, exchanges of a given length."""

import importlib.util
import io
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import example, given, settings
from hypothesis import strategies as st

import newsbeam
from pipeline.exchanges import DoesNotFit, exchange_of_length
from pipeline.ingest import catch_up
from pipeline.naming import Unsearchable
from pipeline.output import open_output
from pipeline.publish import Step, recover
from pipeline.purge import PurgeStep, purge
from pipeline.purgefind import find_target
from pipeline.purgetables import Unreadable, holds
from pipeline.rawrecords import exchange_records
from schemas.tables import TABLES
from transforms.core.deliveries import Found, Notice
from transforms.core.exchange import Context, Kept, read_exchange
from transforms.core.pieces import Limits
from transforms.core.polling import Outcome, Request
from transforms.core.purging import Purge, cut_feed, marks_of
from transforms.core.records import Reason
from transforms.index import Index
from transforms.read_deliveries import refuse_purged

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
WORD = "Quorvenna"
PAGE = f"https://harbour.example/{WORD.lower()}"
DAYS = (date(2024, 3, 1), date(2024, 3, 2))


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def article(name, version, on=DAYS[0], **more):
    named = {"article_id": name, "version": version, "content_hash": f"{name}-{version}", "date": on}
    return named | {"title": f"The {name} sails", "text": f"The {name} sails on Monday. " * 4} | more


def printed(name, version, on=DAYS[0]):
    return {"article_id": name, "version": version, "content_hash": f"{name}-{version}", "date": on, "anchors": [1, 2]}


def link(a, b):
    ends = {"a_article_id": a, "a_version": "v1", "b_article_id": b, "b_version": "v1"}
    ends |= {"a_content_hash": f"{a}-v1", "b_content_hash": f"{b}-v1"}
    return ends | {"changes": ["title"]}


def make(path):
    """Three loads in which two articles lie side by side in every file; gives the folder."""
    archive = _archives.Archive(path)
    mine = {"url": PAGE, "url_original": f"{PAGE}?utm_source=feed", "item_id": "item-1"}
    archive.publish(
        articles=[article(WORD, "v1", **mine), article("Gannet", "v1"), article("Skua", "v1", DAYS[1])],
        copies=[article("copy", "v1", title=f"{WORD} copied")],
        links=[link(WORD, "copy"), link("Gannet", "copy"), link("Gannet", "Skua")],
        sightings=[{"article_id": name, "version": "v1", "origin": "x"} for name in (WORD, "Gannet")],
        fingerprints=[printed(WORD, "v1"), printed("Gannet", "v1"), printed("copy", "v1")],
        profiles=[{"host": "x.example", "article_id": name, "version": "v1"} for name in (WORD, "Gannet")],
        rejected=[
            {"delivery_id": "r1", "reason": "no_text", "excerpt": f"… that the {WORD} sails on Monday"},
            {"delivery_id": "r2", "reason": "no_text", "url": f"{PAGE}#top", "origin": PAGE},
            {"delivery_id": "r3", "reason": "no_text", "title": "The Gannet sails"},
        ],
        requests=[
            {"request_id": "q1", "purpose": "page", "url": PAGE, "first_url": PAGE, "host": "harbour.example"},
            {"request_id": "q2", "purpose": "page", "url": "https://harbour.example/other", "host": "harbour.example"},
        ],
    )
    archive.publish(
        articles=[article(WORD, "v2", **mine)],
        held=[article(WORD, "v3", **mine), article("Tern", "v1")],
        fingerprints=[printed(WORD, "v2"), printed(WORD, "v3")],
        recalls=[
            {"notice_id": "n1", "article_id": WORD, "kind": "kill", "notice": f"KILL {WORD}", "item_id": "item-1"},
            {"notice_id": "n2", "article_id": "Tern", "kind": "withhold"},
        ],
    )
    archive.publish(sightings=[{"article_id": "Gannet", "version": "v1", "origin": "y"}])
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("made") / "out")


@pytest.fixture
def out(made, tmp_path):
    return shutil.copytree(made, tmp_path / "out")


def do(out, named="item-1", copies=False, at=lambda _: None):
    with open_output(out, command="test") as output:
        with newsbeam.open(out) as archive:
            target = find_target(archive, named, copies=copies)
        return purge(output, target, now=NOON, update_state=lambda _: None, at=at)


def rows(out, name):
    found = DeltaTable(out / name).to_pyarrow_table().to_pylist()
    return sorted(found, key=lambda row: tuple(str(row[column]) for column in TABLES[name].key))


def said(out):
    """All rows of all tables, and all files that hold the word, in whatever table or none."""
    files = []
    for path in out.rglob("*.parquet"):
        if "_delta_log" not in path.parts:
            text = str(pq.ParquetFile(path).read().to_pylist()).lower()
            files += [path.relative_to(out).as_posix()] if WORD.lower() in text else []
    times = ("timings", "started_at", "finished_at")
    told = {name: [{k: v for k, v in row.items() if k not in times} for row in rows(out, name)] for name in TABLES}
    return told, sorted(files)


def test_rows_go_or_are_emptied_and_the_rest_stays_as_it_was(out):
    before, holding = said(out)
    assert {path.partition("/")[0] for path in holding} == TABLES.keys() - {"loads"}
    report = do(out)
    after, holding = said(out)
    assert [path.partition("/")[0] for path in holding] == ["copies", "recalls"]  # a copy, and its name: here the word
    counts = {"articles": 2, "held": 1, "links": 1, "recalls": 1, "sightings": 1, "fingerprints": 3, "profiles": 1}
    assert report.removed == counts
    assert report.emptied == {"rejected": 2, "requests": 1}
    assert (report.load_id, report.files) == (4, 11)
    for name in ("articles", "copies", "held", "sightings", "fingerprints", "profiles"):
        assert after[name] == [row for row in before[name] if row["article_id"] != WORD], name
    assert after["links"] == [row for row in before["links"] if WORD not in row.values()]
    assert {(row["article_id"], row["kind"], row["notice"], row["item_id"]) for row in after["recalls"]} == {
        ("Tern", "withhold", "", ""),
        (WORD, "purge", "", ""),
    }
    refused = {row["delivery_id"]: row for row in after["rejected"]}
    for number in ("r1", "r2"):
        kept = {"title", "url", "excerpt", "detail", "origin"}
        assert {refused[number][column] for column in kept} == {""}
        assert refused[number]["reason"] == "no_text"
    assert refused["r3"] == next(row for row in before["rejected"] if row["delivery_id"] == "r3")
    asked = {row["request_id"]: (row["url"], row["host"]) for row in after["requests"]}
    assert asked == {"q1": ("", "harbour.example"), "q2": ("https://harbour.example/other", "harbour.example")}


def test_its_copies_go_only_when_asked_for(out):
    assert [row["article_id"] for row in rows(out, "copies")] == ["copy"]
    assert {each.article_id for each in do(out, copies=True).doomed} == {WORD, "copy"}
    assert rows(out, "copies") == []
    assert [(row["a_article_id"], row["b_article_id"]) for row in rows(out, "links")] == [("Gannet", "Skua")]
    assert not (out / "copies" / "date=2024-03-01" / "0000000004-0003.parquet").exists()  # no file without rows


@pytest.mark.parametrize(
    "named", [WORD, "item-1", PAGE, f"{PAGE}?utm_source=feed", f"http://www.harbour.example/{WORD.lower()}"]
)
def test_it_is_found_by_any_of_its_names(made, named):
    with newsbeam.open(made) as archive:
        assert find_target(archive, named, copies=False).purge.article_ids == {WORD}
        assert find_target(archive, named.replace("-1", "-2").replace("enna", "ennu"), copies=False) is None


def test_log_entries_say_that_rows_are_gone(out):
    do(out)
    newest = max((out / "articles" / "_delta_log").glob("*.json"))
    entry = [json.loads(line) for line in newest.read_text().splitlines()]
    removed = [action["remove"]["dataChange"] for action in entry if "remove" in action]
    added = [action["add"]["dataChange"] for action in entry if "add" in action]
    assert (set(removed), set(added)) == ({True}, {False})


def test_a_file_that_cannot_be_read_is_told_and_the_rest_is_done(out):
    broken = next((out / "rejected").rglob("*.parquet"))
    broken.write_bytes(b"PAR1 and no more")
    report = do(out)
    assert len(report.unreadable) == 1
    assert str(broken) in report.unreadable[0]
    assert WORD not in {row["article_id"] for row in rows(out, "articles")}
    broken = next((out / "held").rglob("*.parquet"))
    broken.write_bytes(b"PAR1 and no more")
    with pytest.raises(Unsearchable, match="cannot be searched"):
        do(out, "Gannet")


def test_holds_names_a_file_that_is_gone(tmp_path):
    target = Purge(article_ids=frozenset("a"), addresses=frozenset(), raw_addresses=frozenset(), marks=frozenset())
    with pytest.raises(Unreadable, match=r"gone\.parquet: cannot be read"):
        holds(target, "articles", tmp_path / "gone.parquet")


@pytest.fixture(scope="module")
def unkilled(made, tmp_path_factory):
    out = shutil.copytree(made, tmp_path_factory.mktemp("unkilled") / "out")
    do(out)
    return said(out)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(
            step, id=f"{type(step).__name__}-{step}", marks=[] if type(step) is PurgeStep else pytest.mark.slow
        )
        for step in (*PurgeStep, *Step)
    ],
)
def test_killed_at_any_step_the_next_command_finishes_it(out, unkilled, moment):
    def at(step):
        if step is moment:
            raise Died

    with pytest.raises(Died):
        do(out, at=at)
    with open_output(out, command="test") as output:
        recovered = recover(output, update_state=lambda _: None)
        assert recovered.purged == (moment is not PurgeStep.DONE)
        assert (recovered.quarantined, recovered.missing) == ((), ())
        assert not recover(output, update_state=pytest.fail).purged
    assert said(out) == unkilled
    assert [path.name for path in (out / "staging").iterdir()] == []


def test_the_index_forgets_it_and_knows_the_rest(out):
    with Index.open(out / "state" / "index.sqlite", readonly=False) as index:
        index.catch_up(out)
        assert index.stored([WORD])
    do(out)
    for path in (out / "state").iterdir():
        assert WORD.encode() not in path.read_bytes(), path
    with Index.open(out / "state" / "index.sqlite", readonly=False) as index:
        assert index.generation == 0
        assert index.catch_up(out) == 4
        assert index.stored([WORD]) == {}
        assert index.stored(["Gannet"])
        assert index.purged() == {WORD}


def test_a_run_that_holds_the_index_open_finishes_a_purge_and_goes_on(out):
    def at(step):
        if step is PurgeStep.RAW_CLEANED:
            raise Died

    with pytest.raises(Died):
        do(out, at=at)
    with (
        open_output(out, command="test") as output,
        Index.open(output.state / "index.sqlite", readonly=False) as index,
    ):
        assert catch_up(output, index, lambda _: None) == ["Finished a purge, which an earlier run had begun."]
        assert (index.generation, index.purged(), index.stored([WORD])) == (4, {WORD}, {})
        with Index.open(output.state / "index.sqlite", readonly=True) as reader:
            assert reader.stored(["Gannet"]) == index.stored(["Gannet"]) != {}


def test_a_delivery_of_it_becomes_a_refusal_that_names_its_id_alone():
    notice = Notice(
        notice_id="n",
        article_id="a1",
        provider="AP",
        item_id="i",
        kind="kill",
        source_version=None,
        text=WORD,
        at=None,
        origin="wires/1.xml",
        source="AP",
        seen_at=NOON,
        raw_address="wires/1.xml",
    )
    refused = refuse_purged(Found(notice=notice), {"a1"}).rejected
    assert (refused.reason, refused.origin, refused.source) == (Reason.PURGED, "wires/1.xml", "AP")
    assert WORD not in str(refused)
    assert refuse_purged(Found(notice=notice), {"a2"}) == Found(notice=notice)


def test_a_quotation_is_known_by_five_words_or_a_title():
    target = Purge(
        article_ids=frozenset(),
        addresses=frozenset({"https://a.example/x"}),
        raw_addresses=frozenset(),
        marks=frozenset([*marks_of("The ferry ran aground at the pier on Tuesday"), *marks_of("Ferry sails again")]),
    )
    assert target.quotes("it said THE FERRY ran “aground” at the pier")
    assert target.quotes("News: Ferry sails again – live")
    assert not target.quotes("the ferry ran into the pier on Monday")
    assert not target.quotes("")
    assert target.is_address("http://www.a.example/x?utm_source=y")
    assert not target.is_address("")


RSS = (
    '<?xml version="1.0" encoding="{0}"?><rss><channel><title>H</title><item><title>Один</title></item>\n'
    "<item><title><![CDATA[<item>two]]></title></item><!-- <item> --><item><title>3</title></item></channel></rss>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251"])
def test_a_feed_is_taken_apart_and_put_together(encoding):
    cut = cut_feed(RSS.format(encoding).encode(encoding), encoding)
    assert len(cut.entries) == 3
    assert cut.without([]).decode().lstrip("\ufeff") == RSS.format(encoding)
    assert "Один" not in cut.without([0]).decode()
    assert cut.without([0, 1, 2]).decode().endswith("<!-- <item> --></channel></rss>")
    assert cut.only(1).decode().count("<title>") == 2


def test_a_json_feed_is_taken_apart():
    items = [{"id": "1", "content_text": "Один"}, {"id": "2"}]
    cut = cut_feed(json.dumps({"version": "v", "items": items}).encode(), "")
    assert json.loads(cut.without([0])) == {"version": "v", "items": items[1:]}
    assert json.loads(cut.without([1])) == {"version": "v", "items": items[:1]}
    assert json.loads(cut.only(0)) == {"version": "v", "items": items[:1]}
    assert json.loads(cut.without([0, 1])) == {"version": "v", "items": []}
    for other in (b"{", b"[]", b'{"items": 1}', b"<rss></rss>", b"<rss><item><![CDATA[", b""):
        assert cut_feed(other, "") is None


def kept():
    request = Request(
        request_id="1-1",
        purpose="feed",
        url="https://a.example/f",
        host="a.example",
        feed_url="https://a.example/f",
        started_at=NOON,
        outcome=Outcome.FETCHED,
    )
    return Kept(context=Context(purpose="feed", feed_url="https://a.example/f", received_at=NOON), request=request)


@example(body=b"x", more=65_531)
@example(body=b"x", more=65_532)
@given(body=st.binary(max_size=300), more=st.integers(200, 200_000))
@settings(max_examples=60, deadline=timedelta(seconds=2))
def test_an_exchange_takes_as_many_bytes_as_it_must(body, more):
    length = len(exchange_records(kept(), 200, (), body)) + more
    written = exchange_of_length(kept(), 200, (), body, length=length)
    assert len(written) == length
    stream = io.BytesIO(b"before" + written + b"behind")
    read = read_exchange(stream, start=6, end=6 + length, raw_address="", limits=Limits())
    assert (read.body, read.context) == (body, kept().context)


def test_an_exchange_that_is_too_long_is_not_cut():
    with pytest.raises(DoesNotFit):
        exchange_of_length(kept(), 200, (), b"x" * 1_000, length=500)
