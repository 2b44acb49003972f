"""What is stored, kept where it can be asked quickly: an SQLite cache of the tables at `state/index.sqlite`.

Everything in it stands in `fingerprints`, `sightings`, `rejected`, `recalls` and `profiles`, and is taken from there
again when the file is lost, damaged, behind or of another folder. What it answers depends on the rows it has seen and
never on their order, so an index filled load by load and one filled at once answer alike.

One process writes at a time (the folder's lock sees to that); others may read meanwhile, each answer being of one load.
Memory is bounded by the page cache and the answers. Answers are ordered by their keys.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import numpy as np

from transforms import index_file, index_fill, index_hosts, index_keys
from transforms.core.candidates import COMMON
from transforms.core.deliveries import RICHNESS, Place, Recall, StoredIn, StoredVersion
from transforms.core.furniture import HostProfile
from transforms.core.records import TextFrom
from transforms.index_file import NONE, IndexDamagedError
from transforms.snapshot import Snapshot, TableFile, table_file

__all__ = ["Index", "IndexDamagedError", "StoredDoc"]

_VARIABLES: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_Item = TypeVar("_Item")
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


def _of_one_load(look_up: Callable[["Index", _Asked], _Answer]) -> Callable[["Index", _Asked], _Answer]:
    """A look-up all of whose reads see the same load."""

    @wraps(look_up)
    def wrapped(self: "Index", asked: _Asked) -> _Answer:
        self._db.execute("BEGIN")
        try:
            return look_up(self, asked)
        finally:
            self._db.execute("ROLLBACK")

    return wrapped


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class StoredDoc:
    """A stored text that shares a key, and where it lies."""

    article_id: str
    version: str
    stored_in: StoredIn
    date: date  #: of the partition
    content_hash: str
    words: int


class Index:
    """The index of one output folder. Close it, or use it as a context manager; not to be shared between threads."""

    def __init__(self, path: Path, db: sqlite3.Connection, *, readonly: bool) -> None:
        self._path = path
        self._db = db
        self._readonly = readonly

    @classmethod
    def open(cls, path: Path, *, readonly: bool) -> Self:
        """Open the index at `path`.

        For writing: made if absent; if it cannot be read, or is of another layout or fingerprint scheme, it is set
        aside (as `….damaged`, one is kept) and an empty one of generation 0 is made, which `catch_up` fills.

        Raises:
            IndexDamagedError: only when read-only: it is absent, cannot be read, or is of another layout or scheme.
        """
        db = index_file.open_existing(path) if readonly else index_file.open_sound(path)
        return cls(path, db, readonly=readonly)

    def close(self) -> None:
        """Close it; what was not applied whole is forgotten."""
        self._db.close()
        if not self._readonly:
            index_file.note_closed(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """The last load applied; 0: none."""
        return index_file.generation(self._db)

    def is_of(self, archive_id: str) -> bool:
        """Whether it is of this output folder; one that holds no load is of any."""
        return index_file.archive_id(self._db) in ("", archive_id)

    @_of_one_load
    def stored(self, article_ids: Sequence[str]) -> dict[str, tuple[StoredVersion, ...]]:
        """The stored versions of each article that has any, by version.

        Their state is the greatest sighted, and `text_from` the richest.
        """
        found: dict[str, list[StoredVersion]] = {}
        for some in _cut(sorted(set(article_ids))):
            states: dict[tuple[str, str], tuple[int, int, int]] = {}
            first_at: dict[tuple[str, str], int] = {}
            seen_from: defaultdict[tuple[str, str], set[TextFrom]] = defaultdict(set)
            for article_id, version, text_from, *state in self._all(
                "SELECT article_id, version, text_from, source_version, updated_at, seen_at FROM sightings "
                "WHERE article_id IN",
                some,
            ):
                key = (article_id, version)
                states[key] = max(states.get(key, (NONE, NONE, NONE)), tuple(state))
                first_at[key] = min(first_at.get(key, state[-1]), state[-1])
                if text_from in RICHNESS:
                    seen_from[key].add(text_from)
            for article_id, version, stored_in, day, text_from, load_id in sorted(
                self._all(
                    "SELECT article_id, version, stored_in, date, text_from, load_id FROM docs WHERE article_id IN",
                    some,
                )
            ):
                source_version, updated_at, _ = states.get((article_id, version), (NONE, NONE, NONE))
                found.setdefault(article_id, []).append(
                    StoredVersion(
                        version=version,
                        stored_in=stored_in,
                        date=date.fromisoformat(day),
                        text_from=richest(text_from, seen_from[article_id, version]),
                        source_version=_whole(source_version),
                        updated_at=_time(updated_at),
                        first_at=_time(first_at.get((article_id, version), NONE)),
                        load_id=load_id,
                    )
                )
        return {article_id: tuple(versions) for article_id, versions in found.items()}

    @_of_one_load
    def sharing(self, keys: Sequence[int]) -> list[tuple[int, StoredDoc]]:
        """Every (key, stored text that has it), ordered by key, then article and version.

        Of identical texts (the same content hash) one stands for all, a published one if there is any, and for its own
        article the best of another one. A key that more than `COMMON` different texts share finds nothing: it is of a
        footer, not of a story.
        """
        hit_keys, hit_numbers = index_keys.find(self._db, np.array(sorted(set(keys)), np.uint64))
        docs: dict[int, StoredDoc] = {}
        alike: defaultdict[str, list[StoredDoc]] = defaultdict(list)
        for some in _cut(np.unique(hit_numbers).tolist()):
            for num, article_id, version, stored_in, day, content_hash, words in self._all(
                "SELECT num, article_id, version, stored_in, date, content_hash, words FROM docs WHERE num IN", some
            ):
                docs[num] = doc = StoredDoc(
                    article_id=article_id,
                    version=version,
                    stored_in=stored_in,
                    date=date.fromisoformat(day),
                    content_hash=content_hash,
                    words=words,
                )
                alike[content_hash].append(doc)
        standing = {content_hash: two_of(some) for content_hash, some in alike.items()}
        found: dict[int, set[str]] = {}
        for key, number in zip(hit_keys.tolist(), hit_numbers.tolist(), strict=True):
            found.setdefault(key, set()).add(docs[number].content_hash)
        return [
            (key, doc)
            for key, here in sorted(found.items())
            if len(here) <= COMMON
            for doc in sorted(doc for content_hash in here for doc in standing[content_hash])
        ]

    def seen(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Place, ...]]:
        """What each (article_id, origin) showed each time it moved, in order of time; pairs never seen are left out."""
        found: dict[tuple[str, str], list[Place]] = {}
        for some in _cut(sorted(set(pairs)), _VARIABLES // 2):
            rows = self._db.execute(
                f"WITH wanted (a, o) AS (VALUES {','.join(['(?, ?)'] * len(some))}) "  # noqa: S608 - only marks
                "SELECT article_id, origin, version, source_version, updated_at, seen_at FROM wanted "
                "CROSS JOIN sightings ON article_id = a AND origin = o "
                "ORDER BY article_id, origin, seen_at, source_version, updated_at, version",
                [part for pair in some for part in pair],
            )
            for article_id, origin, version, source_version, updated_at, seen_at in rows:
                found.setdefault((article_id, origin), []).append(
                    Place(
                        version=version,
                        source_version=_whole(source_version),
                        updated_at=_time(updated_at),
                        seen_at=_time(seen_at),
                    )
                )
        return {pair: tuple(places) for pair, places in found.items()}

    @_of_one_load
    def known_rejections(self, delivery_ids: Sequence[str]) -> set[str]:
        """Those of the deliveries that stand in `rejected` already."""
        return {
            delivery_id
            for some in _cut(sorted(set(delivery_ids)))
            for (delivery_id,) in self._all("SELECT delivery_id FROM rejections WHERE delivery_id IN", some)
        }

    @_of_one_load
    def recalled(self, article_ids: Sequence[str]) -> dict[str, tuple[Recall, ...]]:
        """The notices given for each article that has any, by id."""
        found: dict[str, list[Recall]] = {}
        for some in _cut(sorted(set(article_ids))):
            for article_id, notice_id, kind, source_version, at, seen_at in sorted(
                self._all(
                    "SELECT article_id, notice_id, kind, source_version, at, seen_at FROM recalls WHERE article_id IN",
                    some,
                )
            ):
                found.setdefault(article_id, []).append(
                    Recall(
                        notice_id=notice_id,
                        kind=kind,
                        source_version=_whole(source_version),
                        at=_time(at),
                        seen_at=_EPOCH + timedelta(microseconds=seen_at),
                    )
                )
        return {article_id: tuple(notices) for article_id, notices in found.items()}

    def purged(self) -> frozenset[str]:
        """Every article that was purged."""
        return frozenset(
            article_id for (article_id,) in self._db.execute("SELECT article_id FROM recalls WHERE kind = 'purge'")
        )

    def profiles(self) -> dict[str, HostProfile]:
        """What is known of each host of which pages are noted."""
        return index_hosts.profiles(self._db)

    def apply_load(self, out: Path, load_id: int, files: Sequence[Path]) -> int:
        """Apply the load just published from its own files, those of other tables passed over; the generation after it.

        A load applied already changes nothing; one that does not follow on the generation is caught up with through
        the log. Files are relative to `out` or begin with it.
        """
        try:
            if load_id <= self.generation:
                return self.generation
            archive_id = index_file.archive_id(self._db)
            if load_id == self.generation + 1 and archive_id:
                tables: dict[str, list[TableFile]] = {}
                for path in sorted(out / file for file in files):
                    tables.setdefault(path.relative_to(out).parts[0], []).append(table_file(path))
                index_fill.fill(self._db, lambda name: tables.get(name, []), until=load_id, archive_id=archive_id)
                return load_id
        except sqlite3.DatabaseError as error:
            if not index_file.is_damage(error):
                raise
            return self.rebuild(out)
        return self.catch_up(out)

    def catch_up(self, out: Path) -> int:
        """Apply every published load after the generation, as one transaction; the generation after it.

        An index that is ahead of the log, of another folder, or found damaged on the way is set aside and built anew.
        """
        snapshot = Snapshot.open_or_empty(out)
        try:
            if self.generation <= snapshot.load_id and self.is_of(snapshot.archive_id):
                if self.generation < snapshot.load_id:
                    index_fill.fill(self._db, snapshot.files, until=snapshot.load_id, archive_id=snapshot.archive_id)
                return self.generation
        except sqlite3.DatabaseError as error:
            if not index_file.is_damage(error):
                raise
        return self.rebuild(out)

    def clear(self) -> None:
        """Forget everything, and leave no byte of it in the file: generation 0, which `catch_up` fills again."""
        index_file.clear(self._db)

    def sizes(self) -> dict[str, int]:
        """How much it knows: texts, keys of texts, sightings, rejections and recalls."""
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM docs), (SELECT coalesce(sum(pairs), 0) FROM runs), "
            "(SELECT count(*) FROM sightings), (SELECT count(*) FROM rejections), (SELECT count(*) FROM recalls)"
        ).fetchone()
        return dict(zip(("texts", "keys", "sightings", "rejections", "recalls"), row, strict=True))

    def rebuild(self, out: Path) -> int:
        """Set this index aside and build it from the tables; the generation after it.

        Raises:
            IndexDamagedError: it is open for reading only, so that must be left to whoever writes.
        """
        if self._readonly:
            raise IndexDamagedError(f"{self._path}: open for reading, not rebuilt")
        self._db.close()
        index_file.set_aside(self._path)
        self._db = index_file.open_sound(self._path)
        snapshot = Snapshot.open_or_empty(out)
        if snapshot.load_id:
            index_fill.fill(self._db, snapshot.files, until=snapshot.load_id, archive_id=snapshot.archive_id)
        return self.generation

    def _all(self, select: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        return self._db.execute(f"{select} ({','.join('?' * len(values))})", values).fetchall()


def richest(stored: TextFrom, seen: Iterable[TextFrom]) -> TextFrom:
    """The richest evidence of a version; that of its row where others are as rich."""
    return max((stored, *sorted(seen)), key=lambda text_from: RICHNESS.get(text_from, 0))


def two_of(alike: Iterable[StoredDoc]) -> tuple[StoredDoc, ...]:
    """Of identical texts the best, and the best of another article."""
    first, *others = sorted(alike, key=standing_order)
    return first, *[doc for doc in others if doc.article_id != first.article_id][:1]


def standing_order(doc: StoredDoc) -> tuple[str, str, str]:
    """Published texts first ("articles" sorts before "copies" and "held"), then by id."""
    return doc.stored_in, doc.article_id, doc.version


def _cut(items: Sequence[_Item], size: int = _VARIABLES) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _whole(value: int) -> int | None:
    return None if value == NONE else value


def _time(value: int) -> datetime | None:
    return None if value == NONE else _EPOCH + timedelta(microseconds=value)
