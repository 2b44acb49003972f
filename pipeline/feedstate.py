"""What is known of feeds between two rounds: an SQLite file at `state/feeds.sqlite`.

Feed states, the entries that each feed is known to have named, pages to be tried again, robots.txt of hosts, and the
number of the last round that was applied. A round is applied in one transaction that is on the disk when the call
returns, and a second time changes nothing. The file is a cache: one that cannot be read, or is of another layout, is
set aside (as `….damaged`, one is kept) and made anew, and `rebuild` fills it from the rows of `requests/`.

One process writes at a time (the folder's lock sees to that); others may read meanwhile.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

import msgspec

from pipeline.feedfile import NEW, StatesDamagedError, open_existing, open_sound
from transforms.core.feedhistory import Asked, from_history
from transforms.core.feedstate import FeedState, first_state
from transforms.core.polling import FeedSettings
from transforms.core.schedule import LONGEST_S, as_of, due_at

__all__ = ["FeedStates", "Robots", "StatesDamagedError", "Wanted"]

_NAME: Final = "feeds.sqlite"
#: Entries remembered per feed beside those of its newest document, the last seen first.
_REMEMBERED: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a host's robots.txt said."""

    text: str  #: empty: everything is allowed
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A page that was asked for in vain, or whose turn did not come."""

    url: str
    feed_url: str
    source: str
    language: str
    entry: bytes  #: the entry that names it: an `Item` as JSON
    tries: int  #: so far
    next_at: datetime


#: No host's robots.txt.
_NONE: Final[Mapping[str, Robots]] = MappingProxyType({})


class FeedStates:
    """The file, open. Close it, or use it as a context manager; not to be shared between threads."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @classmethod
    def open(cls, state: Path, *, readonly: bool = False) -> Self:
        """Open the file in the output's folder `state`; for writing, it is made if absent, and anew if faulty.

        Raises:
            StatesDamagedError: only when read-only: it is absent, cannot be read, or is of another layout.
            sqlite3.OperationalError: the disk or a lock is at fault, and not the file.
        """
        path = state / _NAME
        return cls(open_existing(path) if readonly else open_sound(path))

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_new(self) -> bool:
        """Whether nothing is known yet: the file was lost or never there, and neither rebuilt nor taught since."""
        return self._round() == NEW

    @property
    def round(self) -> int:
        """The last round applied; 0: none that is known."""
        return max(self._round(), 0)

    def _round(self) -> int:
        ((number,),) = self._db.execute("SELECT round FROM meta")
        return int(number)

    def states(self) -> dict[str, FeedState]:
        """Every feed that was ever asked and not forgotten, by its address in the list."""
        return {
            url: msgspec.json.decode(state, type=FeedState)
            for url, state in self._db.execute("SELECT url, state FROM feeds ORDER BY url")
        }

    def get(self, url: str) -> FeedState | None:
        """The state of a feed as it was left; None: it was never asked."""
        for (state,) in self._db.execute("SELECT state FROM feeds WHERE url = ?", (url,)):
            return msgspec.json.decode(state, type=FeedState)
        return None

    def current(self, feeds: Sequence[FeedSettings], now: datetime) -> dict[str, FeedState]:
        """The state of each feed of the list as of now; one that was never asked is due at once.

        Where the clock was set back, what is given is kept, so that waits run from now on.
        """
        known = self.states()
        given = {feed.url: as_of(known.get(feed.url) or first_state(feed, now), feed, now) for feed in feeds}
        moved = [state for url, state in given.items() if url in known and known[url] != state]
        if moved:
            with self._transaction():
                self._put(moved)
        return given

    def entries(self, feed_url: str) -> frozenset[str]:
        """Keys of the entries that the feed is known to have named."""
        rows = self._db.execute("SELECT key FROM entries WHERE feed_url = ?", (feed_url,))
        return frozenset(key for (key,) in rows)

    def next_at(self, feeds: Sequence[FeedSettings]) -> datetime | None:
        """When the first of the feeds, or of the pages to be tried again, is due; None: never."""
        known = self.states()
        moments = [_time(number) for (number,) in self._db.execute("SELECT min(next_at) FROM wanted") if number]
        for feed in feeds:
            state = known.get(feed.url)
            if state is None:
                return _EPOCH
            if not state.stopped:
                moments.append(due_at(state, feed))
        return min(moments, default=None)

    def pages_due(self, now: datetime, limit: int) -> list[Wanted]:
        """Pages to be tried again, the longest due first; those further off than any wait (by a wrong clock), too."""
        rows = self._db.execute(
            "SELECT page FROM wanted WHERE next_at <= ? OR next_at > ? ORDER BY next_at, url LIMIT ?",
            (_number(now), _number(now + timedelta(seconds=LONGEST_S)), limit),
        )
        return [msgspec.json.decode(page, type=Wanted) for (page,) in rows]

    def robots(self, host: str) -> Robots | None:
        """The robots.txt of a host as it was fetched last; None: never."""
        for text, fetched_at in self._db.execute("SELECT body, fetched_at FROM robots WHERE host = ?", (host,)):
            return Robots(text=text, fetched_at=_time(fetched_at))
        return None

    def apply(
        self,
        number: int,
        *,
        states: Iterable[FeedState],
        entries: Mapping[str, Collection[str]],
        wanted: Iterable[Wanted],
        settled: Iterable[str],
        robots: Mapping[str, Robots] = _NONE,
    ) -> bool:
        """Take over what a round taught.

        Args:
            number: of the round.
            states: of the feeds that were asked, after it.
            entries: keys of the entries of each new feed document, by feed.
            wanted: pages to be tried (again), each in place of what was known of it.
            settled: addresses of pages that were had or given up.
            robots: what was fetched of hosts' robots.txt, by host.

        Returns:
            False: it, or a later one, was applied before; nothing changed.
        """
        if number <= self.round:
            return False
        with self._transaction():
            self._put(states)
            for feed_url, keys in entries.items():
                self._name(feed_url, keys, number)
            self._db.executemany("DELETE FROM wanted WHERE url = ?", [(url,) for url in settled])
            self._db.executemany(
                "INSERT OR REPLACE INTO wanted VALUES (?, ?, ?, ?)",
                [(page.url, page.feed_url, msgspec.json.encode(page), _number(page.next_at)) for page in wanted],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO robots VALUES (?, ?, ?)",
                [(host, said.text, _number(said.fetched_at)) for host, said in robots.items()],
            )
            self._db.execute("UPDATE meta SET round = ?", (number,))
        return True

    def forget(self, feed_url: str) -> None:
        """Forget a feed: asked again, it is a new one, also if it had stopped."""
        with self._transaction():
            for table, column in (("feeds", "url"), ("entries", "feed_url"), ("wanted", "feed_url")):
                self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (feed_url,))  # noqa: S608 - names of ours

    def unwant(self, is_gone: Callable[[Wanted], bool]) -> None:
        """Want some pages no more, and leave no byte of what was wanted in the file."""
        pages = [msgspec.json.decode(page, type=Wanted) for (page,) in self._db.execute("SELECT page FROM wanted")]
        with self._transaction():
            self._db.executemany("DELETE FROM wanted WHERE url = ?", [(page.url,) for page in pages if is_gone(page)])
        self._db.execute("VACUUM")

    def rebuild(self, rows: Iterable[Asked]) -> None:
        """Take the states of all feeds from requests, in any order, in place of what is known of those feeds."""
        states = from_history(rows).values()
        with self._transaction():
            self._put(states)
            self._db.execute("UPDATE meta SET round = max(round, 0)")

    def _put(self, states: Iterable[FeedState]) -> None:
        rows = [(state.url, msgspec.json.encode(state)) for state in states]
        self._db.executemany("INSERT OR REPLACE INTO feeds VALUES (?, ?)", rows)

    def _name(self, feed_url: str, keys: Collection[str], number: int) -> None:
        """Note the entries of a feed's newest document, and forget those that were not seen for longest."""
        self._db.executemany(
            "INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET round = excluded.round",
            [(feed_url, key, number) for key in keys],
        )
        self._db.execute(
            "DELETE FROM entries WHERE feed_url = :feed AND round < :round AND key NOT IN (SELECT key FROM entries "
            "WHERE feed_url = :feed AND round < :round ORDER BY round DESC, key LIMIT :most)",
            {"feed": feed_url, "round": number, "most": _REMEMBERED},
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _time(number: int) -> datetime:
    return _EPOCH + number * _MICROSECOND
