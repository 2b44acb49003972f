# ruff: noqa: ARG001, E501  # some tests only stand in a fixture; records stand on one line
import bz2
import gzip
import io
import json
import os
import struct
import zipfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import cutting, spooling
from pipeline.sources import SourceError, cut, list_inputs
from transforms.core.pieces import Limits, Piece
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.read import read_piece

LIMITS = Limits()
TEXT = b"Ferry sails again\n\nThe ferry sailed again on Tuesday."
PACK = {"gz": gzip.compress, "bz2": bz2.compress, "zst": zstandard.compress}


def line(number, size=40):
    return json.dumps({"id": str(number), "title": f"Ferry {number}", "text": "It sailed. " * size}).encode() + b"\n"


LINES = b"".join(map(line, range(1, 1201)))


def record(number, *, packed=False, kind="response", lie=0):
    block = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n"
        + (
            f"<rss version='2.0'><channel><title>W</title><item><title>Story {number}</title>"
            f"<link>https://site.example/{number}</link><description>It sailed again.</description></item></channel></rss>"
        ).encode()
    )
    data = (
        (
            f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://site.example/{number}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block) + lie}\r\n\r\n"
        ).encode()
        + block
        + b"\r\n\r\n"
    )
    return gzip.compress(data, mtime=0) if packed else data


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "in"


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


def pieces(path, spool, limits=LIMITS, **options):
    named = os.path.relpath(path) if Path(path).is_relative_to(Path.cwd()) else str(path)
    return [piece for listed in list_inputs([named]) for piece in cut(listed, limits, spool, **options)]


def deliveries(path, spool, limits=LIMITS, **options):
    found = []
    for piece in pieces(path, spool, limits, **options):
        found += [piece] if isinstance(piece, Rejected) else list(read_piece(piece, limits))
    return found


def origins(paths, **options):
    return [listed.origin for listed in list_inputs(paths, **options)]


# listing


def test_folders_files_and_globs_in_sorted_order_each_file_once(folder):
    for name in ("b.txt", "a.txt", ".hidden", "sub/c.txt", "sub/deep/d.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(TEXT)
    everything = ["in/.hidden", "in/a.txt", "in/b.txt", "in/sub/c.txt", "in/sub/deep/d.txt"]
    assert origins(["in"]) == everything
    assert origins(["in/", "./in/../in/a.txt", "in/sub", str(folder)]) == everything
    assert origins(["in/b.txt", "in"]) == ["in/b.txt", *[origin for origin in everything if origin != "in/b.txt"]]
    assert sorted(origins(["in/**/*.txt"])) == everything[1:]
    assert origins(["in/sub/*/*.txt"]) == ["in/sub/deep/d.txt"]


def test_a_listed_file_says_what_it_is(folder):
    (folder / "a.txt").write_bytes(TEXT)
    (listed,) = list_inputs(["in"])
    assert (listed.size, listed.path, listed.unread) == (len(TEXT), str(folder / "a.txt"), None)
    os.utime(folder / "a.txt", ns=(1, 1))
    (changed,) = list_inputs(["in"])
    assert changed.identity != listed.identity
    assert changed.mtime_ns == 1


def test_a_file_named_like_a_glob_is_a_file(folder):
    (folder / "a[1].txt").write_bytes(TEXT)
    assert origins(["in/a[1].txt"]) == ["in/a[1].txt"]


@pytest.mark.parametrize("path", ["nowhere", "in/*.none", "in/nothing/**", "", "a\0b"])
def test_a_path_that_is_not_there_is_wrong_usage_at_once(folder, path):
    (folder / "a.txt").write_bytes(TEXT)
    with pytest.raises(SourceError, match=r"\S"):
        list_inputs(["in", path])


def test_no_paths_are_wrong_usage():
    with pytest.raises(SourceError):
        list_inputs([])


def test_links_are_followed_once_and_loops_are_told(folder):
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to("..")
    (folder / "again.txt").symlink_to("a.txt")
    (folder / "broken").symlink_to("nowhere")
    (folder / "self").symlink_to("self")
    found = {listed.origin: listed.unread.reason if listed.unread else None for listed in list_inputs(["in"])}
    assert found == {
        "in/a.txt": None,
        "in/broken": Reason.MISSING,
        "in/self": Reason.SYMLINK_LOOP,
        "in/sub/up": Reason.SYMLINK_LOOP,
    }


def test_a_linked_folder_elsewhere_is_walked(folder, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_bytes(TEXT)
    (folder / "link").symlink_to(tmp_path / "other")
    (folder / "link2").symlink_to(tmp_path / "other")
    assert origins(["in"]) == ["in/link/a.txt"]


def test_hard_links_are_one_file(folder):
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "b.txt").hardlink_to(folder / "a.txt")
    assert origins(["in"]) == ["in/a.txt"]


def test_pipes_and_devices_are_never_opened(folder, spool):
    os.mkfifo(folder / "pipe")
    (found,) = deliveries(folder, spool)
    assert (found.stage, found.reason, found.detail) == (
        Stage.OPEN,
        Reason.UNREADABLE,
        "a named pipe, not a regular file",
    )
    (found,) = deliveries("/dev/zero", spool)
    assert found.reason is Reason.UNREADABLE


def test_an_unreadable_folder_costs_itself(folder, monkeypatch):
    (folder / "closed").mkdir()
    (folder / "open.txt").write_bytes(TEXT)
    real = os.listdir

    def listdir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)
    closed, opened = list_inputs(["in"])
    assert (closed.unread.reason, closed.origin) == (Reason.UNREADABLE, "in/closed")
    assert opened.origin == "in/open.txt"


