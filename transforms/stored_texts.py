"""Title and text of stored articles, by their keys: what a likely copy is verified on.

Reads through the tables' logs, so also after a compaction has put the rows into other files. Of a file only the row
groups are read whose statistics admit an article that is wanted; the files of a load are sorted by article, so for one
article that is one group. Takes no lock and writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

from transforms.core.deliveries import StoredIn
from transforms.core.verify import Text
from transforms.snapshot import groups_with, table_files

_COLUMNS: Final = ("article_id", "version", "title", "text")
#: Rows held at a time, whatever the size of a row group.
_BATCH_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class StoredKey:
    """A stored row and where it lies."""

    stored_in: StoredIn
    date: date  #: of the partition
    article_id: str
    version: str


def read_texts(out: Path, wanted: Sequence[StoredKey]) -> dict[tuple[str, str], Text]:
    """The texts of stored rows by (article_id, version), in that order; what is not where it is said to be is left out.

    Of the newest version of each table. The cost is that of opening the files of the partitions asked for, and of the
    row groups that may hold what is wanted: ask for many rows at once.
    """
    partitions: dict[tuple[StoredIn, date], set[tuple[str, str]]] = {}
    for key in wanted:
        partitions.setdefault((key.stored_in, key.date), set()).add((key.article_id, key.version))
    found: dict[tuple[str, str], Text] = {}
    for (table, day), keys in sorted(partitions.items()):
        missing = set(keys)
        for path in _files(out / table, _newest_entry(out / table)).get(day, ()):
            if missing:
                texts = _read_file(path, missing)
                found.update(texts)
                missing -= texts.keys()
    return dict(sorted(found.items()))


def _read_file(path: Path, keys: set[tuple[str, str]]) -> dict[tuple[str, str], Text]:
    articles = sorted({article_id for article_id, _ in keys})
    among = pa.array(articles, pa.string())
    found = {}
    with pq.ParquetFile(path) as parquet:
        groups = groups_with(
            parquet.metadata, "article_id", lambda low, high: any(low <= article <= high for article in articles)
        )
        for batch in parquet.iter_batches(_BATCH_ROWS, groups, _COLUMNS) if groups else ():
            for row in batch.filter(pc.is_in(batch["article_id"], among)).to_pylist():
                key = (row["article_id"], row["version"])
                if key in keys:
                    found[key] = Text(title=row["title"], text=row["text"])
    return found


def _newest_entry(folder: Path) -> str:
    """The name of the newest entry of a table's log: while it is the newest, the table has not changed."""
    return max((path.name for path in (folder / "_delta_log").glob("*.json")), default="")


@lru_cache(maxsize=8)
def _files(folder: Path, entry: str) -> Mapping[date, tuple[Path, ...]]:
    """The files of each partition, by path, as of a log entry; kept, because an entry never changes."""
    if not entry:
        return {}
    days: dict[date, tuple[Path, ...]] = {}
    for file in table_files(folder, DeltaTable(folder, version=int(entry.removesuffix(".json")))):
        if file.date is not None:
            days[file.date] = (*days.get(file.date, ()), file.path)
    return days
