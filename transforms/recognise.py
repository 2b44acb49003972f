"""Say of each head what is stored of its article already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import apache_beam as beam

from transforms.core.deliveries import RICHNESS, Head, Known
from transforms.core.recall import covers
from transforms.indexed import IndexedDoFn


@dataclass(eq=False)
class RecogniseArticles(beam.PTransform):
    """Look each head's article up in the index.

    Input: Head. Output: Known, one for each head; order is not kept. The index is read as of the generation in the
    plan; `now` is when the heads were delivered. No shuffle.
    """

    index: str
    now: datetime

    def expand(self, heads: beam.PCollection[Head]) -> beam.PCollection[Known]:
        return (
            heads
            | "Gather" >> beam.BatchElements(min_batch_size=64, max_batch_size=512)
            | "LookUp" >> beam.ParDo(_LookUp(self.index, self.now)).with_output_types(Known)
        )


def is_fresh(known: Known) -> bool:
    """Whether the head may become a row: neither its version nor richer evidence is stored where it may be shown."""
    head = known.head
    return all(
        version.version != head.version and RICHNESS[version.text_from] <= RICHNESS[head.text_from]
        for version in known.stored
        if version.stored_in != "held"
    )


class _LookUp(IndexedDoFn):
    def __init__(self, index: str, now: datetime) -> None:
        super().__init__(index)
        self.now = now

    def process(self, heads: Sequence[Head]) -> Iterator[Known]:
        ids = sorted({head.article_id for head in heads})
        stored = self.index.stored(ids)
        recalled = self.index.recalled(ids)
        seen = self.index.seen(sorted({(head.article_id, head.origin) for head in heads}))
        for head in heads:
            versions = stored.get(head.article_id, ())
            is_new = all(version.version != head.version for version in versions)
            yield Known(
                head=head,
                stored=versions,
                seen=seen.get((head.article_id, head.origin)),
                covered=any(
                    covers(recall, head, delivered_later=is_new and self.now > recall.seen_at)
                    for recall in recalled.get(head.article_id, ())
                ),
            )
