"""Containers that cannot be read from the middle, unpacked once into plain files.

A file has about 32 MB and ends where a line or a record ends. It is complete and synced before it is given; the
rest of its container is unpacked only afterwards.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from transforms.core.errors import Refused, rejected
from transforms.core.pieces import Limits, Piece
from transforms.core.records import Reason, Rejected, Stage

#: Bytes of a spool file, about.
FILE_BYTES = 32_000_000

_LENGTH = re.compile(rb"\nContent-Length:[ \t]{0,16}(\d{1,18})[ \t]{0,16}\r?\n", re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_HEADER = 1 << 16  #: bytes within which a WARC header must end


def spool_lines(chunks: Iterable[bytes], *, origin: str, folder: Path, limits: Limits) -> Iterator[Piece | Rejected]:
    """Unpacked JSON Lines as files; of a line above the limit just enough is kept for the reader to reject it.

    Where unpacking fails in the middle, the whole lines before it are given, then the failure.
    """
    files = _Files(origin, folder)
    refusal: Refused | None = None
    size = 0
    try:
        for chunk in chunks:
            *whole, begun = chunk.split(b"\n")
            for part in whole:
                files.append(part[: max(0, limits.max_item_bytes + 1 - size)])
                files.append(b"\n")
                files.end()
                size = 0
                if files.size >= FILE_BYTES:
                    yield files.close()
            files.append(begun[: max(0, limits.max_item_bytes + 1 - size)])
            size += len(begun)
    except Refused as refused:
        refusal = refused
        files.roll_back()
    files.end()
    if files.size:
        yield files.close()
    if refusal is not None:
        yield rejected(refusal, origin=origin, raw_address=origin)


def spool_records(chunks: Iterable[bytes], *, origin: str, folder: Path, limits: Limits) -> Iterator[Piece | Rejected]:
    """Unpacked WARC records as files. A record above twice the limit is rejected here and not written.

    Where a record does not begin where the one before said, the bytes up to the next are kept for the reader to reject.
    """
    files = _Files(origin, folder)
    source = _Source(chunks)
    refusal: Refused | None = None
    try:
        while source.ahead(_HEADER):
            length = _record_length(source.begun)
            if length > 2 * limits.max_item_bytes:
                if files.size:
                    yield files.close()
                for _ in source.parts(length):
                    pass
                place = f"{origin}#{files.pass_over()}"
                too_large = Refused(Stage.OPEN, Reason.TOO_LARGE, f"a record of {length} bytes")
                yield rejected(too_large, origin=place, raw_address=place)
                continue
            for part in source.parts(length) if length else source.until(b"\nWARC/1."):
                files.append(part)
            files.end()
            if files.size >= FILE_BYTES:
                yield files.close()
    except Refused as refused:
        refusal = refused
        files.roll_back()
    if files.size:
        yield files.close()
    if refusal is not None:
        yield rejected(refusal, origin=origin, raw_address=origin)


def _record_length(begun: bytes) -> int:
    """How long the record that begins here is, with the line ends behind it; 0 where none begins."""
    blank = _BLANK.search(begun)
    said = _LENGTH.search(begun, 0, blank.end()) if blank else None
    if not begun.startswith(b"WARC/") or not blank or not said:
        return 0
    return blank.end() + int(said.group(1)) + 4


class _Source:
    """Chunks, of which the beginning can be looked at."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.begun = b""

    def ahead(self, size: int) -> bool:
        """Look so many bytes ahead, or to the end; False at the end."""
        while len(self.begun) < size and (chunk := next(self._chunks, None)) is not None:
            self.begun += chunk
        return bool(self.begun)

    def parts(self, length: int) -> Iterator[bytes]:
        """The next bytes; fewer at the end."""
        while length and self.ahead(1):
            part, self.begun = self.begun[:length], self.begun[length:]
            length -= len(part)
            yield part

    def until(self, wanted: bytes) -> Iterator[bytes]:
        """At least a byte, up to and with the first byte of what is wanted; all where it does not come."""
        while self.ahead(_HEADER):
            found = self.begun.find(wanted, 1)
            if found >= 0:
                yield from self.parts(found + 1)
                return
            yield from self.parts(max(1, len(self.begun) - len(wanted)))


class _Files:
    """Spool files of one container, one after the other, named by its origin and their number."""

    def __init__(self, origin: str, folder: Path) -> None:
        self._origin = origin
        self._stem = hashlib.sha256(origin.encode("utf-8", "backslashreplace")).hexdigest()[:16]
        self._folder = folder.absolute()
        self._number = 0
        self._file: BinaryIO | None = None
        self._first = self._next = 1
        self._begun = 0
        self.size = 0  #: of the file that is being written, in whole lines or records

    def append(self, part: bytes) -> None:
        """Write some of a line or a record."""
        if not part:
            return
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path().open("wb")
        self._file.write(part)
        self._begun += len(part)

    def end(self) -> None:
        """What was written since the last call is a line or a record."""
        if self._begun:
            self.size, self._begun = self.size + self._begun, 0
            self._next += 1

    def roll_back(self) -> None:
        """Forget what was written since the last whole line or record."""
        if self._file is not None and self._begun:
            self._file.truncate(self.size)
            self._file.seek(self.size)
        self._begun = 0

    def pass_over(self) -> int:
        """Leave one out that was not written; its number."""
        self._first = self._next = self._next + 1
        return self._next - 1

    def close(self) -> Piece:
        """Complete the file."""
        file = self._file
        if file is None:
            raise ValueError("nothing was written")
        file.flush()
        os.fsync(file.fileno())
        file.close()
        piece = Piece(origin=self._origin, path=str(self._path()), spooled=True, first=self._first)
        self._file, self._number, self._first, self.size = None, self._number + 1, self._next, 0
        return piece

    def _path(self) -> Path:
        return self._folder / f"{self._stem}-{self._number:05d}"
