"""Rounds of retrieving on the disk: what is begun, what came of it, and what a crash leaves."""

import gzip
import os
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.raw import JOURNAL, RESPONSES, Round
from transforms.core.exchange import Context
from transforms.core.pieces import Limits
from transforms.core.polling import Outcome, Request
from transforms.read import read_piece

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FEED = (
    b"<rss version='2.0'><channel><title>Gazette</title><item><title>Ferry</title><link>/a</link>"
    b"<description>It sails again.</description></item></channel></rss>"
)


def request(number, **more):
    said = {"purpose": "feed", "url": f"https://s{number}.example/rss", "outcome": Outcome.ABANDONED} | more
    return Request(
        request_id=f"r{number}",
        host=f"s{number}.example",
        feed_url=f"https://s{number}.example/feed",
        started_at=NOON,
        **said,
    )


def fetch(round_, number, body=FEED, headers=(("Content-Type", "text/xml"),)):
    """One feed asked and answered."""
    asked = request(number)
    round_.begin(asked)
    context = Context(purpose="feed", feed_url=asked.feed_url, received_at=NOON)
    ended = replace(asked, outcome=Outcome.FETCHED, status=200, bytes=len(body))
    return round_.end(ended, context=context, status=200, headers=headers, body=body)


def titles(round_):
    return [
        item.title
        for each in round_.requests()
        if each.raw_address
        for item in read_piece(round_.piece(each), Limits())
    ]


@pytest.fixture
def round_(tmp_path):
    with_files = Round.begin_new(tmp_path / "raw")
    yield with_files
    with_files.close()


def test_what_is_begun_and_ended_is_told_in_order(round_):
    first = fetch(round_, 1)
    round_.begin(request(2))
    missing = replace(request(2), outcome=Outcome.MISSING, status=404)
    assert round_.end(missing) == missing
    round_.begin(request(3))
    known = (first, missing, request(3))
    assert round_.requests() == known
    assert Round(round_.folder).requests() == known
    assert first.raw_address.startswith("raw/0000000001/responses.warc.gz@0+")
    assert missing.raw_address == ""


def test_one_that_begins_twice_is_one_and_the_last_end_counts(round_):
    round_.begin(request(1))
    round_.begin(request(2))
    round_.begin(request(1))
    ended = round_.end(replace(request(1), outcome=Outcome.TIMED_OUT))
    assert round_.requests() == (ended, request(2))


def test_what_was_never_sent_has_only_an_end(round_):
    disallowed = round_.end(replace(request(1), outcome=Outcome.DISALLOWED))
    assert round_.requests() == (disallowed,)


def test_each_answer_is_an_exchange_that_is_read_by_itself(round_):
    for number in (1, 2, 3):
        fetch(round_, number, FEED.replace(b"Ferry", b"Ferry %d" % number))
    assert titles(round_) == ["Ferry 1", "Ferry 2", "Ferry 3"]
    second = round_.piece(round_.requests()[1])
    (item,) = read_piece(second, Limits())
    assert (item.origin, item.url) == ("https://s2.example/feed", "https://s2.example/a")
    assert item.raw_address == round_.requests()[1].raw_address
    assert (second.origin, second.form, second.weight) == ("https://s2.example/feed", "raw", len(FEED) + 2)


def test_a_page_is_named_by_the_address_that_led_to_it(round_):
    asked = request(1, purpose="page", url="https://s1.example/b", first_url="https://s1.example/a")
    ended = round_.end(asked, context=Context(purpose="page", feed_url=asked.feed_url), status=200)
    assert round_.piece(ended).origin == "https://s1.example/a"
    assert round_.piece(replace(ended, first_url="")).origin == "https://s1.example/b"