def test_an_output_folder_is_passed_over_with_a_notice_and_refused_as_an_input(folder):
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "out" / "articles").mkdir(parents=True)
    (folder / "out" / "newsbeam.json").write_text('{"what": "output folder of newsbeam"}')
    (folder / "out" / "articles" / "x.parquet").write_bytes(b"PAR1")
    (folder / "mine").mkdir()
    (folder / "mine" / "newsbeam.json").write_text('{"what": "my notes"}')
    notices = []
    assert origins(["in"], notice=notices.append) == ["in/a.txt", "in/mine/newsbeam.json"]
    assert len(notices) == 1
    assert "in/out" in notices[0]
    with pytest.raises(SourceError, match="in/out"):
        list_inputs(["in/out"])


def test_a_name_that_is_no_utf8(folder, spool):
    (folder / os.fsdecode(b"w\xffre.txt")).write_bytes(TEXT)
    (piece,) = pieces(folder, spool)
    piece.path.encode()
    assert piece.origin == "in/w\\xffre.txt"
    assert next(read_piece(piece, LIMITS)).title == "Ferry sails again"


# cutting


def test_a_document_is_one_piece(folder, spool):
    (folder / "a.pdf").write_bytes(TEXT)
    assert pieces(folder, spool) == [
        Piece(origin="in/a.pdf", path=str(folder / "a.pdf"), weight=len(TEXT)),
    ]
    assert not spool.exists()


@pytest.mark.parametrize("name", PACK)
def test_a_packed_document_is_not_spooled(folder, spool, name):
    (folder / "a").write_bytes(PACK[name](TEXT))
    (piece,) = pieces(folder, spool)
    assert len(piece.packing) == 1
    assert [item.title for item in deliveries(folder, spool)] == ["Ferry sails again"]
    assert not spool.exists()


def test_lines_are_cut_where_lines_end(folder, spool):
    (folder / "a").write_bytes(LINES)
    found = pieces(folder, spool, max_records=100)
    assert [piece.first for piece in found] == list(range(1, 1201, 100))
    assert [piece.records for piece in found] == [100] * 12
    assert sum(piece.length for piece in found) == sum(piece.weight for piece in found) == len(LINES)
    assert [item.origin for item in deliveries(folder, spool)] == [f"in/a#{n}" for n in range(1, 1201)]
    assert {piece.form for piece in found} == {"lines"}


