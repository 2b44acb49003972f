"""Files that outlive a power cut: what is written here is on the disk when the function returns."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

#: Ends the name of a file that is not finished; nobody reads such a file, and whoever finds one may remove it.
UNFINISHED = ".unfinished"


def sync_file(path: Path) -> None:
    """Flush a file's bytes to the disk; its name is the folder's matter."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Flush a folder's names to the disk: files made, renamed into it or removed from it."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def sync_folders(paths: Iterable[Path]) -> None:
    """Each folder once, the deeper ones first, so that no name is on the disk before what it leads to."""
    for path in sorted(set(paths), key=lambda path: (-len(path.parts), path)):
        sync_folder(path)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, replacing one of that name, and flush it and its name."""
    draft = path.with_name(path.name + UNFINISHED)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, and flush the names of the new ones; nothing if it is there."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
