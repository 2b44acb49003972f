"""One file into pieces, lazily: memory stays flat, and so does the disk where a container has to be unpacked first.

| what it is | pieces |
|---|---|
| JSON Lines | stretches of whole lines, about 1 MB each |
| WARC, plain or compressed record by record | stretches of whole records, about 4 MB each |
| zip | its members |
| JSON Lines or WARC that cannot be read from the middle | unpacked into the spool folder, then as above |
| anything else, also compressed | one piece |

A file is opened without waiting and its first 64 KB tell what it is; a small file costs one open and one read.
"""

import hashlib
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pipeline.archives import members
from pipeline.listing import STDIN, Listed
from pipeline.spooling import spool_lines, spool_records
from transforms.core.authority import Speakers, bound
from transforms.core.errors import Refused, rejected
from transforms.core.pieces import Limits, Piece
from transforms.core.records import Rejected
from transforms.core.sniff import HEAD_BYTES, Kind, sniff
from transforms.core.unpack import peel, unpack
from transforms.core.warc import Behind, record_end
from transforms.core.wide import marked, unmarked_utf16
from transforms.read import open_regular, refused_by_os

#: About how many bytes of lines a piece holds.
LINES_BYTES = 1_000_000
#: About how many bytes of WARC records a piece holds.
RECORDS_BYTES = 4_000_000

_STEP = 1 << 20
_UNPACKED = 4  #: about how many bytes one packed byte of text is
_FEED_ENTRY = 2_000  #: about how many bytes an entry of a feed takes
_STRETCHES = (Kind.JSON_LINES, Kind.WARC)


def cut(
    listed: Listed, limits: Limits, spool: Path, *, max_records: int = 500, speakers: Sequence[Speakers] = ()
) -> Iterator[Piece | Rejected]:
    """Give the pieces of a file in order; what cannot be opened comes as a `Rejected`.

    Args:
        listed: the file.
        limits: bound what is unpacked.
        spool: folder for unpacked copies, made when it is needed. A copy is written just before its pieces are given,
            at most 32 MB at a time; who publishes what the pieces gave may delete it. Names depend on the content's
            place only, so cutting again writes the same files.
        max_records: lines or records of a piece, at most.
        speakers: whose word counts for the providers named there.
    """
    for given in _opened(listed, limits, spool, max_records):
        yield bound(given, speakers, listed.path) if isinstance(given, Piece) else given


def _opened(listed: Listed, limits: Limits, spool: Path, max_records: int) -> Iterator[Piece | Rejected]:
    if listed.unread is not None:
        yield listed.unread
        return
    try:
        if listed.path == STDIN:
            listed = _copied(listed, sys.stdin.buffer, spool)
        listed = _nameable(listed, spool)
        with open_regular(listed.path) as stream:
            yield from _cut(listed, stream, limits, spool, max_records)
    except OSError as error:
        yield rejected(refused_by_os(error), origin=listed.origin, raw_address=listed.origin)
    except Refused as refused:
        yield rejected(refused, origin=listed.origin, raw_address=listed.origin)


def _cut(listed: Listed, stream: BinaryIO, limits: Limits, spool: Path, max_records: int) -> Iterator[Piece | Rejected]:
    head = stream.read(HEAD_BYTES)
    kind = sniff(head).form
    whole = Piece(origin=listed.origin, path=listed.path, spooled=listed.path.startswith(str(spool.absolute())))
    if kind is Kind.JSON_LINES and not _is_wide(head):
        yield from cut_lines(whole, stream, max_records)
    elif kind is Kind.WARC:
        yield from cut_records(whole, stream, listed.size, max_records)
    elif kind is Kind.ZIP:
        yield from _members(whole, stream, limits, spool, max_records)
    elif kind in (Kind.GZIP, Kind.ZSTD, Kind.BZIP2):
        packed = _looked_into(replace(whole, length=listed.size), stream, head)
        if packed.piece.packing == ("gzip",) and packed.kind is Kind.WARC and _has_members_per_record(stream):
            yield from cut_records(whole, stream, listed.size, max_records)
        else:
            yield from _packed(packed, stream, limits, spool, max_records)
    else:
        yield _document(whole, kind, listed.size, limits)


