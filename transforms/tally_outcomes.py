"""Count what came in and what came of it, so that the numbers can be held against each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import msgspec
from apache_beam.typehints.decorators import no_annotations

from transforms.core.decide import Counted
from transforms.core.deliveries import Outcome
from transforms.core.records import Rejected
from transforms.tally import STORING, Count, Kind, write_tally


@dataclass(eq=False)
class TallyOutcomes(beam.PTransform):
    """Write the counts of deliveries and outcomes to `path`, as JSON.

    Input: a dict of `outcomes` (Counted) and `delivered` (the source of each delivery). Output: the path, once, also if
    there was nothing to count. One shuffle, of counts.
    """

    path: str

    @no_annotations
    def expand(self, inputs: Mapping[str, beam.PCollection]) -> beam.PCollection[str]:
        outcomes = inputs["outcomes"] | "CountOutcomes" >> beam.FlatMap(_counts_of).with_output_types(tuple[str, int])
        delivered = inputs["delivered"] | "CountDelivered" >> beam.Map(_delivered).with_output_types(tuple[str, int])
        return (
            (outcomes, delivered)
            | "BothCounts" >> beam.Flatten()
            | "Sum" >> beam.CombinePerKey(sum)
            | "PutTogether" >> beam.combiners.ToList()
            | "WriteTally" >> beam.Map(_write, path=self.path).with_output_types(str)
        )


def count_rejection(refused: Rejected) -> Counted:
    """The outcome of a delivery that was refused."""
    return Counted(outcome=Outcome.REJECTED, source=refused.source, reason=refused.reason)


def source_of(refused: Rejected) -> str:
    """Who delivered what was refused."""
    return refused.source


def _delivered(source: str) -> tuple[str, int]:
    return _key("delivered", "", source), 1


def _counts_of(counted: Counted) -> Iterator[tuple[str, int]]:
    yield _key("outcome", counted.outcome, counted.source, counted.kind, counted.reason), 1
    if counted.outcome in STORING:
        yield _key("language", counted.language), 1
        for topic, number in Counter(counted.topic_ids).items():
            yield _key("topic", topic), number


def _key(kind: Kind, name: str, source: str = "", source_kind: str = "", reason: str = "") -> str:
    return msgspec.json.encode((kind, name, source, source_kind, reason)).decode()


def _write(counts: Iterable[tuple[str, int]], path: str) -> str:
    every = []
    for key, count in counts:
        kind, name, source, source_kind, reason = msgspec.json.decode(key, type=tuple[Kind, str, str, str, str])
        every.append(Count(kind=kind, name=name, source=source, source_kind=source_kind, reason=reason, count=count))
    write_tally(every, Path(path))
    return path
