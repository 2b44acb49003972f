# ruff: noqa: ARG001, E501  # some tests only stand in a fixture; records stand on one line
import errno
import gzip
import io
import json
import os
import tracemalloc

import pytest

from transforms.core.pieces import Limits, Piece
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.read import open_regular, read_piece

LIMITS = Limits()
TEXT = b"Ferry sails again\n\nThe ferry sailed again on Tuesday."


def line(number):
    return json.dumps({"id": str(number), "title": f"Ferry {number}", "text": "It sailed."}).encode() + b"\n"


def write(path, data):
    path.write_bytes(data)
    return str(path)


def read(piece, limits=LIMITS, **options):
    return list(read_piece(piece, limits, **options))


def test_a_document(tmp_path):
    path = write(tmp_path / "a.txt", TEXT)
    (item,) = read(Piece(origin="in/a.txt", path=path))
    assert (item.title, item.origin, item.raw_address) == ("Ferry sails again", "in/a.txt", path)


@pytest.mark.parametrize("name", ["a.html", "a.jsonl", "a.pdf", "a"])
def test_a_wrong_name_means_nothing(tmp_path, name):
    (item,) = read(Piece(origin=name, path=write(tmp_path / name, TEXT)))
    assert item.source_kind == "text"


def test_a_packed_document(tmp_path):
    path = write(tmp_path / "a", gzip.compress(gzip.compress(TEXT), mtime=0))
    (item,) = read(Piece(origin="a", path=path, packing=("gzip", "gzip")))
    assert item.title == "Ferry sails again"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(TEXT, mtime=0)[:-12], Reason.TRUNCATED),
        (gzip.compress(TEXT, mtime=0)[:10] + b"\xff" * 40, Reason.CORRUPT),
        (gzip.compress(bytes(15_000_000), mtime=0), Reason.BOMB),
    ],
)
def test_a_packed_document_that_cannot_be_unpacked(tmp_path, data, reason):
    (found,) = read(Piece(origin="a.gz", path=write(tmp_path / "a", data), packing=("gzip",)))
    assert (found.stage, found.reason, found.origin) == (Stage.OPEN, reason, "a.gz")


def test_a_packed_document_above_the_limit(tmp_path):
    path = write(tmp_path / "a", gzip.compress(os.urandom(50_000).hex().encode()))
    (found,) = read(Piece(origin="a.gz", path=path, packing=("gzip",)), Limits(max_item_bytes=60_000))
    assert found.reason is Reason.TOO_LARGE


def test_a_gigantic_document_is_not_even_read(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(10 * 2**40)
    (found,) = read(Piece(origin="a.txt", path=str(path)))
    assert (found.stage, found.reason) == (Stage.OPEN, Reason.TOO_LARGE)


def test_lines_in_a_stretch_keep_their_numbers_and_places(tmp_path):
    data = b"".join(map(line, range(1, 7)))
    path = write(tmp_path / "a.jsonl", data)
    size = len(line(1))
    found = read(Piece(origin="a.jsonl", path=path, form="lines", start=2 * size, length=3 * size, first=3))
    assert [(each.item_id, each.origin) for each in found] == [(str(n), f"a.jsonl#{n}") for n in (3, 4, 5)]
    assert found[0].raw_address == f"{path}@{2 * size}+{size}"


def test_one_bad_line_costs_itself(tmp_path):
    data = line(1) + b'{"id": broken\n' + b"\n" + b"\xff\xfe\n" + line(5).rstrip(b"\n")
    found = read(Piece(origin="a", path=write(tmp_path / "a", data), form="lines", length=len(data)))
    assert [each.origin for each in found] == ["a#1", "a#2", "a#4", "a#5"]
    assert [isinstance(each, Item) for each in found] == [True, False, False, True]
    assert found[1].excerpt.startswith('{"id": broken')


def test_a_gigantic_line_is_passed_over_without_being_held(tmp_path):
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(line(1))
        for _ in range(300):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + line(3))
    limits = Limits(max_item_bytes=1_000_000)
    tracemalloc.start()
    try:
        found = read(Piece(origin="a", path=str(path), form="lines", length=path.stat().st_size), limits)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [type(each) for each in found] == [Item, Rejected, Item]
    assert (found[1].reason, found[1].origin, found[2].origin) == (Reason.TOO_LARGE, "a#2", "a#3")
    assert "300000001 bytes" in found[1].detail
    assert peak < 20_000_000


