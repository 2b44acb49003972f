"""Say of each head what is stored of its article already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam

from transforms.core.deliveries import RICHNESS, Head, Known
from transforms.indexed import IndexedDoFn


@dataclass(eq=False)
class RecogniseArticles(beam.PTransform):
    """Look each head's article up in the index.

    Input: Head. Output: Known, one for each head; order is not kept. The index is read as of the generation in the
    plan. No shuffle.
    """

    index: str

    def expand(self, heads: beam.PCollection[Head]) -> beam.PCollection[Known]:
        return (
            heads
            | "Gather" >> beam.BatchElements(min_batch_size=64, max_batch_size=512)
            | "LookUp" >> beam.ParDo(_LookUp(self.index)).with_output_types(Known)
        )


def is_fresh(known: Known) -> bool:
    """Whether the head may become a row: its version is not stored, nor is richer evidence."""
    head = known.head
    return all(
        version.version != head.version and RICHNESS[version.text_from] <= RICHNESS[head.text_from]
        for version in known.stored
    )


class _LookUp(IndexedDoFn):
    def process(self, heads: Sequence[Head]) -> Iterator[Known]:
        ids = sorted({head.article_id for head in heads})
        stored = self.index.stored(ids)
        recalled = self.index.recalled(ids)
        seen = self.index.seen(sorted({(head.article_id, head.origin) for head in heads}))
        for head in heads:
            yield Known(
                head=head,
                stored=stored.get(head.article_id, ()),
                seen=seen.get((head.article_id, head.origin)),
                recalled=recalled.get(head.article_id, frozenset()),
            )
