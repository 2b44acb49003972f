"""Rows of a load that is staged and not yet published, and of the tables before it: read, taken out, added."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.plan import Plan
from schemas.tables import PARTITION, ROW_GROUP_ROWS, TABLES, parquet_writer
from transforms.snapshot import Snapshot, TableFile, groups_with, table_file

#: (article_id, version)
Key: TypeAlias = tuple[str, str]
Row: TypeAlias = dict[str, Any]


class StagedRows:
    """What a load has staged beside the tables that it is to be published into. Whole rows hold their day, too."""

    def __init__(self, plan: Plan, note: Callable[[str], None]) -> None:
        """Tells `note` of each file that cannot be read; it is passed over."""
        self.removed: dict[str, tuple[str, ...]] = {}  #: by table, files that leave it, as its log has them
        self.rewritten: set[str] = set()  #: staged files, `<table>/<path>`, none of whose rows is new
        self.before = Snapshot.open_or_empty(Path(plan.out))
        self._plan = plan
        self._note = note
        self._readable: dict[Path, bool] = {}
        self._number = 0

    def staged(self, name: str) -> list[TableFile]:
        """The files that are staged for a table, by path, but not those whose rows are only moved."""
        folder = Path(self._plan.staged, name)
        found = (path for path in sorted(folder.rglob("*.parquet")))
        return [table_file(path) for path in found if f"{name}/{path.relative_to(folder)}" not in self.rewritten]

    def files(self, name: str, days: Collection[date] | None = None) -> list[TableFile]:
        """The files of a table, of some days only; then those that are staged for it."""
        old = (file for file in self.before.files(name) if days is None or file.date in days)
        return [*filter(self._is_readable, old), *self.staged(name)]

    def take(self, name: str, file: TableFile, keys: Collection[Key]) -> list[Row]:
        """Take rows out: a staged file is written anew, one of the table leaves it for what is left of it."""
        taken = whole_rows(file, keys)
        if not taken:
            return []
        if file.path.is_relative_to(self._plan.staged):
            less = file.path.with_suffix(".less")
            if self._write_without(name, file.path, less, keys):
                less.replace(file.path)
            else:
                file.path.unlink()
            return taken
        below = file.path.parent.name
        target = self._place(name, below)
        if self._write_without(name, file.path, target, keys):
            self.rewritten.add(f"{name}/{below}/{target.name}")
        self.removed[name] = (*self.removed.get(name, ()), f"{quote(below, safe='=')}/{file.path.name}")
        return taken

    def add(self, name: str, rows: Iterable[Row]) -> None:
        """Stage rows for a table."""
        days: defaultdict[date, list[Row]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (*key_of(row), row["load_id"])):
            days[row[PARTITION]].append(row)
        for day, some in sorted(days.items()):
            with self._writer(name, self._place(name, f"{PARTITION}={day}")) as writer:
                writer.write_table(pa.Table.from_pylist(some, schema=writer.schema), row_group_size=ROW_GROUP_ROWS)

    def _is_readable(self, file: TableFile) -> bool:
        if file.path not in self._readable:
            try:
                pq.read_metadata(file.path)
                self._readable[file.path] = True
            except (pa.ArrowException, OSError) as error:
                self._note(
                    f"Cannot look for what is recalled or released in {file.path}: {' '.join(str(error).split())}"
                )
                self._readable[file.path] = False
        return self._readable[file.path]

    def _place(self, name: str, below: str) -> Path:
        """A name for another staged file of a table."""
        folder = Path(self._plan.staged, name, below)
        folder.mkdir(parents=True, exist_ok=True)
        taken = {path.name for path in Path(self._plan.staged, name).rglob("*.parquet")}
        while (path := folder / f"{self._plan.load_id:010d}-{self._number:04d}.parquet").name in taken:
            self._number += 1
        return path

    def _write_without(self, name: str, source: Path, target: Path, keys: Collection[Key]) -> bool:
        """Write a file again without some rows; whether any are left."""
        kept = 0
        with pq.ParquetFile(source) as parquet, self._writer(name, target) as writer:
            for group in range(parquet.metadata.num_row_groups):
                rows = parquet.read_row_group(group)
                named = zip(rows["article_id"].to_pylist(), rows["version"].to_pylist(), strict=True)
                rest = rows.filter(pa.array([key not in keys for key in named], pa.bool_()))
                kept += rest.num_rows
                if rest.num_rows:
                    writer.write_table(rest.cast(writer.schema), row_group_size=ROW_GROUP_ROWS)
        if not kept:
            target.unlink()
        return kept > 0

    def _writer(self, name: str, path: Path) -> pq.ParquetWriter:
        plan = self._plan
        return parquet_writer(TABLES[name], path, load_id=plan.load_id, program_version=plan.program_version)


def key_of(row: Row) -> Key:
    """The key of a row of a version."""
    return row["article_id"], row["version"]


def rows_of_articles(
    files: Iterable[TableFile], columns: Collection[str], ids: Collection[str] | None = None
) -> list[Row]:
    """Some columns of all rows, or of those of some articles."""
    return [row for file in files for row in _rows(file, list(columns), ids)]


def whole_rows(file: TableFile, keys: Collection[Key]) -> list[Row]:
    """The rows of some versions."""
    rows = _rows(file, None, {article_id for article_id, _ in keys})
    return [row | {PARTITION: file.date} for row in rows if key_of(row) in keys]


def _rows(file: TableFile, columns: list[str] | None, ids: Collection[str] | None) -> Iterator[Row]:
    with pq.ParquetFile(file.path) as parquet:
        groups = list(range(parquet.metadata.num_row_groups))
        if ids is not None:
            low, high = min(ids, default=""), max(ids, default="")
            groups = groups_with(parquet.metadata, "article_id", lambda least, most: least <= high and most >= low)
        for group in groups:
            rows = parquet.read_row_group(group, columns)
            if ids is not None:
                rows = rows.filter(pc.is_in(rows["article_id"], pa.array(sorted(ids), pa.string())))
            yield from rows.to_pylist()
