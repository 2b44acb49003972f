"""The file that feed states are kept in: how it is laid out, opened, found faulty and made anew.

A rollback journal, not a write-ahead log: rounds are small and minutes apart, what is committed has to be on the disk,
and at rest the file is one file.
"""

import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from pipeline.durable import make_folder, sync_folder
from transforms.core.feedstate import FeedState
from transforms.index_file import is_damage, set_aside

#: Of the layout below; a file of another one is made anew.
_LAYOUT: Final = 1
#: Stands for the last round until something is known: a file that was made and not filled yet.
NEW: Final = -1

_SCHEMA: Final = """
CREATE TABLE meta (round INTEGER NOT NULL);
CREATE TABLE feeds (url TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    feed_url TEXT NOT NULL, key TEXT NOT NULL, round INTEGER NOT NULL, PRIMARY KEY (feed_url, key)
) WITHOUT ROWID;
CREATE TABLE wanted (
    url TEXT PRIMARY KEY, feed_url TEXT NOT NULL, page BLOB NOT NULL, next_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE robots (host TEXT PRIMARY KEY, body TEXT NOT NULL, fetched_at INTEGER NOT NULL) WITHOUT ROWID;
"""


class StatesDamagedError(Exception):
    """The file is absent, cannot be read, or is of another layout; opening it for writing makes it anew."""


def open_existing(path: Path) -> sqlite3.Connection:
    """Open the file for reading.

    Raises:
        StatesDamagedError: it is absent, cannot be read, or is of another layout.
        sqlite3.OperationalError: the disk or a lock is at fault, and not the file.
    """
    if not path.exists():
        raise StatesDamagedError(f"{path}: absent")
    db = _connect(path, "rw")  # what a process that was killed left half done can only so be undone
    db.execute("PRAGMA query_only = ON")
    fault = _fault(db)
    if fault:
        db.close()
        raise StatesDamagedError(f"{path}: {fault}")
    return db


def open_sound(path: Path) -> sqlite3.Connection:
    """Open the file for writing; made anew if it is absent, or is faulty and now set aside.

    Raises:
        sqlite3.OperationalError: the disk or a lock is at fault, and not the file.
    """
    if path.exists():
        db = _connect(path, "rw")
        if not _fault(db):
            return _synced(db)
        db.close()
    set_aside(path)
    path.with_name(path.name + "-journal").unlink(missing_ok=True)
    return _make(path)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Nothing is read yet, so nothing is found wrong yet."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30)


def _synced(db: sqlite3.Connection) -> sqlite3.Connection:
    """What commits is the removal of the journal, so its folder is synced, too."""
    db.execute("PRAGMA synchronous = EXTRA")
    return db


def _make(path: Path) -> sqlite3.Connection:
    make_folder(path.parent)
    db = _synced(_connect(path, "rwc"))
    db.executescript(f"BEGIN; {_SCHEMA}")
    db.execute("INSERT INTO meta VALUES (?)", (NEW,))
    db.execute(f"PRAGMA user_version = {_LAYOUT}")
    db.execute("COMMIT")
    sync_folder(path.parent)
    return db


def _fault(db: sqlite3.Connection) -> str:
    """What is wrong with the file; empty: nothing. Every page is looked at.

    Raises:
        sqlite3.OperationalError: the disk or a lock is at fault, and not the file.
    """
    try:
        (layout,) = db.execute("PRAGMA user_version").fetchone()
        if layout != _LAYOUT:
            return f"layout {layout}, not {_LAYOUT}"
        (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
        rounds = db.execute("SELECT round FROM meta").fetchall()
        for (state,) in db.execute("SELECT state FROM feeds"):
            msgspec.json.decode(state, type=FeedState)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return f"a state that cannot be read: {error}"
    except sqlite3.DatabaseError as error:
        if not is_damage(error) and error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:  # such as: no such table
            raise
        return str(error)
    if len(rounds) != 1:
        return "no round"
    return "" if answer == "ok" else str(answer)
