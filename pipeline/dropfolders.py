"""Folders that agencies drop files into: each file is read once, when it is whole.

A file is whole when nothing about it changed between two looks at least `settle_s` apart and for `settle_s` before
now. Looks are compared by the monotonic clock, so a clock that jumps neither hurries nor stops a file; one whose time
lies ahead is whole by the looks alone. Names that say "unfinished" are left alone while they are such (`.part`, `.tmp`,
hidden, `~`), as are empty files, links and whatever is no regular file: what is dropped leads nowhere else. A file that
is renamed does not begin to settle anew.

A handled file is not handled again, whatever it is called and wherever it lies: it is known by its content. One that
was changed or appended to is another one. It is handled when the loads are published that read it: killed before that
is noted, it is read once more, which changes nothing.
"""

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pipeline.aside import ChangedMeanwhile, move_aside
from pipeline.clock import Clock
from pipeline.dropfile import HandledFiles
from pipeline.droplook import Drop, Looking, Settling, shown, stamp_of
from pipeline.durable import sync_folders
from pipeline.feedlist import FolderSettings
from transforms.core.errors import Refused
from transforms.read import open_regular

#: Files and bytes that are looked into at a time, about: what is left comes with the next look.
LOOK_FILES: Final = 10_000
LOOK_BYTES: Final = 1_000_000_000

_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at the folders found."""

    drops: tuple[Drop, ...]  #: to be read, oldest first
    wait_s: float | None  #: until another look is worth the while; None: nothing is about to be whole
    moved: int  #: files handled earlier that were moved aside
    troubles: tuple[str, ...]  #: lines for a person: what cannot be looked at or moved, each told once


class DropFolders:
    """What is known of dropped files. Close it, or use it as a context manager; not to be shared between threads."""

    def __init__(self, out: Path) -> None:
        """Open the state of an output folder, which the caller holds.

        Raises:
            sqlite3.OperationalError: the disk or a lock is at fault.
        """
        self._out = out
        self._handled = HandledFiles(out / "state" / "drops.sqlite")
        self._settling: Settling = {}
        self._told: set[str] = set()

    def close(self) -> None:
        """Close the state; what was settling begins anew."""
        self._handled.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def ready(self, folders: Sequence[FolderSettings], clock: Clock) -> Look:
        """Look at all folders: the files that are whole and were not handled.

        Of files with one content the first. Files that were handled before are moved aside where that is asked for.
        A folder that cannot be read is told of and costs the others nothing.
        """
        looking = Looking(self._out, folders, self._handled.stamps, self._settling, clock)
        looking.walk()
        self._settling = looking.settling
        drops: list[Drop] = []
        known: list[Drop] = []
        digests: set[bytes] = set()
        size = 0
        whole = sorted(looking.whole, key=lambda drop: (drop.mtime_ns, drop.path))
        for drop in whole:
            if len(drops) + len(known) >= LOOK_FILES or size > LOOK_BYTES:
                looking.soon(0.0)
                break
            size += drop.size
            try:
                digest = _digest(drop)
            except OSError as error:
                looking.troubles.append(f"{shown(drop.path)}: {error.strerror or error}")
                continue
            if digest is None:
                looking.soon(drop.folder.settle_s)
            elif digest and self._handled.knows(digest):
                known.append(drop)
            elif not digest or digest not in digests:
                digests.add(digest)
                drops.append(replace(drop, digest=digest))
        gone = self._handled.stamps - looking.seen if looking.complete else ()
        self._handled.change(stamps=[drop.stamp for drop in known], gone=gone)
        aside = [drop for drop in (*looking.handled, *known) if drop.folder.move_to]
        if len(aside) > LOOK_FILES:
            looking.soon(0.0)
        moved = _move(aside[:LOOK_FILES], looking.troubles)
        return Look(drops=tuple(drops), wait_s=looking.wait_s, moved=moved, troubles=self._news(looking.troubles))

    def handled(self, drops: Collection[Drop]) -> tuple[str, ...]:
        """Note that files were read and what they hold is published; move them aside where that is asked for.

        One that changed meanwhile is not what was read, or not all of it: it is looked at again. Twice is once.

        Returns:
            Lines for a person: what cannot be moved, each told once.
        """
        unchanged = [drop for drop in drops if stamp_of(drop.path) == drop.stamp]
        self._handled.change(
            contents=[drop.digest for drop in unchanged if drop.digest], stamps=[drop.stamp for drop in unchanged]
        )
        troubles: list[str] = []
        _move([drop for drop in unchanged if drop.folder.move_to], troubles)
        told = tuple(line for line in troubles if line not in self._told)
        self._told.update(troubles)
        return told

    def _news(self, troubles: Sequence[str]) -> tuple[str, ...]:
        """Those that were not told at the last look."""
        before, self._told = self._told, set(troubles)
        return tuple(line for line in dict.fromkeys(troubles) if line not in before)


def _digest(drop: Drop) -> bytes | None:
    """The BLAKE2b of a file's content; empty: it may not be read; None: it changed since the look, or is gone.

    Raises:
        OSError: it cannot be read now.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with open_regular(drop.path) as stream:
            while chunk := stream.read(_STEP):
                digest.update(chunk)
    except (FileNotFoundError, Refused):
        return None
    except PermissionError:
        return b"" if stamp_of(drop.path) == drop.stamp else None
    return digest.digest() if stamp_of(drop.path) == drop.stamp else None


def _move(drops: Sequence[Drop], troubles: list[str]) -> int:
    """Move files aside, on the disk; how many were. A folder that one cannot be moved out of is left for this time."""
    moved, failed, touched = 0, set(), set()
    for drop in drops:
        target = drop.folder.move_to
        if target is None or drop.folder.path in failed:
            continue
        below = os.path.relpath(drop.path, drop.folder.path.absolute())
        try:
            now_at = move_aside(drop.path, str(target.absolute()), below, size=drop.size, mtime_ns=drop.mtime_ns)
            touched |= {Path(now_at).parent, Path(drop.path).parent}
            moved += 1
        except ChangedMeanwhile:
            continue
        except OSError as error:
            if stamp_of(drop.path) == drop.stamp:
                failed.add(drop.folder.path)
                troubles.append(f"{drop.folder.path}: files cannot be moved to {target}: {error.strerror or error}")
    sync_folders(touched)
    return moved
