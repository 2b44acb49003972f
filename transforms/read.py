"""One piece of input to Items: opens the file, unpacks, and hands the bytes to the reader of their form.

Everything that can go wrong with a file comes out as a `Rejected`; nothing is raised for it.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from transforms.core.documents import read_document
from transforms.core.errors import Refused, rejected
from transforms.core.jsonlines import line_or_rejected
from transforms.core.pieces import Limits, Piece
from transforms.core.polling import FeedSurvey
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.unpack import unpack

if TYPE_CHECKING:
    from transforms.core.exchange import Exchange

Opener = Callable[[str], BinaryIO]

_STEP = 1 << 18
_REASONS = {
    errno.ENOENT: Reason.DISAPPEARED,
    errno.ENOTDIR: Reason.DISAPPEARED,
    errno.ESTALE: Reason.DISAPPEARED,
    errno.ELOOP: Reason.SYMLINK_LOOP,
}


def open_regular(path: str) -> BinaryIO:
    """Open a regular file to read, without ever waiting for one.

    Raises:
        Refused: OPEN/UNREADABLE for a folder, a FIFO, a device, a socket.
        OSError: as `os.open` does.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refused(Stage.OPEN, Reason.UNREADABLE, "not a regular file")
    return os.fdopen(handle, "rb")


def _ignore(_offset: int, _number: int) -> None:
    """Nobody wants to know."""


def read_piece(
    piece: Piece,
    limits: Limits,
    *,
    opener: Opener = open_regular,
    entering: Callable[[int, int], None] = _ignore,
) -> Iterator[Item | Rejected]:
    """Give the deliveries of one piece, in their order.

    Args:
        piece: what to read.
        limits: how much of it.
        opener: opens files.
        entering: told before a line or a WARC record is read where the next one begins, and its number.

    Origins: `origin` of a document (entries and elements `origin#n`), `origin#line` of JSON Lines, `origin#number` of a
    WARC record, the address that was asked for of an exchange. Raw addresses: `path`, `archive!member`,
    `path@offset+length` of a line or a record, `raw/…@offset+length` of an exchange. What was unpacked into a spool
    file, which will not be kept, is addressed by its origin.
    """
    try:
        with opener(piece.path) as stream:
            if piece.form == "lines":
                yield from _lines(piece, stream, limits, entering)
            elif piece.form == "warc":
                yield from _warc(piece, stream, limits, entering)
            elif piece.form == "raw":
                yield from _raw(piece, stream, limits)
            else:
                yield from _document(piece, stream, limits)
    except OSError as error:
        yield rejected(refused_by_os(error), origin=piece.origin, raw_address=_address(piece))
    except Refused as refused:
        yield rejected(refused, origin=piece.origin, raw_address=_address(piece))


def refused_by_os(error: OSError) -> Refused:
    """Why a file that was listed cannot be read: gone, or unreadable."""
    reason = _REASONS.get(error.errno or 0, Reason.UNREADABLE)
    return Refused(Stage.OPEN, reason, (error.strerror or type(error).__name__).lower())


def _document(piece: Piece, stream: BinaryIO, limits: Limits) -> Iterator[Item | Rejected]:
    size = os.fstat(stream.fileno()).st_size
    length = size - piece.start if piece.length is None else piece.length
    if piece.start + length > size:
        raise Refused(Stage.OPEN, Reason.DISAPPEARED, f"shorter than when it was listed: {size} bytes")
    if not piece.packing and length > limits.max_item_bytes:
        raise Refused(Stage.OPEN, Reason.TOO_LARGE, f"{length} bytes, above the limit of {limits.max_item_bytes}")
    stream.seek(piece.start)
    data = b"".join(unpack(_chunks(stream, length), piece.packing, limits, max_bytes=limits.max_item_bytes))
    if not piece.packing and len(data) < length:
        raise Refused(Stage.OPEN, Reason.DISAPPEARED, f"ended at byte {piece.start + len(data)} while it was read")
    yield from read_document(data, origin=piece.origin, raw_address=_address(piece), limits=limits)


