"""All tables of one output folder as they were after one load: which files hold them, read through their logs.

Takes no lock and writes nothing. The last row of `loads/` is committed after every other table of its load and names
their versions, so whoever opens the tables at those versions sees the loads up to it whole and nothing of a later one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.fs as fs
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from schemas.tables import PARTITION, TABLES

#: The application that load numbers are transactions of, in every table's log.
APPLICATION: Final = "newsbeam"
#: Rows held at a time.
_BATCH_ROWS: Final = 2_000


class NotAnArchiveError(ValueError):
    """A folder that is not a Newsbeam output folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """One Parquet file of a table."""

    path: Path
    date: date | None  #: of its partition; None: its table has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The tables after load `load_id`; 0: nothing was published yet, every table is empty."""

    out: Path
    load_id: int
    archive_id: str  #: of this output folder and no other; empty before the first load
    versions: Mapping[str, int]  #: of each table; one that is not named holds nothing yet

    @classmethod
    def open(cls, out: Path) -> "Snapshot":
        """The newest load.

        Raises:
            NotAnArchiveError: the folder does not exist, or nothing was ever published there.
        """
        try:
            loads = DeltaTable(out / "loads")
        except TableNotFoundError:
            missing = "it has no loads/" if out.is_dir() else "no such folder"
            raise NotAnArchiveError(f"{out}: not a Newsbeam output folder: {missing}") from None
        # The newest file first: the last load's row is in it, unless the clock went back or the table was compacted.
        newest = loads.transaction_version(APPLICATION)
        actions = pa.table(loads.get_add_actions(flatten=True)).sort_by([("modification_time", "descending")])
        load_id, tables = 0, []
        for name in actions["path"].to_pylist():
            for row in pq.ParquetFile(out / "loads" / unquote(name)).read(columns=["load_id", "tables"]).to_pylist():
                if row["load_id"] > load_id:
                    load_id, tables = row["load_id"], row["tables"]
            if load_id == newest:
                break
        versions = MappingProxyType({table["name"]: table["version"] for table in tables} | {"loads": loads.version()})
        return cls(out=out, load_id=load_id, archive_id=str(loads.metadata().id), versions=versions)

    @classmethod
    def open_or_empty(cls, out: Path) -> "Snapshot":
        """The newest load, or load 0 of a folder where nothing was published yet."""
        try:
            return cls.open(out)
        except NotAnArchiveError:
            return cls(out=out, load_id=0, archive_id="", versions=MappingProxyType({}))

    def log(self, table: str) -> DeltaTable | None:
        """The table at this load's version; None: it holds nothing yet."""
        if table not in self.versions:
            return None
        return DeltaTable(self.out / table, version=self.versions[table])

    def files(self, table: str) -> list[TableFile]:
        """The table's files, by path."""
        log = self.log(table)
        return table_files(self.out / table, log) if log is not None else []

    def dataset(self, table: str) -> ds.Dataset:
        """The table, its partition column included; read when it is asked."""
        schema, layout, disk = TABLES[table].schema, ds.ParquetFileFormat(), fs.LocalFileSystem()
        fragments = [
            layout.make_fragment(
                str(file.path),
                disk,
                ds.scalar(True) if file.date is None else ds.field(PARTITION) == ds.scalar(file.date),
            )
            for file in self.files(table)
        ]
        return ds.FileSystemDataset(fragments, schema, layout, disk)


def live_paths(log: DeltaTable) -> list[str]:
    """The files of a table at the version its log is opened at, as the log calls them: below the table, quoted."""
    return sorted(pa.table(log.get_add_actions())["path"].to_pylist())


def table_files(folder: Path, log: DeltaTable) -> list[TableFile]:
    """The files of a table at the version its log is opened at, by path."""
    return [table_file(folder / unquote(path)) for path in live_paths(log)]


def table_file(path: Path) -> TableFile:
    """A table's file by its path; the day stands in its folder's name."""
    name, is_partition, value = path.parent.name.partition("=")
    return TableFile(path=path, date=date.fromisoformat(value) if is_partition and name == PARTITION else None)


def rows_of_loads(
    files: Iterable[TableFile], columns: Sequence[str], *, after: int, until: int
) -> Iterator[tuple[TableFile, pa.RecordBatch]]:
    """The rows that the loads after `after` up to `until` published, in bounded batches.

    Row groups whose statistics say that they hold none are not read. `load_id` is added to the columns.
    """
    for file in files:
        with pq.ParquetFile(file.path) as parquet:
            groups = groups_with(parquet.metadata, "load_id", lambda low, high: low <= until and high > after)
            for batch in parquet.iter_batches(_BATCH_ROWS, groups, [*columns, "load_id"]) if groups else ():
                load_ids = batch["load_id"]
                rows = batch.filter(pc.and_(pc.greater(load_ids, after), pc.less_equal(load_ids, until)))
                if rows.num_rows:
                    yield file, rows


def groups_with(metadata: pq.FileMetaData, column: str, admits: Callable[[Any, Any], bool]) -> list[int]:
    """The row groups where the column's least and greatest value pass; those without statistics pass."""
    leaf = next(n for n in range(metadata.num_columns) if metadata.schema.column(n).path == column)
    groups = []
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(leaf).statistics
        if statistics is None or not statistics.has_min_max or admits(statistics.min, statistics.max):
            groups.append(group)
    return groups
