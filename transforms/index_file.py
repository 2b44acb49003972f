"""The file of the index: how it is laid out, opened, found faulty and set aside."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from transforms import index_keys
from transforms.core import fingerprint, furniture

#: Of the layout below; an index of another one is rebuilt.
_LAYOUT: Final = 5
#: What names that which it holds; so is one of other schemes.
SCHEME: Final = f"{fingerprint.SCHEME} {furniture.SCHEME}"
#: Free pages are kept for what comes next: so many, or this share of all.
_SPARE_PAGES: Final = 512
_SPARE_SHARE: Final = 0.03
_CACHE_KB: Final = 16 * 1024
#: What the write-ahead log is cut back to after a load.
_LOG_BYTES: Final = 32 * 1024 * 1024
#: Ends the name of the note that says how the file was left.
_CLOSED: Final = ".closed"
#: Stands for null where null may not stand in a key; sorts before every value.
NONE: Final = -(2**63)

_SCHEMA: Final = (
    """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE docs (
    num INTEGER PRIMARY KEY, article_id TEXT NOT NULL, version TEXT NOT NULL, stored_in TEXT NOT NULL,
    date TEXT NOT NULL, text_from TEXT NOT NULL, content_hash TEXT NOT NULL, words INTEGER NOT NULL,
    load_id INTEGER NOT NULL,
    UNIQUE (article_id, version)
);
CREATE TABLE sightings (
    article_id TEXT NOT NULL, origin TEXT NOT NULL, seen_at INTEGER NOT NULL, version TEXT NOT NULL,
    source_version INTEGER NOT NULL, updated_at INTEGER NOT NULL, text_from TEXT NOT NULL,
    PRIMARY KEY (article_id, origin, seen_at, version, source_version, updated_at, text_from)
) WITHOUT ROWID;
CREATE TABLE rejections (delivery_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE recalls (
    article_id TEXT NOT NULL, notice_id TEXT NOT NULL, kind TEXT NOT NULL, source_version INTEGER NOT NULL,
    at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (article_id, notice_id)
) WITHOUT ROWID;
CREATE TABLE pages (
    host TEXT NOT NULL, load_id INTEGER NOT NULL, article_id TEXT NOT NULL, version TEXT NOT NULL, blocks BLOB NOT NULL,
    PRIMARY KEY (host, load_id, article_id, version)
) WITHOUT ROWID;
CREATE TABLE hosts (
    host TEXT PRIMARY KEY, changed INTEGER NOT NULL, pages INTEGER NOT NULL, blocks BLOB NOT NULL, states BLOB NOT NULL
) WITHOUT ROWID;
"""
    + index_keys.SCHEMA
)


class IndexDamagedError(Exception):
    """An index that cannot be read; opening it for writing sets it aside."""


def open_existing(path: Path) -> sqlite3.Connection:
    """Open the index for reading.

    Raises:
        IndexDamagedError: it is absent, cannot be read, or is of another layout or fingerprint scheme.
    """
    try:
        db = _connect(path, "ro")
    except sqlite3.OperationalError as error:
        raise IndexDamagedError(f"{path}: {error}") from error
    fault = _fault(db, deep=False)
    if fault:
        db.close()
        raise IndexDamagedError(f"{path}: {fault}")
    return db


def open_sound(path: Path) -> sqlite3.Connection:
    """Open the index for writing, checked; made anew and empty if it is absent or was faulty (and then set aside).

    One that was closed is as it was left or somebody else has written to it, wherever in the file: then it is faulty.
    So opening costs the same whatever its size. One that was not closed, because its writer was killed, is looked
    through page by page.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size:
        was_closed, fault = closed_note(path).exists(), was_changed(path)
        closed_note(path).unlink(missing_ok=True)
        db = _connect(path, "rw")
        fault = fault or _fault(db, deep=not was_closed)
        if not fault:
            _tune(db)
            return db
        db.close()
        set_aside(path)
    return _make(path)


def note_closed(path: Path) -> None:
    """Note how a file that was just closed is left; whoever opens it next for writing takes the note away."""
    with suppress(OSError):  # no note: it is looked through; half of one: it is rebuilt
        closed_note(path).write_text(_facts(path), encoding="ascii")


def closed_note(path: Path) -> Path:
    """Where the note lies that says how the file was left."""
    return path.with_name(path.name + _CLOSED)


def _facts(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}\n"


def was_changed(path: Path) -> str:
    """What tells that somebody has written to a file that was closed; empty: nothing does."""
    note = closed_note(path)
    as_left = not note.exists() or note.read_bytes() == _facts(path).encode()
    return "" if as_left else "changed since it was closed"


def put_in_place(fresh: Path, path: Path) -> None:
    """Put an index that was built elsewhere in the same folder, and closed, in the place of the one there.

    Killed at any moment, there is the old one, the new one, or none, which is noticed like one that was lost. A log
    that a killed writer of the old one left must never come to lie beside the new one.
    """
    closed_note(path).unlink(missing_ok=True)
    log = path.with_name(path.name + "-wal")
    if log.exists():
        for part in (path, log, path.with_name(path.name + "-shm")):
            part.unlink(missing_ok=True)
    fresh.replace(path)
    closed_note(fresh).replace(closed_note(path))


def clear(db: sqlite3.Connection) -> None:
    """Forget all that was applied: generation 0, and no byte of it is left in the file or its log."""
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'meta'")]
    db.execute("BEGIN IMMEDIATE")
    for name in names:
        db.execute(f"DELETE FROM {name}")  # noqa: S608  # our own names
    set_generation(db, 0, "")
    db.execute("COMMIT")
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def give_back(db: sqlite3.Connection) -> None:
    """Return the pages that merging has left free to the disk, where they are many."""
    (free,), (pages,) = (db.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count"))
    if free > _SPARE_PAGES and free > pages * _SPARE_SHARE:
        db.executescript(f"PRAGMA incremental_vacuum({free})")  # which steps to its end; `execute` does once


def set_aside(path: Path) -> None:
    """Rename the index to `….damaged`, in place of an earlier one, for whoever wants to know why."""
    for end in ("", "-wal", "-shm"):
        part = path.with_name(path.name + end)
        if part.exists():
            part.replace(path.with_name(f"{path.name}.damaged{end}"))


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the error says that the file is damaged, and not that a disk is full or a lock held."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def generation(db: sqlite3.Connection) -> int:
    """The last load applied; 0: none."""
    return int(_meta(db, "generation"))


def archive_id(db: sqlite3.Connection) -> str:
    """The folder the index is of; empty before the first load."""
    return str(_meta(db, "archive_id"))


def set_generation(db: sqlite3.Connection, load_id: int, archive: str) -> None:
    """Say which load the index is at, in the caller's transaction."""
    db.executemany("UPDATE meta SET value = ? WHERE name = ?", [(load_id, "generation"), (archive, "archive_id")])


def _meta(db: sqlite3.Connection, name: str) -> int | str:
    value: int | str
    for (value,) in db.execute("SELECT value FROM meta WHERE name = ?", (name,)):
        return value
    return ""


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Nothing is read yet, so nothing is found wrong yet."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=30, check_same_thread=False
    )  # Beam may close in one thread what it set up in another; no two use it at once


def _bound_memory(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    db.execute("PRAGMA mmap_size = 0")


def _tune(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")


def _make(path: Path) -> sqlite3.Connection:
    db = _connect(path, "rwc")
    db.execute(f"PRAGMA page_size = {index_keys.PAGE_SIZE}")
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _bound_memory(db)
    db.execute("PRAGMA journal_mode = WAL")
    _tune(db)
    db.executescript(f"BEGIN; {_SCHEMA}")
    db.executemany("INSERT INTO meta VALUES (?, ?)", [("generation", 0), ("archive_id", ""), ("scheme", SCHEME)])
    db.execute(f"PRAGMA user_version = {_LAYOUT}")
    db.execute("COMMIT")
    return db


def _fault(db: sqlite3.Connection, *, deep: bool) -> str:
    """What is wrong with the index; empty: nothing. Deep: every page is looked at.

    Raises:
        sqlite3.OperationalError: the disk or a lock is at fault, and not the file.
    """
    try:
        _bound_memory(db)
        (layout,) = db.execute("PRAGMA user_version").fetchone()
        if layout != _LAYOUT:
            return f"layout {layout}, not {_LAYOUT}"
        if _meta(db, "scheme") != SCHEME:
            return f"scheme {_meta(db, 'scheme')}, not {SCHEME}"
        answers = db.execute("PRAGMA quick_check(1)").fetchall() if deep else [("ok",)]
    except sqlite3.DatabaseError as error:
        if not is_damage(error) and error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:  # such as: no such table
            raise
        return str(error)
    return "" if answers == [("ok",)] else str(answers[0][0])
