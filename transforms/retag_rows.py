"""Rows of stored articles with the tags that other rules give them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.tables import TABLES
from transforms.core.records import Dateline
from transforms.core.tagging import Tagging, Tags
from transforms.snapshot import groups_with

#: The tables whose rows hold tags, all of the same columns.
TAGGED: Final = ("articles", "copies", "held")
#: The columns that tagging writes, in the order of the tables.
WRITTEN: Final = ("topics", "topic_ids", "places", "taxonomy_version")
#: The columns that it reads.
READ: Final = ("title", "text", "language", "dateline", *WRITTEN)

_SCHEMA: Final = pa.schema([TABLES["articles"].schema.field(name) for name in WRITTEN])


@dataclass(slots=True, kw_only=True)
class TagChanges:
    """What became of the tags of some rows. A row counts once for each topic or place it gained or lost."""

    rows: int = 0
    tagged: int = 0  #: rows that other rules had tagged, or that were to be tagged anyway
    changed: int = 0  #: rows that gained or lost any
    gained: Counter[str] = field(default_factory=Counter)  #: by topic
    lost: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)  #: by topic, rows tagged that had it before and have it now
    places_gained: Counter[str] = field(default_factory=Counter)  #: by place, its country behind a comma
    places_lost: Counter[str] = field(default_factory=Counter)

    def add(self, other: "TagChanges") -> None:
        """Count the rows of another, too."""
        self.rows += other.rows
        self.tagged += other.tagged
        self.changed += other.changed
        for name in ("gained", "lost", "kept", "places_gained", "places_lost"):
            getattr(self, name).update(getattr(other, name))


def retag_rows(rows: pa.RecordBatch, tagging: Tagging, *, everything: bool) -> tuple[pa.RecordBatch, TagChanges]:
    """The columns `WRITTEN` of the rows as the rules have them, in the order of the rows, and what that changes.

    Args:
        rows: columns `READ` of one of the tables `TAGGED`.
        tagging: the rules.
        everything: rows that these rules have tagged are tagged again, for the program may have learned since.
    """
    changes = TagChanges(rows=rows.num_rows)
    stale = [
        number
        for number, version in enumerate(rows["taxonomy_version"].to_pylist())
        if everything or version != tagging.version
    ]
    old = pa.RecordBatch.from_arrays([rows[name] for name in WRITTEN], schema=_SCHEMA)
    if not stale:
        return old, changes
    values = []
    for row in rows.take(pa.array(stale)).select([name for name in READ if name != "topics"]).to_pylist():
        dateline = row["dateline"] and Dateline(**row["dateline"])
        tags = tagging.tag(row["title"], row["text"], row["language"], dateline)
        _count(changes, row, tags)
        values.append(msgspec.to_builtins(tags))
    new = pa.RecordBatch.from_pylist(values, schema=_SCHEMA)
    if len(stale) < rows.num_rows:
        new = _put_in_place(old, new, stale)
    return new, changes


def _put_in_place(old: pa.RecordBatch, new: pa.RecordBatch, numbers: Sequence[int]) -> pa.RecordBatch:
    """The old rows, those of the numbers replaced by the new ones in order."""
    order = list(range(old.num_rows))
    for place, number in enumerate(numbers, old.num_rows):
        order[number] = place
    both = pa.Table.from_batches([old, new]).take(pa.array(order)).combine_chunks()
    return both.to_batches()[0]


def _count(changes: TagChanges, row: dict[str, Any], tags: Tags) -> None:
    before, after = set(row["topic_ids"]), set(tags.topic_ids)
    places = {_named(place["name"], place["country"]) for place in row["places"]}
    places_now = {_named(place.name, place.country) for place in tags.places}
    changes.tagged += 1
    changes.changed += before != after or places != places_now
    changes.gained.update(after - before)
    changes.lost.update(before - after)
    changes.kept.update(before & after)
    changes.places_gained.update(places_now - places)
    changes.places_lost.update(places - places_now)


def _named(name: str, country: str) -> str:
    return f"{name}, {country}"


def is_tagged_by(version: str, metadata: pq.FileMetaData) -> bool:
    """Whether the statistics of a file say that the rules of this version tagged all of its rows."""
    others = groups_with(metadata, "taxonomy_version", lambda low, high: (low, high) != (version, version))
    return not others
