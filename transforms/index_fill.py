"""Filling the index: the rows that loads published, into the cache that is asked about them.

Every row is merged by its own content (of the rows of one key the latest load's wins, the rest are sets), so the order
in which rows come changes nothing that can be asked.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms import index_file, index_hosts, index_keys
from transforms.core.fingerprint import SCHEME, keys
from transforms.core.records import Fingerprint
from transforms.snapshot import TableFile, rows_of_loads

#: Pairs gathered before they are written as a run: 12 MB.
_RUN_PAIRS: Final = 1_000_000
_VARIABLES: Final = 500

_DOC: Final = ("article_id", "version", "stored_in", "text_from", "content_hash", "words")
_PRINT: Final = ("scheme", "signature", "anchors")
_SIGHTING: Final = ("article_id", "origin", "seen_at", "version", "source_version", "updated_at", "text_from")
_RECALL: Final = ("article_id", "notice_id", "kind", "source_version", "at", "seen_at")

_PUT_DOC: Final = """
INSERT INTO docs (article_id, version, stored_in, text_from, content_hash, words, load_id, date)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (article_id, version) DO UPDATE SET
    stored_in = excluded.stored_in, text_from = excluded.text_from, content_hash = excluded.content_hash,
    words = excluded.words, load_id = excluded.load_id, date = excluded.date
WHERE (excluded.load_id, excluded.stored_in, excluded.text_from, excluded.words, excluded.date)
    > (docs.load_id, docs.stored_in, docs.text_from, docs.words, docs.date)
"""
#: A notice counts from when it was first delivered.
_PUT_RECALL: Final = """
INSERT INTO recalls VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (article_id, notice_id) DO UPDATE SET seen_at = min(recalls.seen_at, excluded.seen_at)
"""


def fill(db: sqlite3.Connection, files: Callable[[str], Iterable[TableFile]], *, until: int, archive_id: str) -> None:
    """Apply the loads after the index's generation up to `until`, found in `files(table)`, as one transaction."""
    after = index_file.generation(db)
    db.execute("BEGIN IMMEDIATE")
    try:
        _fill_docs(db, files("fingerprints"), after, until)
        for _, rows in rows_of_loads(files("sightings"), _SIGHTING, after=after, until=until):
            db.executemany("INSERT OR IGNORE INTO sightings VALUES (?, ?, ?, ?, ?, ?, ?)", _tuples(rows, _SIGHTING))
        for _, rows in rows_of_loads(files("rejected"), ("delivery_id",), after=after, until=until):
            db.executemany("INSERT OR IGNORE INTO rejections VALUES (?)", _tuples(rows, ("delivery_id",)))
        for _, rows in rows_of_loads(files("recalls"), _RECALL, after=after, until=until):
            db.executemany(_PUT_RECALL, _tuples(rows, _RECALL))
        index_hosts.note_pages(db, rows_of_loads(files("profiles"), index_hosts.COLUMNS, after=after, until=until))
        index_file.set_generation(db, until, archive_id)
        db.execute("COMMIT")
        index_file.give_back(db)
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _fill_docs(db: sqlite3.Connection, files: Iterable[TableFile], after: int, until: int) -> None:
    pending: list[tuple[index_keys.Keys, index_keys.Numbers]] = []
    pairs = 0
    for file, rows in rows_of_loads(files, (*_DOC, *_PRINT), after=after, until=until):
        day = file.date.isoformat() if file.date else ""
        docs = _tuples(rows, (*_DOC, "load_id"))
        db.executemany(_PUT_DOC, [(*doc, day) for doc in docs])
        numbers = _numbers(db, [(doc[0], doc[1]) for doc in docs])
        pending.append(_key_pairs(rows, [numbers[doc[0], doc[1]] for doc in docs]))
        pairs += pending[-1][0].size
        if pairs >= _RUN_PAIRS:
            _put_keys(db, pending)
            pairs = 0
    _put_keys(db, pending)


def _key_pairs(rows: pa.RecordBatch, numbers: Sequence[int]) -> tuple[index_keys.Keys, index_keys.Numbers]:
    """The keys of each row's fingerprint with the row's number; fingerprints of another scheme have none."""
    found: list[int] = []
    counts: list[int] = []
    for scheme, signature, anchors, content_hash, words in _tuples(rows, (*_PRINT, "content_hash", "words")):
        own: tuple[int, ...] = ()
        if scheme == SCHEME:
            own = keys(
                Fingerprint(
                    scheme=scheme, content_hash=content_hash, signature=signature, anchors=tuple(anchors), words=words
                )
            )
        found.extend(own)
        counts.append(len(own))
    return np.array(found, np.uint64), np.repeat(np.array(numbers, np.uint32), counts)


def _put_keys(db: sqlite3.Connection, pending: list[tuple[index_keys.Keys, index_keys.Numbers]]) -> None:
    """Write the pairs gathered as one run, and forget them."""
    if pending:
        index_keys.add(db, np.concatenate([part for part, _ in pending]), np.concatenate([part for _, part in pending]))
        pending.clear()


def _numbers(db: sqlite3.Connection, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found = {}
    for start in range(0, len(wanted), _VARIABLES // 2):
        some = wanted[start : start + _VARIABLES // 2]
        rows = db.execute(
            f"WITH wanted (a, v) AS (VALUES {','.join(['(?, ?)'] * len(some))}) "  # noqa: S608 - only marks
            "SELECT article_id, version, num FROM wanted CROSS JOIN docs ON article_id = a AND version = v",
            [part for pair in some for part in pair],
        )
        found.update({(article_id, version): number for article_id, version, number in rows})
    return found


def _tuples(rows: pa.RecordBatch, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows as tuples; times and whole numbers that may be null as numbers that sort before all others."""
    values = []
    for name in columns:
        column = rows[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        if pa.types.is_integer(column.type):
            column = pc.fill_null(column, index_file.NONE) if column.null_count else column
        values.append(column.to_pylist())
    return list(zip(*values, strict=True))
