import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms import isolation
from transforms.core.pieces import Limits, Piece
from transforms.core.records import Reason
from transforms.drafts import read_drafts
from transforms.isolation import Pool
from transforms.worker import Settings

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FAULTY = Path(__file__).parents[1] / "data" / "faulty"
BODY = "The council of the harbour town said on Tuesday that the ferry would sail again from the first of the month."


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A pool of readers that obey what they read. Where one hangs, the time flies: the limit is never waited for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(FAULTY))
        patch.setenv("FAULTY_MARKS", str(tmp_path_factory.mktemp("marks")))
        patch.setattr(isolation, "NURSERY", "faulty_worker")
        pool = Pool(Settings(limits=Limits(max_item_mb=200), taxonomy=""), 2)
        yield pool
        pool.close()


@pytest.fixture
def read(shared, tmp_path):
    """Read pieces: the titles that are stored, (part, reason) of what is refused, and all that was found."""
    drafts = tmp_path / "drafts"
    drafts.mkdir()

    def read(*pieces):
        found = list(shared.run(pieces, now=NOW, drafts=drafts))
        stored = read_drafts(f.head.ref for f in found if f.head)
        titles = [stored[f.head.ref].article.title for f in found if f.head]
        refused = [(Path(f.rejected.origin).name, f.rejected.reason) for f in found if f.rejected]
        return titles, refused, found

    return read


def lines(folder, *titles):
    path = folder / "wires.jsonl"
    path.write_text("".join(json.dumps({"id": f"urn:x:{t}", "title": t, "text": BODY}) + "\n\n" for t in titles))
    return Piece(origin=str(path), path=str(path), form="lines")


def feed_of(*titles):
    items = (
        f"<item><title>{t}</title><link>https://s.example/{t}</link><description>{BODY}</description></item>"
        for t in titles
    )
    return f"<rss version='2.0'><channel><title>S</title>{''.join(items)}</channel></rss>".encode()


def document(folder, name, data):
    (folder / name).write_bytes(data)
    return Piece(origin=str(folder / name), path=str(folder / name))


def archive(folder, *bodies):
    data = b""
    for number, body in enumerate(bodies):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n" + body
        data += f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://s.example/{number}\r\n".encode()
        data += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n".encode()
        data += block + b"\r\n\r\n"
    path = folder / "all.warc"
    path.write_bytes(data)
    return Piece(origin=str(path), path=str(path), form="warc", length=len(data))


def test_each_killer_costs_itself_and_nothing_else(read, tmp_path):
    titles = ["one", "HANG", "two", "EAT", "three", "KILL", "four", "RAISE", "five", "SWALLOW", "six"]
    stored, refused, _ = read(lines(tmp_path, *titles))
    assert stored == ["one", "two", "three", "four", "five", "six"]
    assert refused == [
        ("wires.jsonl#3", Reason.TIMED_OUT),
        ("wires.jsonl#7", Reason.OUT_OF_MEMORY),
        ("wires.jsonl#11", Reason.CRASHED),
        ("wires.jsonl#15", Reason.CRASHED),
        ("wires.jsonl#19", Reason.OUT_OF_MEMORY),
    ]


def test_a_line_that_kills_where_it_is_parsed_costs_itself(read, tmp_path):
    stored, refused, _ = read(lines(tmp_path, "one", "FALL", "two", "FALL again", "three"))
    assert stored == ["one", "two", "three"]
    assert [reason for _, reason in refused] == [Reason.CRASHED] * 2


def test_a_document_that_kills_where_it_is_parsed_is_one_rejection(read, tmp_path):
    """It kills whoever reads it, so it cannot be passed over either: that must come to an end."""
    stored, refused, _ = read(document(tmp_path, "a.xml", feed_of("FALL")), document(tmp_path, "b.xml", feed_of("one")))
    assert (stored, refused) == (["one"], [("a.xml", Reason.CRASHED)])


def test_of_a_feed_what_stands_before_the_entry_that_kills_its_parser_is_kept(read, tmp_path):
    stored, refused, _ = read(document(tmp_path, "a.xml", feed_of("one", "two", "FALL", "lost")))
    assert (stored, refused) == (["one", "two"], [("a.xml#3", Reason.CRASHED)])


def test_of_a_feed_an_entry_that_kills_later_costs_itself(read, tmp_path):
    stored, refused, _ = read(document(tmp_path, "a.xml", feed_of("one", "KILL", "two")))
    assert (stored, refused) == (["one", "two"], [("a.xml#2", Reason.CRASHED)])


def test_of_an_archive_the_record_that_kills_is_lost_and_the_next_is_read(read, tmp_path):
    bodies = [
        feed_of("one", "two"),
        feed_of("three", "FALL", "lost"),
        feed_of("four"),
        feed_of("KILL", "lost"),
        feed_of("five"),
    ]
    stored, refused, _ = read(archive(tmp_path, *bodies))
    assert stored == ["one", "two", "three", "four", "five"]
    assert refused == [("all.warc#2", Reason.CRASHED), ("all.warc#4", Reason.CRASHED)]


def test_a_crash_tells_the_exception(read, tmp_path):
    _, _, found = read(lines(tmp_path, "RAISE"))
    assert [f.rejected.detail for f in found] == ["ended its reader (exit code 1) ZeroDivisionError: a fault of ours"]


def test_a_worker_killed_from_outside_changes_nothing(read, tmp_path):
    stored, refused, _ = read(lines(tmp_path, "one", "ONCE", "two"))
    assert (stored, refused) == (["one", "ONCE", "two"], [])


def test_many_pieces_are_read_whole_and_deliveries_of_a_piece_keep_their_order(read, tmp_path):
    pieces = [document(tmp_path, f"{n:02}.txt", f"Headline {n}\n\n{BODY} No. {n}.\n".encode()) for n in range(40)]
    stored, refused, _ = read(*pieces, lines(tmp_path, "x", "y", "z"))
    assert (len(stored), refused) == (43, [])
    assert [title for title in stored if len(title) == 1] == ["x", "y", "z"]


def test_a_nursery_that_is_killed_is_started_again(shared, read, tmp_path):
    first, _, _ = read(lines(tmp_path, "one"))
    shared._nursery.kill()
    second, refused, _ = read(lines(tmp_path, "two", "KILL"))
    assert (first, second, refused) == (["one"], ["two"], [("wires.jsonl#3", Reason.CRASHED)])


def test_settings_that_no_worker_can_start_with_are_one_clear_error(tmp_path):
    pool = Pool(Settings(limits=Limits(), taxonomy=str(tmp_path / "none.yaml")), 1)
    with pytest.raises(isolation.WorkersFailed, match=r"none\.yaml"):
        list(pool.run([lines(tmp_path, "one")], now=NOW, drafts=tmp_path))
