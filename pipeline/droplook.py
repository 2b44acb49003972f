# ruff: noqa: PTH116  # names need not be UTF-8: paths are str
"""One look at drop folders: what lies there, and which of it is whole. Opens folders and no file."""

import hashlib
import os
import stat
import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.clock import Clock
from pipeline.feedlist import FolderSettings

_ENDINGS: Final = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".unfinished", "~")
_NANO: Final = 1_000_000_000

#: Device and inode.
Place = tuple[int, int]
#: Files that were not handled: their size, their time in nanoseconds, and since when by the monotonic clock.
Settling = dict[Place, tuple[int, int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A file that is whole and was not handled."""

    path: str  #: absolute; may hold surrogate escapes
    size: int  #: bytes
    mtime_ns: int
    stamp: int  #: another one when the file changed or was renamed
    digest: bytes  #: of its content; empty: it cannot be read, which reading it will tell
    folder: FolderSettings


class Looking:
    """One look: goes through the folders and sorts what is there. Opens no file."""

    def __init__(
        self,
        out: Path,
        folders: Sequence[FolderSettings],
        stamps: Collection[int],
        settling: Settling,
        clock: Clock,
    ) -> None:
        self._folders, self._stamps, self._before = folders, stamps, settling
        self._now_ns, self._tick = int(clock.now().timestamp() * _NANO), clock.monotonic()
        moved = [folder.move_to for folder in folders if folder.move_to]
        self._closed = {place for path in (out, *moved) if (place := _place(path))}
        self._roots = {place for folder in folders if (place := _place(folder.path))}
        self.settling: Settling = {}
        self.seen: set[int] = set()  #: stamps of files that were handled
        self.whole: list[Drop] = []
        self.handled: list[Drop] = []  #: and are to be moved aside
        self.troubles: list[str] = []
        self.complete = True
        self.wait_s: float | None = None

    def soon(self, seconds: float) -> None:
        """Another look is worth the while after so many seconds."""
        self.wait_s = seconds if self.wait_s is None else min(self.wait_s, seconds)

    def walk(self) -> None:
        """Go through all folders, each once."""
        walked: set[Place | None] = set()
        for folder in self._folders:
            place = _place(folder.path)
            if place is not None and place in walked:
                continue
            walked.add(place)
            for entry in self._entries(folder.path.absolute()):
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone
                if stat.S_ISREG(status.st_mode) and status.st_size:
                    self._sort(entry, status, folder)

    def _entries(self, root: Path) -> Iterator[os.DirEntry[str]]:
        """What lies in and below a folder; folders that are hidden, links, closed or looked at on their own aside."""
        stack = [str(root)]
        while stack:
            path = stack.pop()
            try:
                with os.scandir(path) as entries:
                    for entry in entries:
                        if not entry.is_dir(follow_symlinks=False):
                            yield entry
                        elif not entry.name.startswith(".") and _place(entry.path) not in self._closed | self._roots:
                            stack.append(entry.path)
            except OSError as error:
                self.complete = False
                self.troubles.append(f"{shown(path)}: {error.strerror or error}")

    def _sort(self, entry: os.DirEntry[str], status: os.stat_result, folder: FolderSettings) -> None:
        stamp = _stamp(status)
        if stamp in self._stamps:
            self.seen.add(stamp)
            if folder.move_to:
                self.handled.append(_drop(entry.path, status, stamp, folder))
            return
        place = (status.st_dev, status.st_ino)
        size, mtime_ns, since = self._before.get(place, (0, 0, 0.0))
        if (size, mtime_ns) != (status.st_size, status.st_mtime_ns):
            since = self._tick
        self.settling[place] = (status.st_size, status.st_mtime_ns, since)
        if _is_unfinished(entry.name):
            return
        age_s = (self._now_ns - status.st_mtime_ns) / _NANO
        left_s = max(since + folder.settle_s - self._tick, folder.settle_s - age_s if age_s >= 0 else 0.0)
        if left_s > 0:
            self.soon(left_s)
        else:
            self.whole.append(_drop(entry.path, status, stamp, folder))


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~")) or name.lower().endswith(_ENDINGS)


def _drop(path: str, status: os.stat_result, stamp: int, folder: FolderSettings) -> Drop:
    return Drop(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns, stamp=stamp, digest=b"", folder=folder)


def _stamp(status: os.stat_result) -> int:
    """What a file looks like from outside, in 64 bits. The last time is the kernel's, which nobody can set."""
    packed = struct.pack("<QQqqq", status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), "big", signed=True)


def stamp_of(path: str) -> int | None:
    """The stamp of a file as it is now; None: it is gone, or cannot be looked at."""
    try:
        return _stamp(os.stat(path, follow_symlinks=False))
    except OSError:
        return None


def _place(path: str | Path) -> Place | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def shown(path: str) -> str:
    """A path as text: bytes of a name that are no UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
