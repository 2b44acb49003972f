"""Members of zip archives as pieces. Nothing is extracted, so a member's name can do no harm."""

import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from transforms.core.errors import Refused, rejected
from transforms.core.pieces import Limits, Packing, Piece
from transforms.core.records import Reason, Rejected, Stage

#: What a damaged archive raises in zipfile and below it.
_DAMAGE = (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, IndexError, struct.error)
_PACKINGS: dict[int, tuple[Packing, ...]] = {0: (), 8: ("deflate",), 12: ("bzip2",), 93: ("zstd",)}
_OFFICE = frozenset(("[Content_Types].xml", "META-INF/container.xml", "META-INF/manifest.xml"))
_ENCRYPTED = 0x1
_FREE = 10_000_000
_HEADER = 30  #: bytes of the fixed part of a member's own header


def members(archive: Piece, stream: BinaryIO, limits: Limits) -> Iterator[Piece | Rejected]:
    """The members of an archive in the order in which they lie in it, folders left out.

    A second member of the same name is `name~2`. A member that is encrypted, overlaps another (a bomb), is packed in a
    way that is not known or says of itself that it unpacks to too much comes as a `Rejected`.

    Raises:
        Refused: OPEN/TRUNCATED or CORRUPT where the archive's directory is missing or damaged; UNSUPPORTED for an
            office document.
    """
    try:
        with zipfile.ZipFile(stream) as opened:
            infos = sorted(opened.infolist(), key=lambda info: info.header_offset)
    except _DAMAGE as error:
        missing = "not a zip file" in str(error)
        reason, detail = (
            (Reason.TRUNCATED, "its directory is missing") if missing else (Reason.CORRUPT, f"zip: {error}")
        )
        raise Refused(Stage.OPEN, reason, detail[:200]) from error
    if any(info.filename in _OFFICE for info in infos):
        raise Refused(Stage.OPEN, Reason.UNSUPPORTED, "an office document or a book (docx, xlsx, odt, epub)")
    behind = 0
    named: dict[str, int] = {}
    for info in infos:
        if info.is_dir():
            continue
        named[info.filename] = named.get(info.filename, 0) + 1
        again = f"~{named[info.filename]}" if named[info.filename] > 1 else ""
        origin = f"{archive.origin}!{_shown(info.filename)}{again}"
        try:
            piece = _member(archive, stream, info, origin, limits, behind)
        except Refused as refused:
            yield rejected(refused, origin=origin, raw_address=origin)
            continue
        behind = piece.start + info.compress_size
        yield piece


def _member(archive: Piece, stream: BinaryIO, info: zipfile.ZipInfo, origin: str, limits: Limits, behind: int) -> Piece:
    if info.header_offset < behind:
        raise Refused(Stage.OPEN, Reason.BOMB, "overlaps another member")
    if info.flag_bits & _ENCRYPTED:
        raise Refused(Stage.OPEN, Reason.ENCRYPTED, "needs a password")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused(Stage.OPEN, Reason.UNSUPPORTED, "a link")
    packing = _PACKINGS.get(info.compress_type)
    if packing is None:
        raise Refused(Stage.OPEN, Reason.UNSUPPORTED, f"packed with zip method {info.compress_type}")
    if info.file_size > _FREE and info.file_size > limits.max_ratio * info.compress_size:
        raise Refused(Stage.OPEN, Reason.BOMB, f"{info.compress_size} bytes unpack to {info.file_size}")
    stream.seek(info.header_offset)
    header = stream.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(b"PK\x03\x04"):
        raise Refused(Stage.OPEN, Reason.CORRUPT, "no member where the directory says")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = info.header_offset + _HEADER + name_length + extra_length
    return replace(
        archive,
        origin=origin,
        member=_shown(info.filename),
        packing=packing,
        start=start,
        length=info.compress_size,
        weight=info.file_size,
    )


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
