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
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from transforms.core.codings import undo
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
DAMAGE = (
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
_HEADER = 1 << 14  #: bytes within which the header of a record must end
_BETWEEN = 16  #: bytes behind a record in which the next begins, line ends first
_RECORD_ENDS = b"\r\n\r\n"
_BEGINS = re.compile(rb"WARC/\d\.\d\r?\n[A-Za-z-]{1,40}:")
_OTHER = re.compile(rb"WARC/[^\r\n]{1,8}\r?\n(?:[^\r\n]{1,8192}\r?\n){0,32}?WARC-Type:[ \t]{0,8}(?!response)[a-z]")
_SUCCESS = 200  #: the first of the statuses that say so
_GZIP = b"\x1f\x8b\x08"
_LENGTH = re.compile(rb"\nContent-Length:[ \t]{0,16}(\d{1,18})[ \t]{0,16}\r?\n", re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)


def read_responses(
    stream: BinaryIO, *, origin: str, limits: Limits | None = None, first: int = 1, end: int | None = None
) -> Iterator[Response | Rejected]:
    """Read a seekable stream of WARC records from where it stands.

    Requests, metadata, resources, revisits and other records are counted in `number` and give nothing. A response that
    is no success gives HTTP_ERROR; one that is no page or feed UNSUPPORTED, EMPTY or BINARY; one that is damaged
    CORRUPT or TRUNCATED, and the records behind it are still read. Origins are `origin#number`.

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
        data = Window(stream, after.offset - offset)
        place = f"{origin}#{number}"
        try:
            if after.whole:
                found = _response(
                    data, origin=place, offset=offset, length=after.offset - offset, number=number, limits=limits
                )
                if found is not None:
                    yield found
                if after.others:
                    detail = (
                        "more records in the same gzip member are not read: unpack the archive, or pack each by itself"
                    )
                    yield _damaged(place, detail, cut=False)
            elif not _OTHER.match(data.read(_HEADER)):
                yield _damaged(
                    place, "the archive ends inside a record" if after.offset >= end else "", cut=after.offset >= end
                )
        except DAMAGE as error:
            yield _damaged(place, _readable(error), cut=False)
        offset, number = after.offset, number + 1


def _response(
    data: "Window", *, origin: str, offset: int, length: int, number: int, limits: Limits
) -> Response | Rejected | None:
    """What one record gives; None for records that are no responses.

    Raises:
        any of `DAMAGE`: where there is no whole record.
    """
    record = next(iter(ArchiveIterator(data)), None)
    if record is None:
        raise EOFError("no record where one should be")
    if record.rec_type != "response" or not _is_web(record):
        return None
    url = record.rec_headers.get_header("WARC-Target-URI", "").strip("<>")
    status, (content_type, charset) = _status(record), type_of(record)
    try:
        _check_status(status)
        body = body_of(record, limits)
        _check_kind(body, content_type)
    except Refused as refused:
        return rejected(refused, origin=origin, url=url)
    return Response(
        url=url,
        date=record.rec_headers.get_header("WARC-Date", ""),
        content_type=content_type,
        charset=charset,
        body=body,
        status=status,
        offset=offset,
        length=length,
        number=number,
    )


def _damaged(origin: str, detail: str, *, cut: bool) -> Rejected:
    reason = Reason.TRUNCATED if cut else Reason.CORRUPT
    return rejected(Refused(Stage.OPEN, reason, detail or "does not end where it says"), origin=origin)


def _readable(error: Exception) -> str:
    """One line without the bytes that warcio puts into its messages."""
    return "a damaged record: " + (str(error).split("[")[0].strip(" :,")[:120] or type(error).__name__)


def _is_web(record: ArcWarcRecord) -> bool:
    return record.http_headers is not None and (record.rec_headers.get_header("WARC-Target-URI") or "").strip(
        "<>"
    ).startswith(("http:", "https:"))


def _status(record: ArcWarcRecord) -> int:
    code = str(record.http_headers.get_statuscode())
    return int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0


def _check_status(status: int) -> None:
    if not _SUCCESS <= status < _SUCCESS + 100:
        raise Refused(Stage.OPEN, Reason.HTTP_ERROR, f"HTTP status {status}")


def type_of(record: ArcWarcRecord) -> tuple[str, str]:
    """The media type and the charset of a response as its headers say them, either may be empty."""
    declared = record.http_headers.get_header("Content-Type", "")
    charset = _CHARSET.search(declared)
    return declared.split(";")[0].strip().lower(), charset.group(1) if charset else ""


def body_of(record: ArcWarcRecord, limits: Limits) -> bytes:
    """The body of a response without transfer and content coding.

    Raises:
        Refused: OPEN: packed or unpacked above the limit, or it cannot be unpacked.
    """
    chunked = "chunked" in record.http_headers.get_header("Transfer-Encoding", "").lower()
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_STEP):
        parts.append(part)
        size += len(part)
        if size > limits.max_item_bytes:
            raise Refused(Stage.OPEN, Reason.TOO_LARGE, f"a body above {limits.max_item_bytes} bytes")
    if record.raw_stream.limit > 0:
        raise Refused(Stage.OPEN, Reason.TRUNCATED, f"{record.raw_stream.limit} bytes of the record are missing")
    return undo(b"".join(parts), record.http_headers.get_header("Content-Encoding", ""), limits)


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
    others: bool = False  #: whether its gzip member holds more records than this


class Behind:
    """Looks for a second record in what the gzip member of a first unpacks to, given in chunks, in bounded memory."""

    def __init__(self) -> None:
        self._held = b""  # the beginning; once the end of the first is known, what is behind it
        self._left = 0  # bytes of the first that are still to come
        self._is_known = False

    @property
    def is_decided(self) -> bool:
        """Whether more chunks change nothing."""
        return len(self._held) >= (_BETWEEN if self._is_known else HEAD_BYTES)

    @property
    def records(self) -> int:
        """How many there are at least: 0, 1 or 2; 0 where the first does not end in its member.

        Whatever lies behind the first may be others: its length may be wrong.
        """
        if not self._is_known:
            return min(2, self._held.count(b"\nWARC-Type:"))
        return 0 if self._left else 1 + bool(self._held.strip(b"\r\n"))

    def take(self, chunk: bytes) -> None:
        """Look at the next chunk."""
        if self.is_decided:
            return
        self._held += chunk
        if not self._is_known and (end := _declared_end(self._held)):
            self._is_known, self._left = True, end
        passed = min(self._left, len(self._held))
        self._held, self._left = self._held[passed:], self._left - passed


def record_end(stream: BinaryIO, offset: int, end: int) -> Boundary:
    """Where the record that begins at this offset ends and the next one begins; `end` where none does.

    A record that does not end where it says is damaged, and the next is looked for behind its beginning.
    """
    stream.seek(offset)
    packed = stream.read(len(_GZIP)) == _GZIP
    behind = Behind()
    after = _member_end(stream, offset, end, behind) if packed else _plain_end(stream, offset, end)
    if after:
        return Boundary(after, True, behind.records > 1)
    return Boundary(min(_next_member(stream, offset + 1, end), _next_plain(stream, offset + 1, end)), False)


def _member_end(stream: BinaryIO, offset: int, end: int, behind: Behind) -> int:
    """Behind the gzip member that begins here; 0 where it is damaged or cut."""
    stream.seek(offset)
    member, at = zlib.decompressobj(wbits=31), offset
    while not member.eof:
        chunk = member.unconsumed_tail or stream.read(min(_STEP, end - at))
        if not chunk:
            return 0
        at += 0 if member.unconsumed_tail else len(chunk)
        try:
            behind.take(member.decompress(chunk, _STEP * 4))
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
    """Behind the plain record that begins here and the line ends behind it; 0 where those are not where it says."""
    stream.seek(offset)
    length = _declared_end(stream.read(min(_HEADER, end - offset)))
    at = offset + length
    if not length or at > end:
        return 0
    stream.seek(at)
    between = stream.read(min(4, end - at))
    if between == _RECORD_ENDS[: len(between)]:
        return at + len(between)
    return at if between.startswith(b"WARC") else 0


def _declared_end(head: bytes) -> int:
    """How far the record that begins so says it goes, the line ends behind it not counted; 0: it does not say."""
    blank = _BLANK.search(head) if head.startswith(b"WARC/") else None
    length = _LENGTH.search(head, 0, blank.end()) if blank else None
    return blank.end() + int(length.group(1)) if blank and length else 0


def _next_plain(stream: BinaryIO, offset: int, end: int) -> int:
    """The next line that begins a record and is followed by a header of one."""
    for at in _occurrences(stream, b"\nWARC/1.", offset, end):
        stream.seek(at + 1)
        if _BEGINS.match(stream.read(min(64, end - at - 1))):
            return at + 1
    return end


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


class Window(io.RawIOBase):
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
