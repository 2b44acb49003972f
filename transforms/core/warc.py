"""Response records of a WARC archive, one by one, whatever is wrong with the others. Opens no files.

warcio reads a record; this module finds records, bounds what they unpack to, and goes on behind a damaged one: at the
next `WARC/` at the start of a line, or the next gzip member in an archive compressed record by record.
"""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from transforms.core.errors import Refused, rejected
from transforms.core.pieces import Limits
from transforms.core.records import Reason, Rejected, Stage
from transforms.core.sniff import HEAD_BYTES, Kind, sniff


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An archived success: a page or a feed."""

    url: str
    date: str  #: WARC-Date, as written
    content_type: str  #: without parameters, lower case
    charset: str  #: as the transport said it
    body: bytes  #: unpacked
    status: int
    offset: int  #: of the record in the stream
    length: int  #: of the record in the stream, as it lies there
    number: int  #: of the record, from `first`


#: What a damaged record raises in warcio and below it.
_DAMAGE = (
    ArchiveLoadFailed,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
)
_READ = (Kind.HTML, Kind.FEED, Kind.JSON_FEED)
_STEP = 1 << 16
_GZIP = b"\x1f\x8b\x08"
_LENGTH = re.compile(rb"\nContent-Length:[ \t]{0,16}(\d{1,18})[ \t]{0,16}\r?\n", re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def read_responses(
    stream: BinaryIO, *, origin: str, limits: Limits | None = None, first: int = 1, end: int | None = None
) -> Iterator[Response | Rejected]:
    """Read a seekable stream of WARC records from where it stands.

    Requests, metadata, resources, revisits and other records are counted in `number` and give nothing. A response that
    is no success gives HTTP_ERROR; one that is no page or feed UNSUPPORTED, EMPTY or BINARY; one that is damaged CORRUPT
    or TRUNCATED, and the records behind it are still read. Origins are `origin#number`.

    Args:
        stream: plain, or compressed with gzip record by record.
        origin: of the archive.
        limits: a body above `max_item_bytes` is TOO_LARGE; None: the default limits.
        first: number of the first record.
        end: offset where the last record ends; None: at the end of the stream.
    """
    limits = limits or Limits()
    offset, number = stream.tell(), first
    end = stream.seek(0, io.SEEK_END) if end is None else end
    while offset < end:
        after = record_end(stream, offset, end)
        stream.seek(offset)
        data = _Window(stream, after.offset - offset)
        place = f"{origin}#{number}"
        try:
            found = _response(
                data, origin=place, offset=offset, length=after.offset - offset, number=number, limits=limits
            )
            if found is not None:
                yield found
        except _DAMAGE as error:
            cut = after.offset >= end and not after.whole
            detail = "the archive ends inside a record" if cut else f"a damaged record: {_readable(error)}"
            yield rejected(Refused(Stage.OPEN, Reason.TRUNCATED if cut else Reason.CORRUPT, detail), origin=place)
        offset, number = after.offset, number + 1


def _response(
    data: "_Window", *, origin: str, offset: int, length: int, number: int, limits: Limits
) -> Response | Rejected | None:
    """What one record gives; None for records that are no responses.

    Raises:
        any of `_DAMAGE`: where there is no whole record.
    """
    record = next(iter(ArchiveIterator(data)), None)  # type: ignore[no-untyped-call]
    if record is None:
        raise EOFError("no record where one should be")
    if record.rec_type != "response" or not _is_web(record):
        return None
    url = record.rec_headers.get_header("WARC-Target-URI", "").strip("<>")
    status, declared = _status(record), record.http_headers.get_header("Content-Type", "")
    content_type = declared.split(";")[0].strip().lower()
    try:
        if not 200 <= status < 300:
            raise Refused(Stage.OPEN, Reason.HTTP_ERROR, f"HTTP status {status}")
        body = _body(record, limits)
        _check_kind(body, content_type)
    except Refused as refused:
        return rejected(refused, origin=origin, url=url)
    charset = _CHARSET.search(declared)
    return Response(
        url=url,
        date=record.rec_headers.get_header("WARC-Date", ""),
        content_type=content_type,
        charset=charset.group(1) if charset else "",
        body=body,
        status=status,
        offset=offset,
        length=length,
        number=number,
    )


def _readable(error: Exception) -> str:
    """One line without the bytes that warcio puts into its messages."""
    return str(error).split("[")[0].strip(" :,")[:120] or type(error).__name__


def _is_web(record: ArcWarcRecord) -> bool:
    return record.http_headers is not None and (record.rec_headers.get_header("WARC-Target-URI") or "").strip(
        "<>"
    ).startswith(("http:", "https:"))


def _status(record: ArcWarcRecord) -> int:
    code = str(record.http_headers.get_statuscode())
    return int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0


def _body(record: ArcWarcRecord, limits: Limits) -> bytes:
    """The body without transfer and content encoding, at most the limit."""
    stream = record.content_stream()
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_STEP):
        parts.append(part)
        size += len(part)
        if size > limits.max_item_bytes:
            raise Refused(Stage.OPEN, Reason.TOO_LARGE, f"a body above {limits.max_item_bytes} bytes")
    if record.raw_stream.limit > 0:
        raise Refused(Stage.OPEN, Reason.TRUNCATED, f"{record.raw_stream.limit} bytes of the record are missing")
    return b"".join(parts)


def _check_kind(body: bytes, content_type: str) -> None:
    found = sniff(body.lstrip()[:HEAD_BYTES])
    if found.form in _READ:
        return
    if found.form is Kind.EMPTY:
        raise Refused(Stage.OPEN, Reason.EMPTY, "an empty response")
    what = found.detail or found.form
    raise Refused(Stage.OPEN, Reason.UNSUPPORTED, f"neither page nor feed: {what}, sent as {content_type or 'nothing'}")


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where a record ends."""

    offset: int
    whole: bool  #: False: it is damaged, or the archive ends inside


