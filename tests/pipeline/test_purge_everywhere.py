"""What is purged is nowhere: every file of the folder is searched, whatever it is packed in, and it stays away."""

import base64
import gzip
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from deltalake import DeltaTable

import newsbeam
import pipeline.purge
from pipeline.commands.purge import purge as purge_command
from pipeline.compact import compact
from pipeline.feedstate import FeedStates, Wanted
from pipeline.ingest import ingest
from pipeline.options import ReadOptions
from pipeline.output import open_output
from pipeline.progress import Silent
from pipeline.publish import Step, recover
from pipeline.purge import CannotPurge, PurgeStep, purge
from pipeline.purgefind import find_target
from pipeline.raw import Round
from pipeline.reprocess import reprocess
from schemas.tables import TABLES
from transforms.core.exchange import Context
from transforms.core.pieces import Limits
from transforms.core.polling import Outcome, Request
from transforms.core.records import Item
from transforms.index import Index
from transforms.read import read_piece

#: One archive is made for all of them, by runs of the whole graph.
pytestmark = pytest.mark.slow

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: Of the article and its copies, and of nothing else.
WORDS = ("Quorvenna", "Tessilwick", "Кворвенна")
SLUG = "marblethorn"
FEED, PAGE = "https://harbour.example/feed", f"https://harbour.example/2026/{SLUG}-ferry"
ITEM = "urn:newsml:lws.example:20260301:ferry"
BODY = (
    "The ferry Quorvenna ran aground at Tessilwick on Tuesday with forty people on board, the harbour office said. "
    "Nobody was hurt. The crew of the Кворвенна had asked for a pilot an hour before, and none had come because of "
    "the fog. Tugs pulled it free at noon, and an inquiry will begin next week in the old customs house."
)
OTHER = (
    "The council voted for a new library on Thursday after a debate of six hours in which the mayor spoke four times. "
    "Building begins in spring, and the doors are to open two years later, if the money from the lottery comes in time."
)


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def lines(path, *records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def wire(version, body, title="Ferry Quorvenna aground"):
    return {"id": ITEM, "provider": "AP", "version": version, "title": title, "text": body, "headline": title}


def options(out, now=NOON):
    return ReadOptions(out=out, command="test", workers=1, batch_size=500, limits=Limits(), now=now)


def feed(*entries, encoding="utf-8"):
    items = "".join(
        f"<item><title>{title}</title><link>{link}</link><description>{words}</description></item>"
        for title, link, words in entries
    )
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>H</title>'
    return f"{head}{items}</channel></rss>".encode(encoding)


def keep(round_, number, url, body, *, purpose="feed", headers=(), **more):
    """An exchange of a round."""
    request = Request(
        request_id=f"{round_.number}-{number}",
        purpose=purpose,
        url=url,
        host="harbour.example",
        feed_url=FEED,
        first_url=url,
        started_at=NOON,
        outcome=Outcome.FETCHED,
        status=200,
    )
    round_.begin(request)
    context = Context(purpose=purpose, feed_url=FEED, received_at=NOON, **more)
    return round_.end(replace(request, bytes=len(body)), context=context, status=200, headers=headers, body=body)


def make(folder):
    """An archive that holds the article wherever one can lie; gives its folder."""
    out, drop = folder / "out", folder / "drop"
    drop.mkdir()
    mine, library = ("Ferry Quorvenna aground", PAGE, BODY), ("New library", "https://harbour.example/library", OTHER)
    entry = Item(
        origin=FEED, source_kind="feed", title=mine[0], text=BODY, text_from="summary", url=PAGE, feed_url=FEED
    )
    head = f"<html><head><title>{mine[0]}</title></head>"
    page = f"{head}<body><article><h1>{mine[0]}</h1><p>{BODY}</p></article></body></html>"
    first = lines(
        drop / "1.jsonl", wire(1, BODY), {"id": "urn:x:library", "title": "Library", "text": OTHER + " It rains."}
    )
    ingest(options(out), (str(first),), progress=Silent(), stop=lambda: False)
    second = lines(
        drop / "2.jsonl",
        wire(2, BODY.replace("forty", "forty-two")),
        {
            "id": "urn:x:copy",
            "title": "Quorvenna stuck",
            "text": BODY.replace("Nobody was hurt.", ""),
            "source": "Gull",
        },
        {"id": "urn:x:empty", "title": "Ferry Quorvenna aground at Tessilwick", "text": ""},
        {
            "id": "urn:x:embargo",
            "provider": "AP",
            "title": "Later",
            "text": OTHER[:150],
            "embargoed": "2027-01-01T00:00:00Z",
        },
    )
    ingest(options(out, NOON + timedelta(hours=1)), (str(second),), progress=Silent(), stop=lambda: False)
    one = Round.begin_new(out / "raw")
    keep(one, 1, FEED, feed(mine, library))
    keep(one, 2, FEED, gzip.compress(feed(library, mine, encoding="utf-16")), headers=[("Content-Encoding", "gzip")])
    keep(one, 3, PAGE, page.encode(), purpose="page", entry=entry)
    one.note("decision", json.dumps({"wanted": [{"entry": base64.b64encode(BODY.encode()).decode()}]}).encode())
    one.mark_published()
    two = Round.begin_new(out / "raw")
    items = [{"id": url, "url": url, "title": title, "content_text": words} for title, url, words in (mine, library)]
    keep(
        two, 1, FEED, json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "H", "items": items}).encode()
    )
    two.mark_published()
    reprocess(options(out, NOON + timedelta(hours=2)), since=None, progress=Silent(), stop=lambda: False)
    with open_output(out, command="test") as output:
        compact(output, now=NOON, closed_before=date(2027, 1, 1), stop=lambda: False, update_state=lambda _: None)
    # What accidents leave.
    stray = next((out / "articles").rglob("0000000001-*.parquet"))
    shutil.copy(stray, stray.with_name("0000000077-0000.parquet"))
    shutil.copy(stray, stray.with_name("0000000078-0000.parquet"))
    with stray.with_name("0000000078-0000.parquet").open("r+b") as file:
        file.truncate(stray.stat().st_size // 2)
    with open_output(out, command="test") as output:
        assert len(recover(output, update_state=lambda _: None).quarantined) == 2
    with FeedStates.open(out / "state") as states:
        wanted = Wanted(
            url=PAGE, feed_url=FEED, source="", language="", tries=1, next_at=NOON, entry=msgspec.json.encode(entry)
        )
        other = replace(
            wanted,
            url="https://harbour.example/library",
            entry=msgspec.json.encode(replace(entry, url="https://harbour.example/library", text=OTHER, title="L")),
        )
        states.apply(1, states=[], entries={}, wanted=[wanted, other], settled=[])
    shutil.copy(out / "state" / "index.sqlite", out / "state" / "index.sqlite.damaged")
    (out / "state" / "runs" / "abc" / "spool").mkdir(parents=True)
    (out / "state" / "runs" / "abc" / "spool" / "1").write_text(BODY)
    (out / "staging" / "0000000099").mkdir()
    (out / "staging" / "0000000099" / "7.drafts").write_text(BODY)
    return out


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def out(made, tmp_path):
    shutil.copytree(made.parent / "drop", tmp_path / "drop")
    return shutil.copytree(made, tmp_path / "out")


def decoded(path):
    """Everything that a file says, unpacked in every way that it can be."""
    data = path.read_bytes()
    yield data
    if data[:4] == b"PAR1":
        yield from decoded_parquet(data)
    if data[:2] == b"\x1f\x8b":
        yield from decoded_gzip(data)
    if data[:15] == b"SQLite format 3":
        yield from decoded_sqlite(path)
    if path.suffix in (".json", ".jsonl"):
        for line in [data] if path.suffix == ".json" else data.splitlines():
            try:
                yield json.dumps(json.loads(line), ensure_ascii=False).encode()
            except ValueError:  # several values, one a line: the log of a table
                yield from (json.dumps(json.loads(each), ensure_ascii=False).encode() for each in line.splitlines())


def decoded_parquet(data):
    try:
        file = pq.ParquetFile(io.BytesIO(data))
    except OSError:
        return
    yield repr(file.metadata.metadata).encode()
    for group in range(file.metadata.num_row_groups):
        for column in range(file.metadata.num_columns):
            statistics = file.metadata.row_group(group).column(column).statistics
            if statistics is not None and statistics.has_min_max:
                yield f"{statistics.min} {statistics.max}".encode()
    for name in file.schema_arrow.names:
        for value in file.read([name])[name].to_pylist():
            yield value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def decoded_gzip(data):
    while data[:2] == b"\x1f\x8b":
        member = zlib.decompressobj(wbits=31)
        plain = member.decompress(data)
        yield plain
        yield plain.decode("utf-16-le", "replace").encode()
        yield plain[1:].decode("utf-16-le", "replace").encode()
        if b"Content-Encoding: gzip" in plain:
            body = gzip.decompress(plain[plain.index(b"\x1f\x8b") :].removesuffix(b"\r\n\r\n"))
            yield from (body, body.decode("utf-16", "replace").encode())
        try:
            said = json.loads(plain.partition(b"\r\n\r\n")[2])
            yield json.dumps(said, ensure_ascii=False).encode()
        except ValueError:
            pass
        data = member.unused_data


def decoded_sqlite(path):
    copy = path.with_name("searched.tmp")
    shutil.copy(path, copy)
    db = sqlite3.connect(copy)
    try:
        for statement in db.iterdump():
            yield statement.encode("utf-8", "replace")
    except sqlite3.DatabaseError:
        pass
    finally:
        db.close()
        copy.unlink()


def spellings(word):
    """A word as it may stand in bytes: in any case, as a JSON escape, and in base64 wherever it begins in it."""
    for form in {word, word.lower(), word.upper(), word.casefold()}:
        for data in {form.encode(), json.dumps(form)[1:-1].encode(), form.encode("utf-16-le")}:
            yield data
            for shift in range(3):
                coded = base64.b64encode(b"\0" * shift + data)
                yield coded[4 if shift else 0 : len(coded) // 4 * 4 - 4]


def found(out, words=(*WORDS, SLUG)):
    """The files that hold any of the words, below the folder."""
    wanted = {spelling for word in words for spelling in spellings(word)}
    return sorted(
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file() and any(spelling in said for said in decoded(path) for spelling in wanted)
    )


def rows(out, name):
    return DeltaTable(out / name).to_pyarrow_table().to_pylist()


def do(out, named=ITEM, copies=True, at=lambda _: None):
    """Purge as the command does."""
    with open_output(out, command="test") as output:
        with newsbeam.open(out) as archive:
            target = find_target(archive, named, copies=copies)
        return purge(output, target, now=NOON, update_state=lambda _: None, at=at)


def test_the_article_lies_everywhere_before(made):
    places = found(made)
    for place in (
        *("articles/", "copies/", "rejected/", "quarantine/articles", "raw/0000000001/responses.warc.gz"),
        *("raw/0000000001/journal.jsonl", "raw/0000000001/decision.json", "raw/0000000002/responses.warc.gz"),
        *("state/feeds.sqlite", "state/index.sqlite", "state/index.sqlite.damaged", "state/runs/", "staging/"),
        *("sightings/",),
    ):
        assert any(each.startswith(place) for each in places), (place, places)
    assert len([each for each in places if each.startswith("articles/")]) > 1  # in files of older versions, too


def test_nothing_of_it_is_left_in_any_file(out):
    before = {name: rows(out, name) for name in TABLES}
    report = do(out)
    assert found(out) == []
    assert len(report.doomed) == 3  # the item, the outlet's copy, the feed's
    assert report.unreadable == []
    ids = {each.article_id for each in report.doomed}
    for name in ("articles", "copies", "held", "sightings", "fingerprints"):
        stay = [row for row in before[name] if row["article_id"] not in ids]
        assert sorted(map(str, rows(out, name))) == sorted(map(str, stay)), name
        assert stay, name
    ends = [{row["a_article_id"], row["b_article_id"]} for row in before["links"]]
    assert [{row["a_article_id"], row["b_article_id"]} for row in rows(out, "links")] == [
        pair for pair in ends if not pair & ids
    ]
    assert len(ends) > len(rows(out, "links")) > 0
    told = {row["article_id"]: (row["kind"], row["notice"], row["item_id"]) for row in rows(out, "recalls")}
    assert told == dict.fromkeys(ids, ("purge", "", ""))
    assert [row["reason"] for row in rows(out, "rejected")] == [row["reason"] for row in before["rejected"]]
    load = max(rows(out, "loads"), key=lambda row: row["load_id"])
    assert (load["command"], load["delivered"]) == ("newsbeam purge", 0)
    added = {table["name"]: table["rows"] for table in load["tables"]}
    assert {name: count for name, count in added.items() if count} == {"recalls": 3}


def test_what_lay_beside_it_is_read_as_before(out):
    def read():
        """Others' deliveries of every exchange, by the round and the address."""
        given = {}
        for round_ in Round.all(out / "raw"):
            for request in round_.requests():
                if request.raw_address:
                    given[request.raw_address] = round_.piece(request)
        return {
            address: [(item.title, item.text) for item in read_piece(piece, Limits()) if isinstance(item, Item)]
            for address, piece in given.items()
        }

    before = read()
    do(out)
    after = read()
    assert len(before) == 4
    pages = [address for address, items in before.items() if address not in after]
    assert len(pages) == 1  # the page itself is gone
    for address, items in after.items():
        assert items == [("New library", OTHER)], address
    sizes = [(out / address.partition("@")[0]).stat().st_size for address in before]
    assert sizes == [sizes[0]] * 3 + [sizes[3]]
    with newsbeam.open(out) as archive:  # what stays has an address that leads to it
        addresses = archive.sql("SELECT raw_address FROM articles WHERE starts_with(raw_address, 'raw/')").fetchall()
    assert {address for (address,) in addresses} <= after.keys()


def test_the_rest_is_read_again_without_a_new_row(out):
    do(out)
    report = reprocess(options(out, NOON + timedelta(days=1)), since=None, progress=Silent(), stop=lambda: False)
    assert {name: count for name, count in report.as_json()["outcomes"].items() if count} == {"unchanged": 3}


def test_delivered_again_it_is_rejected_without_a_word(out):
    do(out)
    again = [str(out.parent / "drop" / name) for name in ("1.jsonl", "2.jsonl")]
    for day in (1, 2):
        report = ingest(options(out, NOON + timedelta(days=day)), again, progress=Silent(), stop=lambda: False)
        outcomes = {name: count for name, count in report.as_json()["outcomes"].items() if count}
        assert outcomes == {"unchanged": 2, "rejected": 4}
    told = [row for row in rows(out, "rejected") if row["reason"] == "purged"]
    assert len(told) == 3  # two versions in two files, and the copy; once each
    assert {row["title"] + row["url"] + row["excerpt"] for row in told} == {""}
    quoting = [row for row in rows(out, "rejected") if row["excerpt"]]
    assert {row["reason"] for row in quoting} == {"no_text"}  # a title alone names no article
    assert {place.partition("/")[0] for place in found(out)} == {"rejected"}


def test_a_kill_of_it_leaves_no_word(out, tmp_path):
    do(out)
    notice = lines(tmp_path / "kill.jsonl", {**wire(3, ""), "pubstatus": "canceled", "ednote": "KILL Quorvenna story"})
    report = ingest(options(out, NOON + timedelta(days=1)), (str(notice),), progress=Silent(), stop=lambda: False)
    assert {name: count for name, count in report.as_json()["outcomes"].items() if count} == {"rejected": 1}
    assert found(out) == []


def test_one_alone_leaves_its_copies(out):
    do(out, copies=False)
    with newsbeam.open(out) as archive:
        titles = {title for (title,) in archive.sql("SELECT title FROM articles_current").fetchall()}
    assert titles == {"Quorvenna stuck", "Ferry Quorvenna aground", "Library", "New library"}
    assert {row["origin"] for row in rows(out, "copies")} != set()


def test_copies_that_its_kill_took_out_stay_out(out, tmp_path):
    copy = {"id": "urn:x:credit", "title": "Stuck", "text": "TESSILWICK (AP) - " + BODY, "source": "Gull"}
    kill = {**wire(3, ""), "pubstatus": "canceled", "ednote": "KILL"}
    for number, given in enumerate((copy, kill), 5):
        path = lines(tmp_path / f"{number}.jsonl", given)
        ingest(options(out, NOON + timedelta(hours=number)), (str(path),), progress=Silent(), stop=lambda: False)

    def shown():
        with newsbeam.open(out) as archive:
            return {title for (title,) in archive.sql("SELECT title FROM articles_current").fetchall()}

    before = shown()
    assert "Stuck" not in before
    do(out, copies=False)
    assert shown() == before
    kinds = sorted(row["kind"] for row in rows(out, "recalls"))
    assert kinds[-1] == "purge"
    assert set(kinds[:-1]) == {"kill"}


def test_by_its_address(out):
    report = do(out, named=f"http://www.harbour.example/2026/{SLUG}-ferry?utm_source=x", copies=False)
    assert [each.titles for each in report.doomed] == [("Ferry Quorvenna aground",)]
    assert found(out, (SLUG,)) == []
    assert found(out)  # the agency's own item is another article


def test_mirrors_are_told(out):
    with newsbeam.open(out) as archive:
        since = archive.load_id
    ids = {each.article_id for each in do(out).doomed}
    with newsbeam.open(out) as archive:
        told = archive.changes(since).to_pylist()
    assert {(row["article_id"], row["change"], row["version"], row["title"]) for row in told} == {
        (article_id, "recalled", "", "") for article_id in ids
    }


def test_twice_removes_what_came_in_between(out):
    do(out)
    before = {name: DeltaTable(out / name).version() for name in TABLES}
    report = do(out, named=PAGE)  # which is known by no more than the id that it gives
    assert (report.load_id, report.removed, report.doomed[0].was_purged) == (0, {}, True)
    assert {name: DeltaTable(out / name).version() for name in TABLES} == before
    assert [row["kind"] for row in rows(out, "recalls")] == ["purge"] * 3


def test_not_while_a_round_is_unpublished(out):
    keep(Round.begin_new(out / "raw"), 1, FEED, feed(("Q", PAGE, BODY)))
    files = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    with pytest.raises(CannotPurge, match="round 3 is not published; run newsbeam poll"):
        do(out)
    assert sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file()) == files


def end_of(out):
    """All that a purge leads to."""
    return {
        "rows": {
            name: sorted(
                str({key: value for key, value in row.items() if key not in ("timings", "started_at", "finished_at")})
                for row in rows(out, name)
            )
            for name in TABLES
        },
        "files": sorted(
            path.relative_to(out).as_posix()
            for path in out.rglob("*")
            if path.is_file()
            and path.parts[-2] != "_delta_log"
            and "sqlite" not in path.name
            and path.suffix != ".lock"
        ),
        "raw": {path.name: path.read_bytes() for path in (out / "raw").rglob("*.gz")},
    }


@pytest.fixture(scope="module")
def unkilled(made, tmp_path_factory):
    out = shutil.copytree(made, tmp_path_factory.mktemp("unkilled") / "out")
    do(out)
    return end_of(out)


MOMENTS = [*PurgeStep, *(step for step in Step if step != Step.BEGUN)]


@pytest.mark.parametrize("moment", MOMENTS)
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
    assert found(out) == []
    assert end_of(out) == unkilled
    with Index.open(out / "state" / "index.sqlite", readonly=False) as index:
        assert index.catch_up(out) == max(row["load_id"] for row in rows(out, "loads"))


@pytest.mark.parametrize("moment", [Step.FILE_PLACED, PurgeStep.FILES_DELETED, PurgeStep.STATE_CLEANED])
def test_killed_for_real_the_next_command_finishes_it(out, unkilled, moment):
    program = (
        "import os, signal, sys; from pathlib import Path; from datetime import datetime; import newsbeam\n"
        "from pipeline.output import open_output; from pipeline.purge import purge, PurgeStep\n"
        "from pipeline.purgefind import find_target\n"
        "out = Path(sys.argv[1])\n"
        "with open_output(out, command='test') as output:\n"
        "    with newsbeam.open(out) as archive: target = find_target(archive, sys.argv[2], copies=True)\n"
        "    purge(output, target, now=datetime.fromisoformat(sys.argv[3]), update_state=lambda _: None,\n"
        "        at=lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == sys.argv[4] else None)\n"
    )
    root = Path(pipeline.purge.__file__).parent.parent
    words = [sys.executable, "-P", "-c", program, str(out), ITEM, NOON.isoformat(), moment]
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with open_output(out, command="test") as output:
        assert recover(output, update_state=lambda _: None).purged
    assert found(out) == []
    assert end_of(out) == unkilled


def invoke(*words, **more):
    return CliRunner().invoke(purge_command, list(map(str, words)), **more)


def test_the_command(out):
    files = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    told = invoke(ITEM, "--out", out, "--dry-run")
    assert told.output.startswith("Would remove for good 1 article:\n  a1")
    assert "2 versions" in told.output
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == files
    told = invoke(ITEM, "--out", out)
    assert "say --yes" in told.output
    assert told.exit_code == 2
    told = invoke("no such thing", "--out", out, "--yes")
    assert told.exit_code == 2
    assert "nothing is known by 'no such thing'" in told.output
    told = invoke(ITEM, "--out", out, "--yes", "--copies", "--json")
    report = json.loads(told.output)
    assert (told.exit_code, len(report["articles"]), report["raw"]) == (0, 3, {"cut": 3, "emptied": 1})
    assert (report["removed"]["articles"], report["emptied"]) == (2, {"rejected": 1})
    assert found(out) == []
    with Index.open(out / "state" / "index.sqlite", readonly=True) as index:
        assert index.purged() == set(report["articles"])
