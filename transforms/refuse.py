"""Rows for what was refused, the same refusal once for ever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam

from transforms.core.identity import delivery_id
from transforms.core.records import Rejected
from transforms.indexed import IndexedDoFn
from transforms.rows import Row
from transforms.stored_rows import StoredTables


@dataclass(eq=False)
class RecordRejections(beam.PTransform):
    """A row for each refusal that was not recorded before; one that was costs a count and no row.

    Input: Rejected. Output: Row. One shuffle, by delivery id.
    """

    index: str
    now: datetime
    tables: StoredTables | None = None

    def expand(self, refused: beam.PCollection[Rejected]) -> beam.PCollection[Row]:
        by_delivery = refused | "KeyByDelivery" >> beam.WithKeys(delivery_id).with_output_types(tuple[str, Rejected])
        if self.tables is not None:
            return (
                {"refused": by_delivery, "recorded": self.tables.rejections}
                | "MeetRecorded" >> beam.CoGroupByKey()
                | "DropMet" >> beam.FlatMap(_unmet, now=self.now).with_output_types(Row)
            )
        return (
            by_delivery
            | "GroupByDelivery" >> beam.GroupByKey()
            | "Gather" >> beam.BatchElements(min_batch_size=64, max_batch_size=512)
            | "DropRecorded" >> beam.ParDo(_DropRecorded(self.index, self.now)).with_output_types(Row)
        )


class _DropRecorded(IndexedDoFn):
    def __init__(self, index: str, now: datetime) -> None:
        super().__init__(index)
        self.now = now

    def process(self, groups: Sequence[tuple[str, Iterable[Rejected]]]) -> Iterator[Row]:
        recorded = self.index.known_rejections([delivery for delivery, _ in groups])
        for delivery, same in groups:
            if delivery not in recorded:
                yield _row(delivery, same, self.now)


def _unmet(group: tuple[str, Mapping[str, Iterable[Any]]], now: datetime) -> Iterator[Row]:
    delivery, parts = group
    same = list(parts["refused"])
    if same and not list(parts["recorded"]):
        yield _row(delivery, same, now)


def _row(delivery: str, same: Iterable[Rejected], now: datetime) -> Row:
    first = min(same, key=lambda refused: (refused.detail, refused.raw_address))
    values = {"delivery_id": delivery, "seen_at": now, **asdict(first)}
    return Row(table="rejected", date=now.astimezone(UTC).date(), values=values)
