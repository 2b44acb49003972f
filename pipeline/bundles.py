"""Which files of the tables are worth putting together: small ones of one partition that gets no more of them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from deltalake import DeltaTable

from pipeline.deltalog import live_files
from schemas.tables import TABLES
from transforms.snapshot import table_file

#: Files of at least so many bytes are left alone: a row that comes late costs no more than writing this much again.
SMALL_BYTES: Final = 32_000_000
#: What is put together in one file, at most: twice as much, so that all but the last of a partition are small no more.
MERGED_BYTES: Final = 2 * SMALL_BYTES
#: Files put together at a time, at most: each costs memory.
MERGED_FILES: Final = 1_000
#: An unpartitioned table has no day that is closed: it is worth the while from so many small files on.
MANY: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Small files of one partition, to be put together."""

    table: str
    day: date | None  #: None: the table has no partitions
    paths: tuple[str, ...]  #: below the table's folder, as its log has them
    size: int  #: bytes


def find_bundles(
    delta: Callable[[str], DeltaTable], closed_before: date, unreadable: Collection[tuple[str, str]] = ()
) -> list[Bundle]:
    """The small files that are worth putting together, by table and day; the newest days first.

    Args:
        delta: gives a table at its newest version.
        closed_before: of partitioned tables only earlier days.
        unreadable: files to leave out, by table and path.
    """
    bundles: list[Bundle] = []
    for name, spec in TABLES.items():
        live = live_files(delta(name), "path", "size_bytes")
        days: dict[date | None, list[tuple[str, int]]] = {}
        for path, size in sorted((file["path"], file["size_bytes"]) for file in live):
            day = table_file(Path(unquote(path))).date
            is_closed = day is None or day < closed_before
            if size < SMALL_BYTES and is_closed and (name, path) not in unreadable:
                days.setdefault(day, []).append((path, size))
        for day, files in days.items():
            if spec.partition is not None or len(files) >= MANY:
                bundles += _bundled(name, day, files)
    return sorted(bundles, key=lambda bundle: (bundle.day or date.max, bundle.table, bundle.paths), reverse=True)


def _bundled(table: str, day: date | None, files: Sequence[tuple[str, int]]) -> Iterator[Bundle]:
    """Files in their order, cut where the next would be too much; one alone is left out."""
    paths: list[str] = []
    total = 0
    for path, size in (*files, ("", MERGED_BYTES)):
        if total + size > MERGED_BYTES or len(paths) == MERGED_FILES:
            if len(paths) > 1:
                yield Bundle(table=table, day=day, paths=tuple(paths), size=total)
            paths, total = [], 0
        paths.append(path)
        total += size
