"""Which numbers hold a key: sorted runs of (key, number) pairs inside an SQLite database.

A B-tree of random keys rewrites most of its pages for every load. Here a load appends one sorted run, and the runs of a
size class are merged when there are `FAN_OUT` of them, so each pair is rewritten once per class and always in sequence:
a log-structured merge tree (O'Neil et al., 1996) in its tiered form. Runs are cut into chunks that fit a page each: a
look-up of a rare key reads a page or two of each run, and merging holds few chunks however long the runs are.

Begins and commits no transaction: the caller's decides.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

#: Wanted by a database that holds runs: with it a full chunk is one page.
PAGE_SIZE: Final = 8192
#: Pairs of a chunk: 12 bytes each, and a few for the row around them.
CHUNK: Final = 672
#: Runs of one size class that are merged into one of the next.
FAN_OUT: Final = 8
#: Chunks held at a time: about 3 MB.
_AT_A_TIME: Final = 384
#: Look-up variables in one statement.
_VARIABLES: Final = 500

SCHEMA: Final = """
CREATE TABLE runs (run INTEGER PRIMARY KEY, pairs INTEGER NOT NULL, first_chunk INTEGER NOT NULL, fences BLOB NOT NULL);
CREATE TABLE chunks (chunk INTEGER PRIMARY KEY, keys BLOB NOT NULL, numbers BLOB NOT NULL);
"""

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.uint32]
_KEY: Final = np.dtype("<u8")
_NUMBER: Final = np.dtype("<u4")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One sorted run: its chunks are numbered consecutively, `fences` holds the first key of each."""

    run: int
    pairs: int
    first_chunk: int
    fences: Keys


def add(db: sqlite3.Connection, keys: Keys, numbers: Numbers) -> None:
    """Add pairs, in any order; a pair added twice counts once."""
    if keys.size:
        _write(db, iter([_sorted(keys, numbers)]))
        _merge(db)


