"""What the index knows of hosts: what is noted of their pages, and what was learnt of it, load by load.

Learning a load needs what was known before it and the host's latest pages. So loads are learnt in their order, however
many are filled in at once, and each only of the hosts of which it noted pages. Begins and commits no transaction.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from transforms.core.furniture import SCHEME, WINDOW, HostProfile, Page, learn
from transforms.snapshot import TableFile

#: Of `profiles`.
COLUMNS: Final = ("host", "article_id", "version", "blocks", "scheme")


def note_pages(db: sqlite3.Connection, rows: Iterable[tuple[TableFile, pa.RecordBatch]]) -> None:
    """Take in what loads noted of pages, and learn of it."""
    touched: defaultdict[int, set[str]] = defaultdict(set)
    for _, batch in rows:
        values = [batch[name].to_pylist() for name in (*COLUMNS, "load_id")]
        for host, article_id, version, blocks, scheme, load_id in zip(*values, strict=True):
            if scheme != SCHEME:
                continue
            touched[load_id].add(host)
            db.execute(
                "INSERT OR IGNORE INTO pages VALUES (?, ?, ?, ?, ?)",
                (host, load_id, article_id, version, array("q", blocks).tobytes()),
            )
    for load_id in sorted(touched):
        for host in sorted(touched[load_id]):
            _learn(db, host, load_id)


def profiles(db: sqlite3.Connection) -> dict[str, HostProfile]:
    """What is known of each host, by its name."""
    return {
        host: HostProfile(furniture=dict(zip(_numbers(blocks), states, strict=True)), changed=changed, pages=pages)
        for host, changed, pages, blocks, states in db.execute(
            "SELECT host, changed, pages, blocks, states FROM hosts ORDER BY host"
        )
    }


def _learn(db: sqlite3.Connection, host: str, load_id: int) -> None:
    latest = db.execute(
        "SELECT article_id, blocks FROM pages WHERE host = ? AND load_id <= ? "
        "ORDER BY load_id DESC, article_id DESC, version DESC LIMIT ?",
        (host, load_id, WINDOW),
    ).fetchall()
    (pages,) = db.execute("SELECT count(*) FROM pages WHERE host = ? AND load_id <= ?", (host, load_id)).fetchone()
    row = db.execute("SELECT changed, blocks, states FROM hosts WHERE host = ?", (host,)).fetchone()
    changed, blocks, states = row or (0, b"", b"")
    known = dict(zip(_numbers(blocks), states, strict=True))
    learnt = learn(
        known, [Page(article_id=article_id, blocks=_numbers(noted)) for article_id, noted in reversed(latest)]
    )
    db.execute(
        "INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?, ?)",
        (
            host,
            changed if learnt == known else load_id,
            pages,
            array("q", learnt).tobytes(),
            bytes(learnt.values()),
        ),
    )


def _numbers(data: bytes) -> tuple[int, ...]:
    numbers = array("q")
    numbers.frombytes(data)
    return tuple(numbers)
