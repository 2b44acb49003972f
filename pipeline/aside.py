# ruff: noqa: PTH105, PTH116, PTH118, PTH122  # names need not be UTF-8: paths are str
"""Move a file into another folder: whole, on the disk, and never over another one."""

import errno
import os
import shutil
from itertools import count
from pathlib import Path

from pipeline.durable import UNFINISHED, make_folder, sync_file, sync_folder


class ChangedMeanwhile(Exception):
    """The file is not what it was."""


def move_aside(path: str, folder: str, below: str, *, size: int, mtime_ns: int) -> str:
    """Move a file to `folder/below`, or, where that name is taken, to one with a number; where it is now.

    Killed at any moment, the file is in one of the two places, whole; a copy that was not finished ends in
    `.unfinished`, and an empty file may hold the new name. A copy is synced before the file goes; that the names of the
    folders are is left to the caller: not synced, a file that was moved may be where it was after a power cut.

    Args:
        path: the file.
        folder: where to, also on another file system; made if there is none.
        below: its path there.
        size: of the file as it is known; one that is other by now is not moved.
        mtime_ns: as its size.

    Raises:
        ChangedMeanwhile: it is not the file that is known; it is where it was, or there under a name with a number.
        OSError: it cannot be moved; it is where it was.
    """
    known = (size, mtime_ns)
    target = _reserve(os.path.join(folder, below))
    try:
        _check(path, known)
        _rename_or_copy(path, target, known)
    except (OSError, ChangedMeanwhile):
        Path(target).unlink(missing_ok=True)
        raise
    return target


def _rename_or_copy(path: str, target: str, known: tuple[int, int]) -> None:
    try:
        os.replace(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(path, target, known)
    else:
        if _facts(target) != known:  # another one took its name at the last moment
            os.replace(target, _reserve(path))
            raise ChangedMeanwhile(path)


def _copy(path: str, target: str, known: tuple[int, int]) -> None:
    draft = Path(target + UNFINISHED)
    try:
        shutil.copy2(path, draft, follow_symlinks=False)
        sync_file(draft)
        _check(path, known)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(draft.parent)
    Path(path).unlink()


def _check(path: str, known: tuple[int, int]) -> None:
    if _facts(path) != known:
        raise ChangedMeanwhile(path)


def _facts(path: str) -> tuple[int, int]:
    status = os.stat(path, follow_symlinks=False)
    return status.st_size, status.st_mtime_ns


def _reserve(wanted: str) -> str:
    """Make an empty file under the name, or under one with a number, that is nobody else's."""
    make_folder(Path(wanted).parent)
    stem, suffix = os.path.splitext(wanted)
    for number in count(2):
        try:
            os.close(os.open(wanted, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            wanted = f"{stem}.{number}{suffix}"
        else:
            break
    return wanted
