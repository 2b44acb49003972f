"""Find copies: candidates by shared keys, in the batch and in the archive, and the verified pairs among them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import apache_beam as beam

from transforms.core.candidates import Entry, join, pair_of, spread, text_key
from transforms.core.deliveries import Head, Known, Link, LinkedPair, Pair, Ref, TextAt
from transforms.core.fingerprint import enough
from transforms.core.verify import Text, verify
from transforms.drafts import read_drafts
from transforms.index import StoredDoc, standing_order
from transforms.indexed import IndexedDoFn
from transforms.rows import Row
from transforms.stored_links import read_links
from transforms.stored_rows import StoredPrint, StoredTables, last_prints, shared
from transforms.stored_texts import StoredKey, read_texts

#: A pair, and keys that it shares.
_Shared = tuple[Pair, tuple[int, ...]]


@dataclass(eq=False)
class FindCandidates(beam.PTransform):
    """Pairs of texts worth comparing.

    Input: Known, of heads that may become rows. Output: Pair, each once. Pairs within the batch are found by a shuffle
    of ids and keys, in which all elements of a window meet; pairs with the archive by looking keys up in the index, or,
    with `tables`, by a shuffle of its fingerprints.
    """

    index: str
    tables: StoredTables | None = None

    def expand(self, known: beam.PCollection[Known]) -> beam.PCollection[Pair]:
        batches = known | "Gather" >> beam.BatchElements(min_batch_size=256, max_batch_size=1024)
        within = (
            batches
            | "SpreadKeys" >> beam.FlatMap(_spread).with_output_types(tuple[int, list[Entry]])
            | "GroupByBucket" >> beam.GroupByKey()
            | "JoinBucket" >> beam.FlatMap(_join).with_output_types(tuple[str, _Shared])
        )
        across = (
            batches | "LookUpKeys" >> beam.ParDo(_LookUpKeys(self.index)).with_output_types(tuple[str, _Shared])
            if self.tables is None
            else {
                "texts": known | "SpreadTexts" >> beam.FlatMap(_texts_by_key).with_output_types(tuple[int, TextAt]),
                "docs": self.tables.prints
                | "GroupPrints" >> beam.GroupByKey()
                | "SpreadPrints" >> beam.FlatMap(_docs_by_key).with_output_types(tuple[int, StoredDoc]),
            }
            | "MeetStored" >> beam.CoGroupByKey()
            | "PairWithStored" >> beam.FlatMap(_meet_stored).with_output_types(tuple[str, _Shared])
        )
        return (
            (within, across)
            | "WithinAndAcross" >> beam.Flatten()
            | "GroupByPair" >> beam.GroupByKey()
            | "KeepLikely" >> beam.FlatMap(_likely).with_output_types(Pair)
        )


@dataclass(eq=False)
class VerifyPairs(beam.PTransform):
    """Keep the pairs that are copies, by comparing their texts.

    Input: Pair. Output: LinkedPair. Drafts and stored rows are read where they lie. One shuffle, of pairs, so that the
    work is shared; order is not kept.
    """

    out: str

    def expand(self, pairs: beam.PCollection[Pair]) -> beam.PCollection[LinkedPair]:
        return (
            pairs
            | "Share" >> beam.Reshuffle()
            | "Gather" >> beam.BatchElements(min_batch_size=32, max_batch_size=256)
            | "Compare" >> beam.FlatMap(verify_pairs, out=self.out).with_output_types(LinkedPair)
        )


def text_of(known: Known) -> TextAt:
    """The head as a text to compare."""
    head: Head = known.head
    placed = known.stored[0].stored_in if known.stored else ""
    if any(version.stored_in == "articles" for version in known.stored):
        placed = "articles"
    return TextAt(
        article_id=head.article_id,
        version=head.version,
        content_hash=head.content_hash,
        words=head.words,
        evidence_at=head.evidence_at,
        placed="held" if head.hold or known.covered else "articles" if placed == "articles" else "",
        ref=head.ref,
        date=min((version.date for version in known.stored), default=head.date),
        is_stored=any(version.version == head.version for version in known.stored),
    )


def verify_pairs(pairs: Sequence[Pair], out: str) -> Iterator[LinkedPair]:
    """Compare the texts of each pair; those that are no copies are left out."""
    texts = [text for pair in pairs for text in (pair.a, pair.b)]
    drafts = read_drafts([text.ref for text in texts if text.ref is not None])
    stored = read_texts(Path(out), sorted({_stored_key(text) for text in texts if text.ref is None}))
    linked = read_links(Path(out), [pair for pair in pairs if pair.a.is_stored and pair.b.is_stored])

    def text(at: TextAt) -> Text:
        if at.ref is None:
            return stored[text_key(at)]
        article = drafts[at.ref].article
        return Text(title=article.title, text=article.text)

    for pair in pairs:
        match = verify(text(pair.a), text(pair.b))
        if match is not None:
            link = Link(
                a_article_id=pair.a.article_id,
                a_version=pair.a.version,
                b_article_id=pair.b.article_id,
                b_version=pair.b.version,
                jaccard=match.jaccard,
                containment_a=match.containment_a,
                containment_b=match.containment_b,
                changes=match.changes,
                a_content_hash=pair.a.content_hash,
                b_content_hash=pair.b.content_hash,
            )
            yield LinkedPair(pair=pair, link=link, is_stored=pair in linked)


def rows_of_link(linked: LinkedPair) -> Iterator[Row]:
    """The link as a row, in the partition of its first text; none if it is stored.

    A text that is held is compared each time it is delivered: it may have to be placed.
    """
    if not linked.is_stored:
        yield Row(table="links", date=linked.pair.a.date, values=asdict(linked.link))


def _stored_key(text: TextAt) -> StoredKey:
    return StoredKey(
        stored_in=text.placed or "articles", date=text.date, article_id=text.article_id, version=text.version
    )


def _spread(batch: Sequence[Known]) -> Iterator[tuple[int, list[Entry]]]:
    return spread((text_of(known), known.head.keys) for known in batch)


def _join(group: tuple[int, Iterable[list[Entry]]]) -> Iterator[tuple[str, _Shared]]:
    for pair, keys in join(entry for entries in group[1] for entry in entries):
        yield _name_of(pair), (pair, keys)


def _name_of(pair: Pair) -> str:
    return "\x1f".join((*text_key(pair.a), *text_key(pair.b)))


def _likely(group: tuple[str, Iterable[_Shared]]) -> Iterator[Pair]:
    """A pair once, however many deliveries gave its texts, if all the keys that it shares are enough."""
    parts = list(group[1])
    pair = min((pair for pair, _ in parts), key=lambda pair: (pair.a.ref or _NOWHERE, pair.b.ref or _NOWHERE))
    if enough({key for _, keys in parts for key in keys}, pair.a.words, pair.b.words):
        yield pair


_NOWHERE = Ref(path="", offset=0, length=0)


class _LookUpKeys(IndexedDoFn):
    def process(self, batch: Sequence[Known]) -> Iterator[tuple[str, _Shared]]:
        by_key: dict[int, list[TextAt]] = {}
        for known in batch:
            text = text_of(known)
            for key in known.head.keys:
                by_key.setdefault(key, []).append(text)
        found: dict[Pair, list[int]] = {}
        for key, docs in groupby(self.index.sharing(sorted(by_key)), key=itemgetter(0)):
            for pair in _pairs(by_key[key], [doc for _, doc in docs]):
                found.setdefault(pair, []).append(key)
        for pair, keys in found.items():
            yield _name_of(pair), (pair, tuple(keys))


def _pairs(texts: Iterable[TextAt], docs: Sequence[StoredDoc]) -> Iterator[Pair]:
    """Each text with each stored text of another article that shares its key, one of identical ones."""
    standing = sorted(docs, key=standing_order)
    for text in texts:
        others: dict[str, StoredDoc] = {}
        for doc in standing:
            if doc.article_id != text.article_id:
                others.setdefault(doc.content_hash, doc)
        for doc in others.values():
            yield pair_of(text, _stored_text(doc))


def _texts_by_key(known: Known) -> Iterator[tuple[int, TextAt]]:
    text = text_of(known)
    return ((key, text) for key in known.head.keys)


def _docs_by_key(group: tuple[str, Iterable[StoredPrint]]) -> Iterator[tuple[int, StoredDoc]]:
    return ((key, each.doc) for each in last_prints(group[1]) for key in each.keys)


def _meet_stored(group: tuple[int, Mapping[str, Iterable[Any]]]) -> Iterator[tuple[str, _Shared]]:
    key, parts = group
    texts = list(parts["texts"])
    for pair in _pairs(texts, shared(parts["docs"])) if texts else ():
        yield _name_of(pair), (pair, (key,))


def _stored_text(doc: StoredDoc) -> TextAt:
    return TextAt(
        article_id=doc.article_id,
        version=doc.version,
        content_hash=doc.content_hash,
        words=doc.words,
        evidence_at=None,
        placed=doc.stored_in,
        ref=None,
        date=doc.date,
        is_stored=True,
    )
