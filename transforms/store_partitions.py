"""Store rows as staged Parquet, one file for each table and partition."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec

from schemas.tables import to_table, write_parquet
from transforms.core.deliveries import Draft, Ref
from transforms.drafts import read_drafts
from transforms.rows import Row


@dataclass(eq=False)
class StorePartitions(beam.PTransform):
    """Write rows to `folder`/table/[date=…/]load-0000.parquet.

    Input: Row, unique by their table's key. Output: the path of each file. Idempotent: the same rows give the same
    bytes under the same name, whatever their order; a file appears whole or not at all. One shuffle, of references and
    small rows.
    """

    folder: str
    load_id: int
    program_version: str

    def expand(self, rows: beam.PCollection[Row]) -> beam.PCollection[str]:
        return (
            rows
            | "KeyByPartition" >> beam.WithKeys(_partition).with_output_types(tuple[str, Row])
            | "GroupByPartition" >> beam.GroupByKey()
            | "WritePartition"
            >> beam.Map(
                store_partition, folder=self.folder, load_id=self.load_id, program_version=self.program_version
            ).with_output_types(str)
        )


def _partition(row: Row) -> str:
    return row.table if row.date is None else f"{row.table}/date={row.date}"


def store_partition(group: tuple[str, Iterable[Row]], *, folder: str, load_id: int, program_version: str) -> str:
    """Write the rows of one partition, `table` or `table/date=…`; returns the path."""
    partition, rows = group
    table = partition.split("/", 1)[0]
    path = Path(folder, partition, f"{load_id:010d}-0000.parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    data = to_table(table, list(_complete(list(rows), load_id)))
    write_parquet(data, unfinished, load_id=load_id, program_version=program_version)
    unfinished.replace(path)
    return str(path)


def _complete(rows: Sequence[Row], load_id: int) -> Iterator[dict[str, Any]]:
    """The rows as mappings, texts taken from their drafts."""
    drafts = read_drafts(row.ref for row in rows if row.ref is not None)
    for row in rows:
        values = {**_from_draft(row.table, drafts, row.ref), **row.values, "load_id": load_id}
        yield values if row.date is None else {**values, "date": row.date}


def _from_draft(table: str, drafts: dict[Ref, Draft], ref: Ref | None) -> dict[str, Any]:
    if ref is None:
        return {}
    draft = drafts[ref]
    if table == "profiles":
        return {
            "article_id": draft.article.article_id,
            "version": draft.article.version,
            "blocks": list(draft.blocks),
        }
    if table == "fingerprints":
        found = _builtins(draft.fingerprint)
        return {
            **found,
            "article_id": draft.article.article_id,
            "version": draft.article.version,
            "text_from": draft.article.text_from,
        }
    return _builtins(draft.article)


def _builtins(record: object) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(record, builtin_types=(bytes, date, datetime))
    return values