def _lines(
    piece: Piece, stream: BinaryIO, limits: Limits, entering: Callable[[int, int], None]
) -> Iterator[Item | Rejected]:
    """Line by line; of a line above the limit no more than the limit is ever held."""
    stream.seek(piece.start)
    offset, number = piece.start, piece.first
    end = None if piece.length is None else piece.start + piece.length
    while end is None or offset < end:
        line = stream.readline(limits.max_item_bytes + 1)
        if not line:
            if end is not None:
                raise Refused(Stage.OPEN, Reason.DISAPPEARED, f"shorter than when it was listed: ends at byte {offset}")
            return
        length = (
            len(line) if line.endswith(b"\n") else len(line) + _skip_line(stream, len(line) <= limits.max_item_bytes)
        )
        origin, address = f"{piece.origin}#{number}", _address(piece, offset, length, number)
        entering(offset + length, number + 1)
        if length > limits.max_item_bytes:
            too_large = Refused(
                Stage.OPEN, Reason.TOO_LARGE, f"a line of {length} bytes, above {limits.max_item_bytes}"
            )
            excerpt = line[:400].decode("utf-8", "replace")
            yield rejected(too_large, origin=origin, excerpt=excerpt, raw_address=address)
        elif line.strip():
            yield line_or_rejected(line, origin=origin, raw_address=address)
        offset, number = offset + length, number + 1


def _skip_line(stream: BinaryIO, at_end: bool) -> int:
    """Pass over the rest of a line; how many bytes that were."""
    skipped = 0
    while not at_end and (rest := stream.readline(_STEP)):
        skipped += len(rest)
        at_end = rest.endswith(b"\n")
    return skipped


def _warc(
    piece: Piece, stream: BinaryIO, limits: Limits, entering: Callable[[int, int], None]
) -> Iterator[Item | Rejected]:
    from transforms.core.warc import Response, read_responses

    stream.seek(piece.start)
    end = None if piece.length is None else piece.start + piece.length
    for found in read_responses(stream, origin=piece.origin, limits=limits, first=piece.first, end=end):
        if isinstance(found, Response):
            address = _address(piece, found.offset, found.length, found.number)
            origin = f"{piece.origin}#{found.number}"
            entering(found.offset + found.length, found.number + 1)
            yield from read_document(
                found.body, origin=origin, url=found.url, declared=found.charset, raw_address=address, limits=limits
            )
        else:
            yield replace(found, raw_address=_address(piece))


def _raw(piece: Piece, stream: BinaryIO, limits: Limits) -> Iterator[Item | Rejected]:
    from transforms.core.received import deliveries_of

    yield from deliveries_of(_exchange(piece, stream, limits))


def survey_piece(piece: Piece, limits: Limits, *, opener: Opener = open_regular) -> FeedSurvey:
    """What the exchange for a feed holds; an exchange that cannot be read is a fault like others."""
    from transforms.core.survey import survey_exchange

    try:
        with opener(piece.path) as stream:
            return survey_exchange(_exchange(piece, stream, limits))
    except OSError as error:
        return FeedSurvey(fault=refused_by_os(error).detail)
    except Refused as refused:
        return FeedSurvey(fault=refused.detail)


def _exchange(piece: Piece, stream: BinaryIO, limits: Limits) -> "Exchange":
    from transforms.core.exchange import read_exchange

    end = piece.start + (piece.length or 0)
    return read_exchange(stream, start=piece.start, end=end, raw_address=piece.raw_address, limits=limits)


def _chunks(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (chunk := stream.read(min(_STEP, length))):
        length -= len(chunk)
        yield chunk


def _address(piece: Piece, offset: int | None = None, length: int = 0, number: int = 0) -> str:
    """Where the bytes lie; of spooled bytes, which original line or record they were."""
    if piece.form == "raw":
        return piece.raw_address
    if piece.member:
        return f"{piece.path}!{piece.member}"
    if piece.spooled:
        return piece.origin if offset is None else f"{piece.origin}#{number}"
    return piece.path if offset is None else f"{piece.path}@{offset}+{length}"
