"""Read pieces of input into heads, notices and rejections, each delivery where it can be killed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.typehints.decorators import no_annotations

from transforms.core.addresses import canonical_address
from transforms.core.deliveries import Found, Head, Notice
from transforms.core.pieces import Piece
from transforms.core.records import Reason, Rejected, Stage
from transforms.isolation import shared_pool
from transforms.worker import Settings

_Output: TypeAlias = (
    Head
    | TaggedOutput[Literal["notices"], Notice]
    | TaggedOutput[Literal["rejected"], Rejected]
    | TaggedOutput[Literal["delivered"], str]
)


@dataclass(eq=False)
class ReadDeliveries(beam.PTransform):
    """Read pieces of input.

    Input: lists of Piece, bounded or windowed. Output: a dict of collections, `heads` (Head), `notices` (Notice) and
    `rejected` (Rejected); a delivery is in one of them, a withheld text in the first two; and `delivered`, the source
    of each delivery, to hold against what came of them. Order is not kept. Each head's draft lies in `drafts` by the
    time the head is emitted; run again, the drafts lie elsewhere in that folder. What is of an
    article in `purged` is rejected. No shuffle.
    """

    settings: Settings
    workers: int
    now: datetime
    drafts: str
    purged: tuple[str, ...]
    profiles: str = ""  #: file of what is known of hosts, whose furniture is taken off their pages; empty: nothing

    @no_annotations
    def expand(self, pieces: beam.PCollection[list[Piece]]) -> dict[str, beam.PCollection]:
        read = _Read(self.settings, self.workers, self.now, self.drafts, frozenset(self.purged), self.profiles)
        found = pieces | "Read" >> beam.ParDo(read).with_outputs("notices", "rejected", "delivered", main="heads")
        return {
            "heads": found.heads,
            "notices": found.notices,
            "rejected": found.rejected,
            "delivered": found.delivered,
        }


class _Read(beam.DoFn):
    def __init__(
        self, settings: Settings, workers: int, now: datetime, drafts: str, purged: frozenset[str], profiles: str
    ) -> None:
        self.settings = settings
        self.workers = workers
        self.now = now
        self.drafts = drafts
        self.purged = purged
        self.profiles = Path(profiles) if profiles else None

    def process(self, pieces: Sequence[Piece]) -> Iterator[_Output]:
        pool = shared_pool(self.settings, self.workers)
        for found in pool.run(pieces, now=self.now, drafts=Path(self.drafts), profiles=self.profiles):
            yield from _tagged(refuse_purged(found, self.purged))


def refuse_purged(found: Found, purged: Collection[str]) -> Found:
    """What a delivery gave, or, of an article that was purged, a refusal that tells nothing of it but its id.

    Its id stands for an address that names it; the path of a file, which a user chose, is told.
    """
    about = found.head or found.notice
    if about is None or about.article_id not in purged:
        return found
    is_named = found.head is not None and canonical_address(about.origin) == found.head.url != ""
    return Found(
        rejected=Rejected(
            stage=Stage.IDENTIFY,
            reason=Reason.PURGED,
            detail=f"{about.article_id} was purged; nothing of it is taken in again",
            origin=about.article_id if is_named else about.origin,
            source=about.source,
        )
    )


def _tagged(found: Found) -> Iterator[_Output]:
    head: Head | None = found.head
    notice: Notice | None = found.notice
    refused: Rejected | None = found.rejected
    if head is not None:
        yield head
    if notice is not None:
        yield TaggedOutput("notices", notice)
    if refused is not None:
        yield TaggedOutput("rejected", refused)
    source = next((given.source for given in (head, notice, refused) if given is not None), "")
    yield TaggedOutput("delivered", source)