def test_lines_are_cut_by_size_too(folder, spool, monkeypatch):
    monkeypatch.setattr(cutting, "LINES_BYTES", 10_000)
    (folder / "a").write_bytes(LINES)
    found = pieces(folder, spool)
    assert all(10_000 <= piece.length < 11_000 for piece in found[:-1])
    assert [item.item_id for item in deliveries(folder, spool)] == [str(n) for n in range(1, 1201)]


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.sampled_from([b"", b"{}", b"x" * 30, b'{"a": 1}']), min_size=1, max_size=40),
    end=st.sampled_from([b"", b"\n"]),
    most=st.integers(1, 7),
)
def test_stretches_cover_every_byte_once_and_count_lines(lines, end, most):
    data = b"\n".join(lines) + end
    found = list(cutting.cut_lines(Piece(origin="a", path="a"), io.BytesIO(data), most))
    at, number = 0, 1
    for piece in found:
        assert (piece.start, piece.first) == (at, number)
        stretch = data[at : at + piece.length]
        at, number = at + piece.length, number + stretch.count(b"\n")
        assert stretch.count(b"\n") <= most
        assert at == len(data) or stretch.endswith(b"\n")
    assert at == len(data)


@pytest.mark.parametrize("name", PACK)
def test_packed_lines_are_spooled_in_bounded_files(folder, spool, name, monkeypatch):
    monkeypatch.setattr(spooling, "FILE_BYTES", 100_000)
    (folder / "a").write_bytes(PACK[name](LINES))
    (listed,) = list_inputs(["in"])
    numbers = []
    for piece in cut(listed, LIMITS, spool, max_records=50):
        assert piece.spooled
        assert Path(piece.path).parent == spool
        numbers += [int(item.item_id) for item in read_piece(piece, LIMITS)]
    assert numbers == list(range(1, 1201))
    sizes = [path.stat().st_size for path in spool.iterdir()]
    assert len(sizes) > 4
    assert max(sizes) < 102_000


def test_spooling_goes_no_further_than_it_is_asked(folder, spool, monkeypatch):
    monkeypatch.setattr(spooling, "FILE_BYTES", 50_000)
    (folder / "a.gz").write_bytes(gzip.compress(LINES, mtime=0))
    (listed,) = list_inputs(["in"])
    next(cut(listed, LIMITS, spool))
    assert len(list(spool.iterdir())) == 1


def test_spooling_again_writes_the_same(folder, spool):
    (folder / "a.gz").write_bytes(gzip.compress(LINES, mtime=0))
    assert pieces(folder, spool) == pieces(folder, spool)


