"""Several files of one partition as one, in the order of the table's key."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.tables import ROW_GROUP_ROWS, TableSpec, parquet_writer
from transforms.snapshot import groups_with

#: About how many bytes of rows, unpacked, are held at a time.
HELD_BYTES: Final = 32_000_000


class Unmergeable(Exception):
    """A file that is gone, cannot be read or has other columns than its table: a line that names it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


def merge_files(spec: TableSpec, sources: Sequence[Path], target: Path, *, load_id: int, program_version: str) -> int:
    """Write the rows of all sources into one file, every column as it was; their number.

    Ordered by the table's key, rows of one key by their load. The same sources give the same bytes. The sources are
    read a stretch of keys at a time, so what is held does not grow with them, but for their first key column.

    Raises:
        Unmergeable: a source cannot be read; the target is not finished.
        OSError: the target cannot be written.
    """
    order = list(dict.fromkeys((*spec.key, "load_id")))
    with parquet_writer(spec, target, load_id=load_id, program_version=program_version) as writer:
        written = 0
        for low, high in pairwise(_cuts(spec, sources)):
            parts = [batch for source in sources for batch in _rows_between(spec, source, low, high)]
            if parts:
                rows = pa.Table.from_batches(parts).combine_chunks().sort_by([(key, "ascending") for key in order])
                writer.write_table(rows.cast(writer.schema), row_group_size=ROW_GROUP_ROWS)
                written += rows.num_rows
    return written


def _cuts(spec: TableSpec, sources: Sequence[Path]) -> list[Any]:
    """Values of the first key column that cut the rows into stretches of about `HELD_BYTES`; None at either end."""
    keys, size = [], 0
    for source in sources:
        with _opened(spec, source) as parquet:
            size += sum(parquet.metadata.row_group(n).total_byte_size for n in range(parquet.metadata.num_row_groups))
            keys.append(_read(source, parquet, [spec.key[0]])[spec.key[0]])
    stretches = -(-size // HELD_BYTES)
    if stretches <= 1:
        return [None, None]
    ordered = pa.chunked_array([chunk for key in keys for chunk in key.chunks]).sort()
    return [None, *dict.fromkeys(ordered[len(ordered) * n // stretches].as_py() for n in range(1, stretches)), None]


def _rows_between(spec: TableSpec, source: Path, low: object, high: object) -> Iterator[pa.RecordBatch]:
    """The rows whose first key is at least `low` and below `high`; None: no bound."""

    def admits(least: Any, greatest: Any) -> bool:  # noqa: ANN401  # whatever the column holds
        return (high is None or least < high) and (low is None or greatest >= low)

    with _opened(spec, source) as parquet:
        for group in groups_with(parquet.metadata, spec.key[0], admits):
            for batch in _read(source, parquet, None, group).to_batches():
                key, wanted = batch[spec.key[0]], pa.scalar(True)
                if low is not None:
                    wanted = pc.and_(wanted, pc.greater_equal(key, low))
                if high is not None:
                    wanted = pc.and_(wanted, pc.less(key, high))
                yield batch if low is None and high is None else batch.filter(wanted)


def _opened(spec: TableSpec, source: Path) -> pq.ParquetFile:
    try:
        parquet = pq.ParquetFile(source)
    except (pa.ArrowException, OSError) as error:
        raise Unmergeable(source, f"cannot be read: {error}") from error
    if not parquet.schema_arrow.equals(spec.file_schema):
        parquet.close()
        raise Unmergeable(source, f"its columns are not those of {spec.name}")
    return parquet


def _read(source: Path, parquet: pq.ParquetFile, columns: list[str] | None, group: int | None = None) -> pa.Table:
    try:
        return parquet.read(columns) if group is None else parquet.read_row_group(group)
    except (pa.ArrowException, OSError) as error:
        raise Unmergeable(source, f"cannot be read: {error}") from error
