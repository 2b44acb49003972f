"""The tables without what is purged: files that hold it are written again without it.

| table | what goes | what stays |
|---|---|---|
| articles, copies, held, sightings, fingerprints, profiles | the row | |
| recalls | the notice | that it was purged |
| links | the row, whichever end it is | |
| rejected | title, address, excerpt and detail of a refusal that quotes it | that something was refused, why and when |
| requests | the address of its page | host, times, outcome |
| loads | | counts: nothing of an article stands there |
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.tables import ROW_GROUP_ROWS, TABLES, parquet_writer
from transforms.core.purging import Purge
from transforms.snapshot import groups_with

#: Columns that are emptied where the row stays.
_EMPTIED: Final = {"rejected": ("title", "url", "excerpt", "detail"), "requests": ("url", "first_url", "location")}
#: Columns that say what a row is about, of tables whose rows go.
_ABOUT: Final = {"links": ("a_article_id", "b_article_id")}
_NEEDED: Final = {
    "links": _ABOUT["links"],
    "recalls": ("article_id", "kind"),
    "rejected": ("title", "url", "excerpt", "detail", "origin"),
    "requests": ("purpose", "url", "first_url", "location"),
}
#: Rows looked at at a time.
_BATCH_ROWS: Final = 2_000


class Unreadable(Exception):
    """A file that cannot be read, so nobody can say what is in it: a line that names it."""


def holds(purge: Purge, name: str, path: Path) -> bool:
    """Whether a file of a table holds anything of what is purged.

    Raises:
        Unreadable: it cannot be read.
    """
    if name == "loads":
        return False
    columns = _NEEDED.get(name, ("article_id",))
    try:
        with pq.ParquetFile(path) as parquet:
            groups = _groups(purge, name, parquet.metadata)
            batches = parquet.iter_batches(_BATCH_ROWS, groups, columns) if groups else ()
            return any(pc.any(_about(purge, name, batch)).as_py() for batch in batches)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise Unreadable(f"{path}: cannot be read: {error}") from error


def write_without(
    purge: Purge, name: str, source: Path, target: Path, *, load_id: int, program_version: str
) -> tuple[int, int]:
    """Write a file of a table again without what is purged; nothing if no row would be left.

    Returns:
        The rows that were removed, and those whose words were emptied.

    Raises:
        Unreadable: it cannot be read, or has other columns than its table.
    """
    removed = emptied = kept = 0
    spec = TABLES[name]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            pq.ParquetFile(source) as parquet,
            parquet_writer(spec, target, load_id=load_id, program_version=program_version) as writer,
        ):
            if not parquet.schema_arrow.equals(spec.file_schema):
                raise Unreadable(f"{source}: its columns are not those of {name}")
            for rows in _regrouped(parquet):
                about = _about(purge, name, rows)
                count = pc.sum(about).as_py() or 0
                if name in _EMPTIED:
                    emptied += count
                    out = _emptied(purge, name, rows, about)
                else:
                    removed += count
                    out = rows.filter(pc.invert(about))
                kept += out.num_rows
                if out.num_rows:
                    writer.write_table(pa.Table.from_batches([out]).cast(writer.schema), row_group_size=ROW_GROUP_ROWS)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"{source}: cannot be read: {error}") from error
    if not kept:
        target.unlink()
    return removed, emptied


def _regrouped(parquet: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    """The rows in the order of the file, a row group at a time."""
    for group in range(parquet.metadata.num_row_groups):
        yield from parquet.read_row_group(group).combine_chunks().to_batches()


def _groups(purge: Purge, name: str, metadata: pq.FileMetaData) -> list[int]:
    """The row groups that may hold an article that is purged; of tables of other keys, all."""
    if name in _NEEDED:
        return list(range(metadata.num_row_groups))
    return groups_with(
        metadata, "article_id", lambda low, high: any(low <= article <= high for article in purge.article_ids)
    )


def _about(purge: Purge, name: str, rows: pa.RecordBatch) -> pa.Array:
    """Which rows are about what is purged."""
    if name in _EMPTIED:
        judge: Callable[..., bool] = _refused if name == "rejected" else _asked
        values = rows.select(_NEEDED[name]).to_pylist()
        return pa.array([judge(purge, **row) for row in values], pa.bool_())
    ids, about = pa.array(sorted(purge.article_ids), pa.string()), pa.scalar(False)
    for column in _ABOUT.get(name, ("article_id",)):
        about = pc.or_(about, pc.is_in(rows[column], ids))
    return pc.and_(about, pc.not_equal(rows["kind"], "purge")) if name == "recalls" else about


def _refused(purge: Purge, *, title: str, url: str, excerpt: str, detail: str, origin: str) -> bool:
    by_address = purge.is_address(url) or purge.is_address(origin)
    return by_address or any(purge.quotes(said) for said in (title, excerpt, detail))


def _asked(purge: Purge, *, purpose: str, url: str, first_url: str, location: str) -> bool:
    return purpose == "page" and any(purge.is_address(address) for address in dict.fromkeys((url, first_url, location)))


def _emptied(purge: Purge, name: str, rows: pa.RecordBatch, about: pa.Array) -> pa.RecordBatch:
    """The rows with empty words where they are about what is purged, and no address of its own for an origin."""
    columns: dict[str, Any] = {column: rows[column] for column in rows.schema.names}
    for column in _EMPTIED[name]:
        columns[column] = pc.if_else(about, "", columns[column])
    if name == "rejected":
        named = pa.array([purge.is_address(origin) for origin in columns["origin"].to_pylist()], pa.bool_())
        columns["origin"] = pc.if_else(named, "", columns["origin"])
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=rows.schema)