def test_a_truncated_container_gives_what_is_whole(folder, spool):
    packed = gzip.compress(LINES, mtime=0)
    (folder / "a.gz").write_bytes(packed[: len(packed) // 2])
    *items, last = deliveries(folder, spool)
    assert [item.item_id for item in items] == [str(n) for n in range(1, len(items) + 1)]
    assert len(items) > 100
    assert (last.reason, last.origin) == (Reason.TRUNCATED, "in/a.gz")


def test_a_bomb_of_lines_stops(folder, spool):
    (folder / "a.gz").write_bytes(gzip.compress(line(1) * 400_000, mtime=0))
    *_, last = pieces(folder, spool)
    assert (last.reason, last.stage) == (Reason.BOMB, Stage.OPEN)
    assert sum(path.stat().st_size for path in spool.iterdir()) < 60_000_000


def test_a_gigantic_packed_line_takes_no_room(folder, spool):
    limits = Limits(max_item_bytes=100_000, max_ratio=10_000)
    (folder / "a.gz").write_bytes(gzip.compress(line(1) + b"x" * 30_000_000 + b"\n" + line(3)))
    first, second, third = deliveries(folder, spool, limits)
    assert (first.item_id, second.reason, third.item_id, third.origin) == ("1", Reason.TOO_LARGE, "3", "in/a.gz#3")
    assert sum(path.stat().st_size for path in spool.iterdir()) < 200_000


@pytest.mark.parametrize("packed", [False, True])
def test_warc_is_cut_where_records_end(folder, spool, packed):
    data = b"".join(record(n, packed=packed) for n in range(1, 8))
    (folder / "a").write_bytes(data)
    found = pieces(folder, spool, max_records=3)
    assert [(piece.form, piece.first, piece.records) for piece in found] == [
        ("warc", 1, 3),
        ("warc", 4, 3),
        ("warc", 7, 1),
    ]
    assert sum(piece.length for piece in found) == len(data)
    items = deliveries(folder, spool, max_records=3)
    assert [item.title for item in items] == [f"Story {n}" for n in range(1, 8)]
    assert not spool.exists()


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_warc_packed_as_a_whole_is_spooled(folder, spool, pack, monkeypatch):
    monkeypatch.setattr(spooling, "FILE_BYTES", 1500)
    (folder / "a").write_bytes(pack(b"".join(record(n) for n in range(1, 11))))
    assert [item.title for item in deliveries(folder, spool)] == [f"Story {n}" for n in range(1, 11)]
    assert len(list(spool.iterdir())) > 2


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("size", [100, 70_000, 300_000, 20_000_000])
def test_a_long_first_record_does_not_hide_those_behind_it(folder, spool, size, is_whole):
    long = f"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: {size}\r\n\r\n".encode() + bytes(size) + b"\r\n\r\n"
    every = [long, record(2), record(3)]
    (folder / "a").write_bytes(gzip.compress(b"".join(every)) if is_whole else b"".join(map(gzip.compress, every)))
    items = deliveries(folder, spool, Limits(max_ratio=10_000))
    assert [(item.title, item.origin) for item in items] == [("Story 2", "in/a#2#1"), ("Story 3", "in/a#3#1")]
    assert spool.exists() == is_whole


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("lie", [-10, 10, 1_000_000])
def test_a_first_record_that_ends_elsewhere_costs_itself(folder, spool, lie, pack):
    (folder / "a").write_bytes(pack(record(1, lie=lie) + record(2) + record(3)))
    damaged, *items = deliveries(folder, spool)
    assert (damaged.reason, damaged.origin) == (Reason.CORRUPT, "in/a#1")
    assert [(item.title, item.origin) for item in items] == [("Story 2", "in/a#2#1"), ("Story 3", "in/a#3#1")]


@pytest.mark.parametrize("lie", [-10, 10])
def test_a_later_record_that_ends_elsewhere_in_its_member_is_told_of(folder, spool, lie):
    members = (record(1), record(2, lie=lie) + record(3), record(4))
    (folder / "a").write_bytes(b"".join(map(gzip.compress, members)))
    found = deliveries(folder, spool)
    assert [item.title for item in found if not isinstance(item, Rejected)][-1] == "Story 4"
    assert [(each.reason, each.origin) for each in found if isinstance(each, Rejected)] == [(Reason.CORRUPT, "in/a#2")]


def test_records_that_share_a_member_with_another_are_told_of(folder, spool):
    (folder / "a").write_bytes(
        gzip.compress(record(1)) + gzip.compress(record(2) + record(3)) + gzip.compress(record(4))
    )
    first, second, told, last = deliveries(folder, spool)
    assert [item.title for item in (first, second, last)] == ["Story 1", "Story 2", "Story 4"]
    assert (told.reason, told.origin) == (Reason.CORRUPT, "in/a#2")
    assert told.detail.startswith("more records in the same gzip member are not read")


def test_a_packed_warc_of_no_record_is_told_of(folder, spool):
    (folder / "a").write_bytes(gzip.compress(b"WARC/1.1\r\n"))
    (told,) = deliveries(folder, spool)
    assert (told.reason, told.origin) == (Reason.TRUNCATED, "in/a#1")


def test_a_spooled_warc_with_damage_loses_one_record(folder, spool):
    data = record(1) + record(2).replace(b"WARC/1.1", b"XXXX/1.1") + record(3)
    (folder / "a").write_bytes(zstandard.compress(data))
    first, second, third = deliveries(folder, spool)
    assert (first.title, third.title) == ("Story 1", "Story 3")
    assert (second.reason, second.origin) == (Reason.CORRUPT, "in/a#2")


def test_a_spooled_record_above_the_limit(folder, spool):
    limits = Limits(max_item_bytes=2000, max_ratio=10_000)
    huge = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 900000\r\n\r\n" + bytes(900_000) + b"\r\n\r\n"
    (folder / "a").write_bytes(zstandard.compress(record(1) + huge + record(3)))
    first, second, third = deliveries(folder, spool, limits)
    assert (first.title, third.title) == ("Story 1", "Story 3")
    assert third.origin.startswith("in/a#3")
    assert (second.reason, second.origin) == (Reason.TOO_LARGE, "in/a#2")
    assert sum(path.stat().st_size for path in spool.iterdir()) < 3000


# archives


def zipped(path, members, **options):
    with zipfile.ZipFile(path, "w", **{"compression": zipfile.ZIP_DEFLATED, **options}) as archive:
        for name, data in members:
            archive.writestr(name, data)


def test_members_are_read_where_they_lie(folder, spool, tmp_path):
    members = [
        ("a.txt", TEXT),
        ("../../etc/b.txt", TEXT),
        ("/abs.txt", TEXT),
        ("d/", b""),
        ("d/c.html.gz", gzip.compress(TEXT, mtime=0)),
    ]
    zipped(folder / "a", members)
    items = deliveries(folder, spool)
    assert [item.origin for item in items] == [
        "in/a!a.txt",
        "in/a!../../etc/b.txt",
        "in/a!/abs.txt",
        "in/a!d/c.html.gz",
    ]
    assert {item.title for item in items} == {"Ferry sails again"}
    assert items[0].raw_address == f"{folder / 'a'}!a.txt"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
def test_other_methods(folder, spool, method):
    zipped(folder / "a.zip", [("a.txt", TEXT), ("l", LINES)], compression=method)
    found = deliveries(folder, spool)
    assert len(found) == 1201
    assert all(isinstance(each, Item) for each in found)


def test_a_method_that_is_not_known(folder, spool):
    zipped(folder / "a.zip", [("a.txt", TEXT)], compression=zipfile.ZIP_LZMA)
    (found,) = deliveries(folder, spool)
    assert (found.reason, found.origin) == (Reason.UNSUPPORTED, "in/a.zip!a.txt")


def test_lines_in_an_archive_are_spooled(folder, spool):
    zipped(folder / "a.zip", [("one/l.jsonl", LINES), ("two/l.jsonl.zst", zstandard.compress(LINES))])
    items = deliveries(folder, spool)
    assert [item.item_id for item in items] == [str(n) for n in range(1, 1201)] * 2
    assert items[-1].origin == "in/a.zip!two/l.jsonl.zst#1200"


def test_two_members_of_one_name_are_two(folder, spool):
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(folder / "a.zip", [("l", LINES), ("l", LINES)])
    assert len({item.origin for item in deliveries(folder, spool)}) == 2400


def test_an_encrypted_member_costs_itself(folder, spool):
    zipped(folder / "a.zip", [("a.txt", TEXT), ("b.txt", TEXT)])
    data = bytearray((folder / "a.zip").read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (folder / "a.zip").write_bytes(data)
    first, second = deliveries(folder, spool)
    assert isinstance(first, Item)
    assert (second.reason, second.origin) == (Reason.ENCRYPTED, "in/a.zip!b.txt")


def test_a_zip_bomb_is_refused(folder, spool):
    zipped(folder / "a.zip", [("bomb", bytes(50_000_000)), ("a.txt", TEXT)])
    first, second = deliveries(folder, spool)
    assert (first.reason, second.title) == (Reason.BOMB, "Ferry sails again")


def test_a_bomb_that_lies_about_its_size_is_refused(folder, spool):
    zipped(folder / "a.zip", [("bomb", bytes(50_000_000))])
    data = bytearray((folder / "a.zip").read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 5000)
    (folder / "a.zip").write_bytes(data)
    (found,) = deliveries(folder, spool)
    assert found.reason in (Reason.BOMB, Reason.TOO_LARGE)


def test_members_that_overlap_are_a_bomb(folder, spool):
    zipped(folder / "a.zip", [("a.txt", TEXT), ("b.txt", TEXT)])
    data = bytearray((folder / "a.zip").read_bytes())
    at = data.rindex(b"PK\x01\x02") + 42
    data[at : at + 4] = struct.pack("<I", 0)
    (folder / "a.zip").write_bytes(data)
    first, second = deliveries(folder, spool)
    assert (first.title, second.reason) == ("Ferry sails again", Reason.BOMB)


def test_a_cut_archive(folder, spool):
    zipped(folder / "a.zip", [("a.txt", TEXT)])
    (folder / "a.zip").write_bytes((folder / "a.zip").read_bytes()[:60])
    (found,) = deliveries(folder, spool)
    assert (found.reason, found.origin) == (Reason.TRUNCATED, "in/a.zip")


def test_an_office_document_is_one_rejection(folder, spool):
    zipped(folder / "a.docx", [("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")])
    (found,) = deliveries(folder, spool)
    assert (found.reason, found.origin) == (Reason.UNSUPPORTED, "in/a.docx")


@settings(max_examples=80, deadline=None)
@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_damaged_archive_never_raises(tmp_path_factory, at, byte):
    folder = tmp_path_factory.mktemp("damage")
    zipped(folder / "a.zip", [("a.txt", TEXT), ("b.txt", TEXT)])
    data = bytearray((folder / "a.zip").read_bytes())
    data[at % len(data)] = byte
    (folder / "a.zip").write_bytes(data)
    assert all(isinstance(each, Item | Rejected) for each in deliveries(folder / "a.zip", folder / "spool"))


# standard input and the rest


def test_standard_input_is_kept_under_its_contents_name(folder, spool, monkeypatch):
    class Stdin:
        def __init__(self, data):
            self.buffer = io.BytesIO(data)

    monkeypatch.setattr("sys.stdin", Stdin(LINES))
    found = deliveries("-", spool)
    assert [item.item_id for item in found] == [str(n) for n in range(1, 1201)]
    stem = found[0].origin.removesuffix("#1")
    assert stem.startswith("stdin-")
    assert found[0].raw_address == f"{stem}#1"
    assert (spool / stem).read_bytes() == LINES
    monkeypatch.setattr("sys.stdin", Stdin(TEXT))
    (item,) = deliveries("-", spool)
    assert item.title == "Ferry sails again"
    assert item.origin != stem
    assert origins(["-", "-"]) == ["-"]


def test_a_file_that_disappears_between(folder, spool):
    (folder / "a.txt").write_bytes(TEXT)
    (listed,) = list_inputs(["in"])
    (folder / "a.txt").unlink()
    (found,) = cut(listed, LIMITS, spool)
    assert (found.reason, found.origin) == (Reason.DISAPPEARED, "in/a.txt")


def test_a_file_that_becomes_a_pipe_is_not_waited_for(folder, spool):
    (folder / "a.txt").write_bytes(TEXT)
    (listed,) = list_inputs(["in"])
    (folder / "a.txt").unlink()
    os.mkfifo(folder / "a.txt")
    (found,) = cut(listed, LIMITS, spool)
    assert found.reason is Reason.UNREADABLE


def test_an_empty_file_and_a_nest_of_compression(folder, spool):
    (folder / "a").write_bytes(b"")
    nested = TEXT
    for _ in range(5):
        nested = gzip.compress(nested, mtime=0)
    (folder / "b").write_bytes(nested)
    first, second = deliveries(folder, spool)
    assert (first.reason, second.reason) == (Reason.EMPTY, Reason.UNSUPPORTED)


def test_lines_in_utf16_are_a_document(folder, spool):
    (folder / "a").write_bytes((line(1) + line(2)).decode().encode("utf-16"))
    assert [item.origin for item in deliveries(folder, spool)] == ["in/a#1", "in/a#2"]