def record_end(stream: BinaryIO, offset: int, end: int) -> Boundary:
    """Where the record that begins at this offset ends and the next one begins; `end` where none does.

    Behind a record that does not end where it says, the next one is looked for.
    """
    stream.seek(offset)
    if stream.read(len(_GZIP)) == _GZIP:
        after = _member_end(stream, offset, end)
        return Boundary(after, True) if after else Boundary(_next_member(stream, offset + 1, end), False)
    after = _plain_end(stream, offset, end)
    return Boundary(after, True) if after else Boundary(_next_plain(stream, offset + 1, end), False)


def _member_end(stream: BinaryIO, offset: int, end: int) -> int:
    """Behind the gzip member that begins here; 0 where it is damaged or cut."""
    stream.seek(offset)
    member, at = zlib.decompressobj(wbits=31), offset
    while not member.eof:
        chunk = member.unconsumed_tail or stream.read(min(_STEP, end - at))
        if not chunk:
            return 0
        at += 0 if member.unconsumed_tail else len(chunk)
        try:
            member.decompress(chunk, _STEP * 4)
        except zlib.error:
            return 0
    return at - len(member.unused_data)


def _next_member(stream: BinaryIO, offset: int, end: int) -> int:
    """The next gzip member that holds a record."""
    for at in _occurrences(stream, _GZIP, offset, end):
        stream.seek(at)
        try:
            begun = zlib.decompressobj(wbits=31).decompress(stream.read(min(4096, end - at)), 64)
        except zlib.error:
            continue
        if begun.startswith(b"WARC/"):
            return at
    return end


def _plain_end(stream: BinaryIO, offset: int, end: int) -> int:
    """Behind the plain record that begins here; 0 where the next does not begin where this one says."""
    stream.seek(offset)
    head = stream.read(min(_STEP, end - offset))
    found = _LENGTH.search(head)
    blank = _BLANK.search(head)
    if not head.startswith(b"WARC/") or not found or not blank or found.start() > blank.start():
        return 0
    at = offset + blank.end() + int(found.group(1))
    if at > end:
        return 0
    stream.seek(at)
    between = stream.read(min(16, end - at))
    at += len(between) - len(between.lstrip(b"\r\n"))
    return at if at == end or between.lstrip(b"\r\n").startswith(b"WARC/"[: len(between)]) else 0


def _next_plain(stream: BinaryIO, offset: int, end: int) -> int:
    return next((at + 1 for at in _occurrences(stream, b"\nWARC/1.", offset, end)), end)


def _occurrences(stream: BinaryIO, wanted: bytes, offset: int, end: int) -> Iterator[int]:
    """Where these bytes stand between two offsets, in order."""
    at = offset
    while at < end:
        stream.seek(at)
        chunk = stream.read(min(_STEP, end - at))
        found = chunk.find(wanted)
        while found >= 0:
            yield at + found
            found = chunk.find(wanted, found + 1)
        if len(chunk) < len(wanted):
            return
        at += len(chunk) - len(wanted) + 1


class _Window(io.RawIOBase):
    """The next bytes of a stream, as a stream of their own."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(self._left if size is None or size < 0 else min(size, self._left))
        self._left -= len(data)
        return data