def test_spooled_bytes_are_addressed_by_their_origin(tmp_path):
    piece = Piece(origin="a.jsonl.gz", path=write(tmp_path / "0001", line(1)), form="lines", first=7, spooled=True)
    assert read(piece)[0].raw_address == "a.jsonl.gz#7"


def test_a_member_is_addressed_in_its_archive(tmp_path):
    path = write(tmp_path / "a.zip", b"12345" + TEXT + b"rest")
    piece = Piece(origin="a.zip!b.txt", path=path, member="b.txt", start=5, length=len(TEXT))
    assert read(piece)[0].raw_address == f"{path}!b.txt"


def test_warc_records_are_documents(tmp_path):
    page = (
        b"<!doctype html><title>Ferry</title><body><article><h1>Ferry sails</h1>"
        + b"<p>The ferry sailed again.</p>" * 9
    )
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=koi8-r\r\n\r\n" + page
    record = (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://site.example/1\r\nContent-Type: application/http\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block), block)
    )
    path = write(tmp_path / "a.warc", b"junk!" + record)
    (item,) = read(Piece(origin="a.warc", path=path, form="warc", start=5, length=len(record), first=4))
    assert (item.source_kind, item.url, item.origin) == ("page", "https://site.example/1", "a.warc#4")
    assert item.raw_address == f"{path}@5+{len(record)}"


@pytest.mark.parametrize("form", ["document", "lines", "warc"])
def test_a_file_that_is_gone(tmp_path, form):
    (found,) = read(Piece(origin="a", path=str(tmp_path / "gone"), form=form))
    assert (found.stage, found.reason, found.origin) == (Stage.OPEN, Reason.DISAPPEARED, "a")


def test_a_file_that_shrank(tmp_path):
    path = write(tmp_path / "a", line(1))
    (document,) = read(Piece(origin="a", path=path, length=500))
    *read_before, lines = read(Piece(origin="a", path=path, form="lines", length=500))
    assert document.reason is lines.reason is Reason.DISAPPEARED
    assert len(read_before) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [(errno.EACCES, Reason.UNREADABLE), (errno.EIO, Reason.UNREADABLE), (errno.ESTALE, Reason.DISAPPEARED), (errno.ELOOP, Reason.SYMLINK_LOOP)],
)  # fmt: skip
def test_a_file_that_cannot_be_opened(code, reason):
    def refuse(path):
        raise OSError(code, os.strerror(code), path)

    (found,) = read(Piece(origin="a", path="a"), opener=refuse)
    assert (found.reason, found.detail) == (reason, os.strerror(code).lower())


def test_an_error_in_the_middle_loses_nothing_that_was_read(tmp_path):
    class Failing(io.BytesIO):
        def readline(self, size=-1):
            if self.tell() >= len(line(1)) * 2:
                raise OSError(errno.EIO, "Input/output error")
            return super().readline(size)

    piece = Piece(origin="a", path="a", form="lines", length=10_000)
    first, second, third = read(piece, opener=lambda _: Failing(line(1) + line(2) + line(3)))
    assert (first.item_id, second.item_id, third.reason) == ("1", "2", Reason.UNREADABLE)


def test_what_is_no_regular_file_is_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, "/dev/zero"):
        (found,) = read(Piece(origin="a", path=str(path)))
        assert (found.stage, found.reason) == (Stage.OPEN, Reason.UNREADABLE)
    with open_regular(write(tmp_path / "a", TEXT)) as stream:
        assert stream.read() == TEXT
