import gzip
import io

import pytest

from transforms.core.pieces import Limits
from transforms.core.records import Reason, Rejected
from transforms.core.warc import Response, read_responses, record_end

PAGE = "<!doctype html><html><body><p>Story {}</p></body></html>"


class Archive:
    """Builds an archive record by record and remembers where each begins."""

    def __init__(self, *, packed):
        self.packed = packed
        self.data = b""
        self.offsets = []

    def response(self, number, *, body=None, status="200 OK", headers=(("Content-Type", "text/html; charset=utf-8"),)):
        body = PAGE.format(number).encode() if body is None else body
        http = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        self._write(
            f"https://site.example/{number}", "response", "application/http; msgtype=response", http.encode() + body
        )

    def other(self, kind):
        block = b"GET / HTTP/1.1\r\n\r\n" if kind == "request" else b"<html>no story</html>"
        self._write("https://site.example/other", kind, "application/http" if kind == "request" else "text/html", block)

    def _write(self, url, kind, content_type, block):
        record = (
            (
                f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{len(self.offsets):012}>\r\n"
                f"WARC-Target-URI: {url}\r\nWARC-Date: 2018-09-14T10:00:00Z\r\nContent-Type: {content_type}\r\n"
                f"Content-Length: {len(block)}\r\n\r\n"
            ).encode()
            + block
            + b"\r\n\r\n"
        )
        self.offsets.append(len(self.data))
        self.data += gzip.compress(record, mtime=0) if self.packed else record

    def bytes(self):
        return self.data


def responses(data, **options):
    return list(read_responses(io.BytesIO(data), origin="a.warc", **options))


def told(found):
    return [(each.number if isinstance(each, Response) else (each.origin, each.reason)) for each in found]


@pytest.fixture(params=[True, False], ids=["packed", "plain"])
def archive(request):
    return Archive(packed=request.param)


def test_responses_are_read_with_where_they_lie(archive):
    for number in range(1, 4):
        archive.response(number)
    found = responses(archive.bytes())
    assert [each.body.decode() for each in found] == [PAGE.format(number) for number in range(1, 4)]
    assert [each.offset for each in found] == archive.offsets
    assert [each.offset + each.length for each in found] == [*archive.offsets[1:], len(archive.bytes())]
    first = found[0]
    assert (first.url, first.status, first.content_type, first.charset, first.number) == (
        "https://site.example/1", 200, "text/html", "utf-8", 1,
    )  # fmt: skip
    assert first.date == "2018-09-14T10:00:00Z"


def test_a_stretch_can_be_read_alone(archive):
    for number in range(1, 6):
        archive.response(number)
    stream = io.BytesIO(archive.bytes())
    stream.seek(archive.offsets[1])
    found = list(read_responses(stream, origin="a.warc", first=2, end=archive.offsets[3]))
    assert [(each.number, each.url[-1]) for each in found] == [(2, "2"), (3, "3")]


def test_other_records_are_counted_and_passed_over(archive):
    archive.other("request")
    archive.response(2)
    archive.other("metadata")
    archive.other("resource")
    archive.response(5)
    assert told(responses(archive.bytes())) == [2, 5]


@pytest.mark.parametrize("status", ["404 Not Found", "301 Moved Permanently", "500 Oops", "abc", "20000 OK"])
def test_no_success_no_story(archive, status):
    archive.response(1, status=status)
    archive.response(2)
    first, second = responses(archive.bytes())
    assert (first.reason, first.url, first.origin) == (Reason.HTTP_ERROR, "https://site.example/1", "a.warc#1")
    assert second.number == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"body { color: red }", Reason.UNSUPPORTED),
        (b"User-agent: *\nDisallow: /", Reason.UNSUPPORTED),
        (b"\x89PNG\r\n\x1a\n\0", Reason.UNSUPPORTED),
        (b'{"price": 5}', Reason.UNSUPPORTED),
        (b"", Reason.EMPTY),
    ],
)
def test_what_is_neither_page_nor_feed(archive, body, reason):
    archive.response(1, body=body)
    assert told(responses(archive.bytes())) == [("a.warc#1", reason)]


@pytest.mark.parametrize(
    "body", [b"<rss version='2.0'><channel/></rss>", b'{"version": "https://jsonfeed.org/version/1", "items": []}']
)
def test_feeds_are_read_whatever_their_type_says(archive, body):
    archive.response(1, body=body, headers=[("Content-Type", "text/plain")])
    assert responses(archive.bytes())[0].body == body


def test_transfer_and_content_encoding_come_off(archive):
    packed = gzip.compress(PAGE.format(1).encode())
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    archive.response(1, body=chunked, headers=[("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")])
    assert responses(archive.bytes())[0].body == PAGE.format(1).encode()


def test_a_body_that_unpacks_to_too_much(archive):
    archive.response(
        1, body=gzip.compress(b"<html>" + bytes(5_000_000), mtime=0), headers=[("Content-Encoding", "gzip")]
    )
    archive.response(2)
    assert told(responses(archive.bytes(), limits=Limits(max_item_bytes=1_000_000))) == [
        ("a.warc#1", Reason.TOO_LARGE),
        2,
    ]


def test_damage_costs_one_record(archive):
    for number in range(1, 6):
        archive.response(number)
    data = bytearray(archive.bytes())
    start = archive.offsets[2]
    data[start : start + 60] = b"\xff" * 60
    found = told(responses(bytes(data)))
    assert found == [1, 2, ("a.warc#3", Reason.CORRUPT), 4, 5]


def test_a_wrong_length_costs_one_record():
    archive = Archive(packed=False)
    for number in range(1, 4):
        archive.response(number)
    data = archive.bytes()
    head, tail = data[: archive.offsets[1]], data[archive.offsets[1] :]
    length = tail.split(b"Content-Length: ")[1].split(b"\r\n")[0]
    for lie in (b"9" * len(length), b"0" * len(length)):
        wrong = head + tail.replace(b"Content-Length: " + length, b"Content-Length: " + lie, 1)
        found = told(responses(wrong))
        assert found == [1, ("a.warc#2", Reason.CORRUPT), 3]


def test_an_archive_cut_in_the_middle_gives_what_is_whole(archive):
    for number in range(1, 4):
        archive.response(number)
    data = archive.bytes()
    for cut in range(archive.offsets[2] + 5, len(data) - 10, 37):
        found = told(responses(data[:cut]))
        assert found == [1, 2, ("a.warc#3", Reason.TRUNCATED)]


def test_no_archive_at_all():
    (found,) = responses(b"WARC/1.0 and then nothing of the kind")
    assert isinstance(found, Rejected)
    assert responses(b"") == []


def test_record_ends_are_where_the_next_begins(archive):
    for number in range(1, 4):
        archive.response(number)
    stream, end = io.BytesIO(archive.bytes()), len(archive.bytes())
    found = [record_end(stream, offset, end).offset for offset in archive.offsets]
    assert found == [*archive.offsets[1:], end]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", [b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\nWARC/1.1\n", b"\r\n"])
def test_hostile_repetition_costs_no_time(unit):
    for found in read_responses(io.BytesIO(unit * (200_000 // len(unit))), origin="a"):
        assert isinstance(found, Rejected)