def find(db: sqlite3.Connection, keys: Keys) -> tuple[Keys, Numbers]:
    """Every pair of the keys asked for (each counted once), ordered by key, then number."""
    wanted = np.unique(keys)
    hits: list[tuple[Keys, Numbers]] = []
    for run in _runs(db):
        # A key's pairs may begin in the chunk before the first whose fence is the key, and go on over the next ones.
        first = np.maximum(np.searchsorted(run.fences, wanted, side="left").astype(np.int64) - 1, 0)
        last = np.searchsorted(run.fences, wanted, side="right").astype(np.int64)
        spread = np.zeros(run.fences.size + 1, np.int64)
        np.add.at(spread, first, 1)
        np.add.at(spread, np.maximum(last, first), -1)
        needed = np.flatnonzero(np.cumsum(spread[:-1]) > 0) + run.first_chunk
        for some in _cut(needed.tolist(), _VARIABLES):
            held_keys, held_numbers = _read(db, some)
            within = wanted[
                np.searchsorted(wanted, held_keys[0]) : np.searchsorted(wanted, held_keys[-1], side="right")
            ]
            start = np.searchsorted(held_keys, within, side="left")
            counts = np.searchsorted(held_keys, within, side="right") - start
            # Positions start, start + 1, … start + count - 1 of each key wanted, one after the other.
            total = int(counts.sum())
            at = np.repeat(start - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(total)
            hits.append((held_keys[at], held_numbers[at]))
    if not hits:
        return np.empty(0, _KEY), np.empty(0, _NUMBER)
    return _sorted(np.concatenate([part for part, _ in hits]), np.concatenate([part for _, part in hits]))


def _sorted(keys: Keys, numbers: Numbers) -> tuple[Keys, Numbers]:
    """The pairs in order, each once."""
    order = np.lexsort((numbers, keys))
    keys, numbers = keys[order].astype(_KEY, copy=False), numbers[order].astype(_NUMBER, copy=False)
    fresh = np.ones(keys.size, np.bool_)
    fresh[1:] = (keys[1:] != keys[:-1]) | (numbers[1:] != numbers[:-1])
    return keys[fresh], numbers[fresh]


def _runs(db: sqlite3.Connection) -> list[_Run]:
    rows = db.execute("SELECT run, pairs, first_chunk, fences FROM runs ORDER BY run")
    return [
        _Run(run=run, pairs=pairs, first_chunk=first, fences=np.frombuffer(fences, _KEY))
        for run, pairs, first, fences in rows
    ]


def _read(db: sqlite3.Connection, chunks: Sequence[int]) -> tuple[Keys, Numbers]:
    """The pairs of some chunks, in the order of the chunks' numbers."""
    marks = ",".join("?" * len(chunks))
    rows = db.execute(f"SELECT keys, numbers FROM chunks WHERE chunk IN ({marks}) ORDER BY chunk", chunks).fetchall()  # noqa: S608 - only marks
    return (
        np.frombuffer(b"".join(keys for keys, _ in rows), _KEY),
        np.frombuffer(b"".join(numbers for _, numbers in rows), _NUMBER),
    )


def _write(db: sqlite3.Connection, blocks: Iterator[tuple[Keys, Numbers]]) -> None:
    """Write blocks of pairs, each in order and all greater than those of the blocks before, as one run."""
    (last,) = db.execute("SELECT coalesce(max(chunk), 0) FROM chunks").fetchone()
    first, pairs, fences = last + 1, 0, []
    for keys, numbers in blocks:
        pairs += keys.size
        rows = []
        for start in range(0, keys.size, CHUNK):
            last += 1
            end = start + CHUNK
            rows.append((last, keys[start:end].tobytes(), numbers[start:end].tobytes()))
            fences.append(int(keys[start]))
        db.executemany("INSERT INTO chunks VALUES (?, ?, ?)", rows)
    db.execute(
        "INSERT INTO runs (pairs, first_chunk, fences) VALUES (?, ?, ?)",
        (pairs, first, np.array(fences, _KEY).tobytes()),
    )


def _merge(db: sqlite3.Connection) -> None:
    """Merge runs until no size class has `FAN_OUT` of them."""
    while True:
        classes: dict[int, list[_Run]] = {}
        for run in _runs(db):
            classes.setdefault((run.pairs.bit_length() - 1) // (FAN_OUT.bit_length() - 1), []).append(run)
        full = [number for number, runs in sorted(classes.items()) if len(runs) >= FAN_OUT]
        if not full:
            return
        runs = classes[full[0]]
        _write(db, _merged(db, runs))
        for run in runs:
            db.execute("DELETE FROM runs WHERE run = ?", (run.run,))
            db.execute(
                "DELETE FROM chunks WHERE chunk BETWEEN ? AND ?",
                (run.first_chunk, run.first_chunk + run.fences.size - 1),
            )


def _merged(db: sqlite3.Connection, runs: Sequence[_Run]) -> Iterator[tuple[Keys, Numbers]]:
    """The pairs of several runs, in order, in blocks of a bounded number of chunks."""
    fences = np.concatenate([run.fences for run in runs])
    chunks = np.concatenate([np.arange(run.fences.size, dtype=np.int64) + run.first_chunk for run in runs])
    order = np.argsort(fences, kind="stable")
    fences, chunks = fences[order], chunks[order]
    keys, numbers = np.empty(0, _KEY), np.empty(0, _NUMBER)
    for start in range(0, chunks.size, _AT_A_TIME):
        end = start + _AT_A_TIME
        more_keys, more_numbers = _read(db, chunks[start:end].tolist())
        keys, numbers = _sorted(np.concatenate([keys, more_keys]), np.concatenate([numbers, more_numbers]))
        # Chunks still to come hold nothing below the next fence.
        done = keys.size if end >= chunks.size else int(np.searchsorted(keys, fences[end], side="left"))
        if done:
            yield keys[:done], numbers[:done]
            keys, numbers = keys[done:], numbers[done:]


def _cut(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
