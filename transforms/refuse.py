"""Rows for what was refused, the same refusal once for ever."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import apache_beam as beam

from transforms.core.identity import delivery_id
from transforms.core.records import Rejected
from transforms.indexed import IndexedDoFn
from transforms.rows import Row


@dataclass(eq=False)
class RecordRejections(beam.PTransform):
    """A row for each refusal that was not recorded before; one that was costs a count and no row.

    Input: Rejected. Output: Row. One shuffle, by delivery id.
    """

    index: str
    now: datetime

    def expand(self, refused: beam.PCollection[Rejected]) -> beam.PCollection[Row]:
        return (
            refused
            | "KeyByDelivery" >> beam.WithKeys(delivery_id).with_output_types(tuple[str, Rejected])
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
        day = self.now.astimezone(UTC).date()
        for delivery, same in groups:
            if delivery not in recorded:
                first = min(same, key=lambda refused: (refused.detail, refused.raw_address))
                yield Row(
                    table="rejected", date=day, values={"delivery_id": delivery, "seen_at": self.now, **asdict(first)}
                )
