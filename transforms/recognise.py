"""Say of each head what is stored of its article already."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import apache_beam as beam

from transforms.core.deliveries import RICHNESS, Head, Known, Place, Recall, StoredVersion
from transforms.core.recall import covers
from transforms.indexed import IndexedDoFn
from transforms.stored_pages import StoredPages
from transforms.stored_rows import StoredRows, StoredTables


class Answers(Protocol):
    """Who can say what is stored of articles: `transforms.index.Index`, or rows that were brought together."""

    def stored(self, article_ids: Sequence[str]) -> dict[str, tuple[StoredVersion, ...]]:
        """As `Index.stored`."""

    def seen(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Place, ...]]:
        """As `Index.seen`."""

    def recalled(self, article_ids: Sequence[str]) -> dict[str, tuple[Recall, ...]]:
        """As `Index.recalled`."""


@dataclass(eq=False)
class RecogniseArticles(beam.PTransform):
    """Say of each head what is stored of its article.

    Input: Head. Output: Known, one for each head; order is not kept. The index is read as of the generation in the
    plan, without a shuffle; or, with `tables`, heads meet the rows of their articles, in one shuffle of both. `fills`:
    deliveries are read again, and what was stored by that load is not judged anew. `pages`: a page that differs from
    what is stored only by furniture of its host is that version.
    """

    index: str
    fills: int | None = None
    tables: StoredTables | None = None
    pages: StoredPages | None = None

    def expand(self, heads: beam.PCollection[Head]) -> beam.PCollection[Known]:
        if self.tables is not None:
            return (
                {
                    "heads": heads | "KeyHeads" >> beam.WithKeys(_article_of).with_output_types(tuple[str, Head]),
                    "prints": self.tables.prints,
                    "sightings": self.tables.sightings,
                    "recalls": self.tables.recalls,
                }
                | "MeetStored" >> beam.CoGroupByKey()
                | "Recognise"
                >> beam.FlatMap(_recognise_group, fills=self.fills, pages=self.pages).with_output_types(Known)
            )
        return (
            heads
            | "Gather" >> beam.BatchElements(min_batch_size=64, max_batch_size=512)
            | "LookUp" >> beam.ParDo(_LookUp(self.index, self.fills, self.pages)).with_output_types(Known)
        )


def _article_of(head: Head) -> str:
    return head.article_id


def _recognise_group(
    group: tuple[str, Mapping[str, Iterable[Any]]], fills: int | None, pages: StoredPages | None
) -> Iterator[Known]:
    article_id, parts = group
    heads = list(parts["heads"])
    if not heads:  # of most stored articles nothing is delivered
        return
    recalls = [(article_id, recall) for recall in parts["recalls"]]
    rows = StoredRows(prints=parts["prints"], sightings=parts["sightings"], recalls=recalls)
    yield from recognise(heads, rows, fills, pages)


def is_fresh(known: Known) -> bool:
    """Whether the head may become a row: neither its version nor richer evidence is stored where it may be shown."""
    head = known.head
    return not known.settled and all(
        version.version != head.version and RICHNESS[version.text_from] <= RICHNESS[head.text_from]
        for version in known.stored
        if version.stored_in != "held"
    )


class _LookUp(IndexedDoFn):
    def __init__(self, index: str, fills: int | None, pages: StoredPages | None) -> None:
        super().__init__(index)
        self.fills = fills
        self.pages = pages

    def process(self, heads: Sequence[Head]) -> Iterator[Known]:
        yield from recognise(heads, self.index, self.fills, self.pages)


def recognise(
    heads: Sequence[Head], answers: Answers, fills: int | None, pages: StoredPages | None = None
) -> Iterator[Known]:
    """Each head with what is stored of its article."""
    ids = sorted({head.article_id for head in heads})
    stored = answers.stored(ids)
    recalled = answers.recalled(ids)
    seen = answers.seen(sorted({(head.article_id, head.origin) for head in heads}))
    for head in heads if pages is None else pages.recognised(heads, stored):
        versions = stored.get(head.article_id, ())
        yield Known(
            head=head,
            stored=versions,
            seen=_last(seen.get((head.article_id, head.origin), ()), head.seen_at),
            settled=fills is not None
            and any(
                version.load_id <= fills and RICHNESS[version.text_from] >= RICHNESS[head.text_from]
                for version in versions
            ),
            covered=any(
                covers(recall, head, delivered_later=_first_seen(head, versions) > recall.seen_at)
                for recall in recalled.get(head.article_id, ())
            ),
        )


def _first_seen(head: Head, versions: Iterable[StoredVersion]) -> datetime:
    """When the head's text was first delivered, as far as is known."""
    known = [version.first_at for version in versions if version.version == head.version and version.first_at]
    return min([head.seen_at, *known])


def _last(places: Iterable[Place], at: datetime) -> Place | None:
    """Of what a place showed, in order of time, what it had shown last by then."""
    earlier = [place for place in places if place.seen_at is not None and place.seen_at <= at]
    return earlier[-1] if earlier else None