def _document(piece: Piece, kind: Kind, size: int, limits: Limits) -> Piece:
    records = max(1, size // _FEED_ENTRY) if kind in (Kind.FEED, Kind.JSON_FEED, Kind.JSON, Kind.JSON_LINES) else 1
    weight = size if size <= limits.max_item_bytes else 0
    return replace(piece, records=records, weight=weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packed:
    """A packed file or member: what it is, and what is in it."""

    piece: Piece  #: with what is to be taken off
    kind: Kind
    is_wide: bool


def _looked_into(piece: Piece, stream: BinaryIO, head: bytes) -> _Packed:
    """What the beginning of a packed file or member tells.

    Args:
        piece: its `packing` is what is known.
        stream: the file.
        head: the first bytes of the piece.
    """
    packing, inner = peel(head, piece.packing)
    length = piece.length or 0
    if not inner and length > HEAD_BYTES:
        stream.seek(piece.start)
        packing, inner = peel(stream.read(min(_STEP, length)), piece.packing)
    return _Packed(piece=replace(piece, packing=packing), kind=sniff(inner).form, is_wide=_is_wide(inner))


def _packed(
    packed: _Packed, stream: BinaryIO, limits: Limits, spool: Path, max_records: int
) -> Iterator[Piece | Rejected]:
    """What a packed file or member gives: stretches by way of the spool, or one document."""
    piece, kind = packed.piece, packed.kind
    length, packing = piece.length or 0, piece.packing
    if kind not in _STRETCHES or packed.is_wide:
        size = length if packing else length // _UNPACKED
        yield _document(piece, kind, size * _UNPACKED, limits)
        return
    stream.seek(piece.start)
    chunks = unpack(_chunks(stream, length), packing, limits)
    spool_all = spool_lines if kind is Kind.JSON_LINES else spool_records
    for given in spool_all(chunks, origin=piece.origin, folder=spool, limits=limits):
        if isinstance(given, Rejected):
            yield given
            continue
        with open_regular(given.path) as copy:
            cutting = (
                cut_lines(given, copy, max_records)
                if kind is Kind.JSON_LINES
                else cut_records(given, copy, os.fstat(copy.fileno()).st_size, max_records)
            )
            yield from cutting


def _members(
    whole: Piece, stream: BinaryIO, limits: Limits, spool: Path, max_records: int
) -> Iterator[Piece | Rejected]:
    for member in members(whole, stream, limits):
        if isinstance(member, Rejected):
            yield member
        else:
            stream.seek(member.start)
            head = stream.read(min(HEAD_BYTES, member.length or 0))
            yield from _packed(_looked_into(member, stream, head), stream, limits, spool, max_records)


def cut_lines(piece: Piece, stream: BinaryIO, max_records: int) -> Iterator[Piece]:
    """Stretches of whole lines of a stream. A line longer than a stretch is alone in its own; it is never held."""
    stream.seek(0)
    start = size = lines = 0
    first = piece.first
    while block := stream.read(_STEP):
        parts = block.split(b"\n")
        for part in parts[:-1]:
            size += len(part) + 1
            lines += 1
            if size >= LINES_BYTES or lines >= max_records:
                yield replace(piece, form="lines", start=start, length=size, first=first, records=lines, weight=size)
                start, first, size, lines = start + size, first + lines, 0, 0
        size += len(parts[-1])
    if size:
        records = max(1, lines)
        yield replace(piece, form="lines", start=start, length=size, first=first, records=records, weight=size)


def cut_records(piece: Piece, stream: BinaryIO, end: int, max_records: int) -> Iterator[Piece]:
    """Stretches of whole WARC records of a stream; damaged ones are left to the reader."""
    start = offset = 0
    first, records = piece.first, 0
    while offset < end:
        offset = record_end(stream, offset, end).offset
        records += 1
        size = offset - start
        if size >= RECORDS_BYTES or records >= max_records or offset >= end:
            yield replace(piece, form="warc", start=start, length=size, first=first, records=records, weight=size)
            start, first, records = offset, first + records, 0


def _has_members_per_record(stream: BinaryIO) -> bool:
    """Whether a packed WARC has each record in a gzip member of its own: the first ends where its member does."""
    stream.seek(0)
    member, behind = zlib.decompressobj(wbits=31), Behind()
    try:
        while not member.eof and not behind.is_decided:
            packed = member.unconsumed_tail or stream.read(HEAD_BYTES)
            if not packed:
                return False
            behind.take(member.decompress(packed, HEAD_BYTES))
    except zlib.error:
        return False
    return behind.records == 1


def _is_wide(head: bytes) -> bool:
    encoding, _ = marked(head)
    return encoding[:6] in ("utf-16", "utf-32") or (not encoding and bool(unmarked_utf16(head)))


def _chunks(stream: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (chunk := stream.read(min(_STEP // 4, length))):
        length -= len(chunk)
        yield chunk


def _copied(listed: Listed, stream: BinaryIO, spool: Path) -> Listed:
    """Standard input as a file, named by its content: a batch that dies can run again."""
    spool.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    draft = spool / "stdin.unfinished"
    with draft.open("wb") as file:
        while chunk := stream.read(_STEP):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    name = f"stdin-{digest.hexdigest()[:16]}"
    draft.replace(spool / name)
    return replace(listed, origin=name, path=str((spool / name).absolute()), size=size, identity=name)


def _nameable(listed: Listed, spool: Path) -> Listed:
    """The same file under a name that can be written down, where its own is no UTF-8: a link in the spool folder."""
    try:
        listed.path.encode("utf-8")
    except UnicodeEncodeError:
        spool.mkdir(parents=True, exist_ok=True)
        link = spool.absolute() / f"link-{hashlib.sha256(os.fsencode(listed.path)).hexdigest()[:16]}"
        link.unlink(missing_ok=True)
        link.symlink_to(listed.path)
        return replace(listed, path=str(link))
    return listed
