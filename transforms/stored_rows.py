"""What is stored, as collections and as rows in memory: the second way of asking what `transforms.index` answers.

The index is one file on one disk. An engine of many machines reads the tables instead, brings what belongs together to
one place by key, and asks there, of the rows that came, the same questions; whatever asks is the same code.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import apache_beam as beam
from apache_beam.typehints.decorators import no_annotations

from transforms.core.candidates import COMMON
from transforms.core.deliveries import Place, Recall, StoredVersion
from transforms.core.fingerprint import SCHEME, keys
from transforms.core.records import Fingerprint, TextFrom
from transforms.index import StoredDoc, richest, two_of
from transforms.snapshot import Snapshot, TableFile, rows_of_loads

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_PRINT: Final = (
    *("article_id", "version", "stored_in", "text_from", "scheme", "content_hash", "signature", "anchors", "words"),
)
_SIGHTING: Final = ("article_id", "origin", "seen_at", "version", "source_version", "updated_at", "text_from")
_RECALL: Final = ("article_id", "notice_id", "kind", "source_version", "at", "seen_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPrint:
    """A row of `fingerprints/`: of a text, where it was stored, and the keys that find it."""

    doc: StoredDoc
    text_from: TextFrom
    load_id: int
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSighting:
    """A row of `sightings/`."""

    article_id: str
    origin: str
    place: Place
    seen_at: datetime
    text_from: TextFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTables:
    """Collections of what is stored, by article; rejections by delivery."""

    prints: beam.PCollection[tuple[str, StoredPrint]]
    sightings: beam.PCollection[tuple[str, StoredSighting]]
    recalls: beam.PCollection[tuple[str, Recall]]
    rejections: beam.PCollection[tuple[str, str]]


@dataclass(eq=False)
class ReadStored(beam.PTransform):
    """Read what the loads up to a generation have stored.

    Input: the pipeline. Output: StoredTables, bounded. Files are read where they lie, each by one worker.
    """

    out: str
    generation: int

    @no_annotations
    def expand(self, begin: beam.pvalue.PBegin) -> StoredTables:
        def rows(name: str, columns: Sequence[str], keyed: Callable[..., Any]) -> beam.PCollection:
            return (
                begin
                | f"Begin_{name}" >> beam.Create([name]).with_output_types(str)
                | f"List_{name}" >> beam.FlatMap(_files, out=self.out).with_output_types(TableFile)
                | f"Spread_{name}" >> beam.Reshuffle()
                | f"Read_{name}" >> beam.FlatMap(partial(_rows, columns=columns, until=self.generation, keyed=keyed))
            )

        return StoredTables(
            prints=rows("fingerprints", _PRINT, _print_of),
            sightings=rows("sightings", _SIGHTING, _sighting_of),
            recalls=rows("recalls", _RECALL, _recall_of),
            rejections=rows("rejected", ("delivery_id",), _rejection_of),
        )


def _files(name: str, out: str) -> list[TableFile]:
    return Snapshot.open_or_empty(Path(out)).files(name)


def _rows(
    file: TableFile, *, columns: Sequence[str], until: int, keyed: Callable[[dict[str, Any], date | None], Any]
) -> Iterator[Any]:
    for _, rows in rows_of_loads([file], columns, after=0, until=until):
        for row in rows.to_pylist():
            yield keyed(row, file.date)


def _print_of(row: dict[str, Any], day: date | None) -> tuple[str, StoredPrint]:
    found = Fingerprint(
        scheme=row["scheme"],
        content_hash=row["content_hash"],
        signature=row["signature"],
        anchors=tuple(row["anchors"]),
        words=row["words"],
    )
    doc = StoredDoc(
        article_id=row["article_id"],
        version=row["version"],
        stored_in=row["stored_in"],
        date=day or date.min,
        content_hash=row["content_hash"],
        words=row["words"],
    )
    own = keys(found) if found.scheme == SCHEME else ()
    return doc.article_id, StoredPrint(doc=doc, text_from=row["text_from"], load_id=row["load_id"], keys=own)


def _sighting_of(row: dict[str, Any], _: date | None) -> tuple[str, StoredSighting]:
    place = Place(**{name: row[name] for name in ("version", "source_version", "updated_at", "seen_at")})
    return row["article_id"], StoredSighting(
        article_id=row["article_id"],
        origin=row["origin"],
        place=place,
        seen_at=row["seen_at"],
        text_from=row["text_from"],
    )


def _recall_of(row: dict[str, Any], _: date | None) -> tuple[str, Recall]:
    return row["article_id"], Recall(**{name: row[name] for name in _RECALL[1:]})


def _rejection_of(row: dict[str, Any], _: date | None) -> tuple[str, str]:
    return row["delivery_id"], row["delivery_id"]


def last_prints(prints: Iterable[StoredPrint]) -> list[StoredPrint]:
    """Of each version the print of the load that stored it last, by article and version."""
    last: dict[tuple[str, str], StoredPrint] = {}
    for each in sorted(prints, key=lambda each: (each.load_id, each.doc.stored_in, each.text_from, each.doc)):
        last[each.doc.article_id, each.doc.version] = each
    return [last[key] for key in sorted(last)]


def shared(docs: Iterable[StoredDoc]) -> list[StoredDoc]:
    """Of all stored texts that have a key, those that stand for it, as `Index.sharing` says."""
    alike: defaultdict[str, list[StoredDoc]] = defaultdict(list)
    for doc in docs:
        alike[doc.content_hash].append(doc)
    return sorted(doc for some in alike.values() for doc in two_of(some)) if len(alike) <= COMMON else []


class StoredRows:
    """Answers as an index does, of the rows it is given and no others."""

    def __init__(
        self,
        *,
        prints: Iterable[StoredPrint] = (),
        sightings: Iterable[StoredSighting] = (),
        recalls: Iterable[tuple[str, Recall]] = (),
    ) -> None:
        self._prints = last_prints(prints)
        self._sightings = sorted(sightings, key=_order)
        self._recalls: dict[tuple[str, str], Recall] = {}
        for article_id, recall in sorted(recalls, key=lambda each: (each[0], each[1].notice_id, each[1].seen_at)):
            self._recalls.setdefault((article_id, recall.notice_id), recall)

    def stored(self, article_ids: Sequence[str]) -> dict[str, tuple[StoredVersion, ...]]:
        """As `Index.stored`."""
        found: defaultdict[str, list[StoredVersion]] = defaultdict(list)
        for each in self._prints:
            if each.doc.article_id in article_ids:
                found[each.doc.article_id].append(self._version(each))
        return {article_id: tuple(versions) for article_id, versions in found.items()}

    def _version(self, known: StoredPrint) -> StoredVersion:
        doc = known.doc
        key = doc.article_id, doc.version
        seen = [each for each in self._sightings if (each.article_id, each.place.version) == key]
        state = max(seen, key=_state, default=None)
        return StoredVersion(
            version=doc.version,
            stored_in=doc.stored_in,
            date=doc.date,
            text_from=richest(known.text_from, (each.text_from for each in seen)),
            source_version=state.place.source_version if state else None,
            updated_at=state.place.updated_at if state else None,
            first_at=min((each.seen_at for each in seen), default=None),
            load_id=known.load_id,
        )

    def seen(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Place, ...]]:
        """As `Index.seen`."""
        found: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
        for each in self._sightings:
            if (each.article_id, each.origin) in pairs:
                found[each.article_id, each.origin].append(each.place)
        return {pair: tuple(places) for pair, places in found.items()}

    def recalled(self, article_ids: Sequence[str]) -> dict[str, tuple[Recall, ...]]:
        """As `Index.recalled`."""
        found: defaultdict[str, list[Recall]] = defaultdict(list)
        for (article_id, _), recall in sorted(self._recalls.items()):
            if article_id in article_ids:
                found[article_id].append(recall)
        return {article_id: tuple(recalls) for article_id, recalls in found.items()}


def _state(sighting: StoredSighting) -> tuple[bool, int, datetime, datetime]:
    place = sighting.place
    number = place.source_version
    return number is not None, number or 0, place.updated_at or _NEVER, sighting.seen_at


def _order(sighting: StoredSighting) -> tuple[str, str, datetime, bool, int, datetime, str]:
    has_number, number, updated_at, seen_at = _state(sighting)
    return sighting.article_id, sighting.origin, seen_at, has_number, number, updated_at, sighting.place.version