def test_any_reader_of_warc_files_reads_the_archive(round_):
    packed = gzip.compress(FEED)
    headers = [("Content-Type", "text/xml"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]
    fetch(round_, 1, packed, headers)
    with (round_.folder / RESPONSES).open("rb") as stream:
        records = [
            (record.rec_type, record.rec_headers, record.http_headers, record.raw_stream.read())
            for record in ArchiveIterator(stream)
        ]
    (metadata, asked, _, context), (response, answered, http, body) = records
    assert (metadata, response) == ("metadata", "response")
    assert body == packed  # as it was received
    assert http.get_statuscode() == "200"
    assert http.headers == [("Content-Type", "text/xml"), ("Content-Encoding", "gzip")]
    assert answered.get_header("WARC-Date") == "2026-05-01T12:00:00.000000Z"
    assert answered.get_header("WARC-Target-URI") == "https://s1.example/rss"
    assert asked.get_header("WARC-Concurrent-To") == answered.get_header("WARC-Record-ID")
    assert msgspec.json.decode(context)["context"]["feed_url"] == "https://s1.example/feed"
    archive = replace(round_.piece(round_.requests()[0]), form="warc", origin="all.warc.gz")
    assert [item.title for item in read_piece(archive, Limits())] == ["Ferry"]


def test_a_round_that_was_cut_anywhere_holds_what_was_whole(round_):
    ends = [fetch(round_, number) for number in (1, 2, 3)]
    round_.close()
    journal, archive = round_.folder / JOURNAL, round_.folder / RESPONSES
    lines, packed = journal.read_bytes().splitlines(keepends=True), archive.read_bytes()
    offsets = [int(end.raw_address.partition("@")[2].partition("+")[0]) for end in ends] + [len(packed)]
    for cut in range(1, len(packed), 61):
        whole = sum(offset <= cut for offset in offsets[1:])
        journal.write_bytes(b"".join(lines[: 2 * whole + 1]) + b'{"what":"end","requ')  # the next had begun
        archive.write_bytes(packed[:cut])
        opened = Round(round_.folder)
        found = opened.requests()
        assert found == (*ends[:whole], request(whole + 1))
        assert archive.stat().st_size == offsets[whole]
        again = fetch(opened, whole + 1)
        assert opened.requests() == (*ends[:whole], again)
        assert titles(opened) == ["Ferry"] * (whole + 1)
        opened.close()


def test_an_answer_that_was_kept_is_not_lost_with_its_line(round_):
    """It is on the disk before its line is: a crash between the two, or a line that is cut, loses nothing."""
    ends = tuple(fetch(round_, number) for number in (1, 2, 3))
    round_.close()
    journal = round_.folder / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    for left in (lines[:5], [*lines[:5], lines[5][:40]], [*lines[:3], lines[4]]):
        journal.write_bytes(b"".join(left))
        opened = Round(round_.folder)
        assert opened.requests() == ends
        opened.close()
        assert [msgspec.json.decode(line)["what"] for line in journal.read_bytes().splitlines()].count("end") == 3


def test_looking_at_a_published_round_changes_nothing(round_):
    fetch(round_, 1)
    round_.mark_published()
    with (round_.folder / JOURNAL).open("ab") as journal:
        journal.write(b"torn")
    before = {path.name: path.read_bytes() for path in round_.folder.iterdir()}
    assert [each.outcome for each in Round(round_.folder).requests()] == [Outcome.FETCHED]
    assert {path.name: path.read_bytes() for path in round_.folder.iterdir()} == before


def test_rounds_are_numbered_on_and_told_until_they_are_published(tmp_path):
    raw = tmp_path / "raw"
    assert (Round.all(raw), Round.unpublished(raw)) == ([], [])
    first, second = Round.begin_new(raw), Round.begin_new(raw)
    assert (first.number, second.number) == (1, 2)
    first.mark_published()
    first.mark_published()
    (raw / "0000000009.old").mkdir()
    (raw / "notes.txt").touch()
    assert [each.number for each in Round.all(raw)] == [1, 2]
    assert [each.number for each in Round.unpublished(raw)] == [2]
    (raw / "0000000001" / "published").unlink()
    for left in (raw / "0000000001").iterdir():
        left.unlink()
    (raw / "0000000001").rmdir()  # expired
    assert Round.begin_new(raw).number == 3


def test_notes_are_kept_beside_the_answers(round_):
    assert round_.noted("decision") is None
    round_.note("decision", b"{}")
    round_.note("decision", b"[]")
    assert Round(round_.folder).noted("decision") == b"[]"
    for name in ("../decision", "", "Decision", "a/b", "a.b"):
        with pytest.raises(ValueError, match="no name for a note"):
            round_.note(name, b"")


def test_an_empty_round_is_a_round(round_):
    assert round_.requests() == ()
    assert Round.unpublished(round_.folder.parent)[0].requests() == ()


def test_nobody_else_may_read_what_was_received(round_):
    fetch(round_, 1)
    assert {(round_.folder / name).stat().st_mode & 0o777 for name in (JOURNAL, RESPONSES)} == {0o600}


def test_all_of_it_is_synced_before_it_is_told(round_, monkeypatch):
    """The order on the disk is: that it begins, the answer, what came of it; each synced before the next."""
    steps = []
    real_write, real_sync = os.write, os.fsync

    def name_of(descriptor):
        inode = os.fstat(descriptor).st_ino
        return next((path.name for path in round_.folder.iterdir() if path.stat().st_ino == inode), "")

    monkeypatch.setattr(os, "write", lambda fd, data: steps.append(("write", name_of(fd))) or real_write(fd, data))
    monkeypatch.setattr(os, "fsync", lambda fd: steps.append(("sync", name_of(fd))) or real_sync(fd))
    fetch(round_, 1)
    steps.clear()
    fetch(round_, 2)
    assert steps == [(what, name) for name in (JOURNAL, RESPONSES, JOURNAL) for what in ("write", "sync")]
