"""Which dropped files were handled: an SQLite file at `state/drops.sqlite`, and no name of a file in it.

A file is known by its content. So that content need not be read at each look, a file that was handled is also known by
its stamp: device, inode, size and times. The file is a cache: lost, damaged or of another layout, it is made anew, and
what lies in the folders is read once more, which adds no row to any table of articles.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pipeline.durable import make_folder, sync_folder
from transforms.index_file import is_damage, set_aside

_LAYOUT: Final = 1
_SCHEMA: Final = """
CREATE TABLE contents (digest BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE stamps (stamp INTEGER PRIMARY KEY);
"""


class HandledFiles:
    """The file, open. One process at a time, in one thread."""

    def __init__(self, path: Path) -> None:
        """Open it; make it if it is absent, and anew if it is faulty (set aside as `….damaged`).

        Raises:
            sqlite3.OperationalError: the disk or a lock is at fault, and not the file.
        """
        self._db = _open_sound(path)
        #: Those of the files that lie in the folders; 64 bits each.
        self.stamps: set[int] = {stamp for (stamp,) in self._db.execute("SELECT stamp FROM stamps")}

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def knows(self, digest: bytes) -> bool:
        """Whether a file with this content was handled."""
        return self._db.execute("SELECT 1 FROM contents WHERE digest = ?", (digest,)).fetchone() is not None

    def change(self, *, contents: Iterable[bytes] = (), stamps: Iterable[int] = (), gone: Iterable[int] = ()) -> None:
        """Note contents and stamps, and forget stamps, in one transaction that is on the disk. Twice is once."""
        contents, stamps, gone = list(contents), set(stamps) - self.stamps, set(gone) & self.stamps
        if not (contents or stamps or gone):
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany("INSERT OR IGNORE INTO contents VALUES (?)", [(digest,) for digest in contents])
            self._db.executemany("INSERT OR IGNORE INTO stamps VALUES (?)", [(stamp,) for stamp in stamps])
            self._db.executemany("DELETE FROM stamps WHERE stamp = ?", [(stamp,) for stamp in gone])
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        self.stamps |= stamps
        self.stamps -= gone


def _open_sound(path: Path) -> sqlite3.Connection:
    if path.exists():
        db = _connect(path, "rw")
        if _is_sound(db):
            return db
        db.close()
    set_aside(path)
    path.with_name(path.name + "-journal").unlink(missing_ok=True)
    make_folder(path.parent)
    db = _connect(path, "rwc")
    db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_LAYOUT}; COMMIT")
    sync_folder(path.parent)
    return db


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Nothing is read yet, so nothing is found wrong yet. What is committed is synced: SQLite's default."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30)


def _is_sound(db: sqlite3.Connection) -> bool:
    """Whether the file can be used. Every page is looked at.

    Raises:
        sqlite3.OperationalError: the disk or a lock is at fault, and not the file.
    """
    try:
        layout = db.execute("PRAGMA user_version").fetchone()
        answer = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return False
    return (layout, answer) == ((_LAYOUT,), ("ok",))
