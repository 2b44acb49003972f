"""How an archive and its feeds are. Takes no lock and writes nothing; works while `watch` runs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import newsbeam
from pipeline.deltalog import live_files
from pipeline.feedhistory import asked_rows
from pipeline.feedlist import FeedList
from pipeline.feedstate import FeedStates, StatesDamagedError
from pipeline.output import Holder, check_readable, read_holder
from transforms.core.answers import SUCCESS
from transforms.core.feedhistory import from_history
from transforms.core.feedstate import FeedState, first_state
from transforms.core.feedwords import is_silent, state_in_words
from transforms.core.polling import FeedSettings, Outcome
from transforms.core.schedule import as_of, due_at
from transforms.snapshot import Snapshot

#: A feed that has answered before is given so many tries and so long, if what is wrong often heals by itself.
_PATIENCE: Final = 3
_PATIENCE_FOR: Final = timedelta(days=1)
_HEALING: Final = frozenset(
    {
        *(Outcome.TIMED_OUT, Outcome.UNREACHABLE, Outcome.UNRESOLVED, Outcome.SERVER_ERROR),
        *(Outcome.LIMITED, Outcome.BROKEN, Outcome.ABANDONED),
    }
)
_DAY: Final = timedelta(days=1)


class Condition(StrEnum):
    """How a feed is, what a person should look at first."""

    SILENT = "silent"  #: answers, but nothing new came for much longer than its rhythm is
    STOPPED = "stopped"  #: is never asked again
    NOT_A_FEED = "not_a_feed"  #: answers with something else
    FAILING = "failing"  #: did not answer the last time
    NEW = "new"  #: was never asked
    WELL = "well"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """One feed."""

    url: str
    source: str
    condition: Condition
    words: str  #: the same in plain words
    needs_person: bool
    last_new_at: datetime | None
    last_answer_at: datetime | None
    rhythm_s: float  #: between two new things, on average; 0: not known
    next_at: datetime | None  #: None: never
    failures: int  #: in a row
    last_error: str  #: empty: the last ask was well
    asks: int
    requests: int
    not_modified: int

    @property
    def not_modified_rate(self) -> float:
        """Part of the asks that were answered 304."""
        return self.not_modified / self.asks if self.asks else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An archive and its feeds at one moment."""

    out: Path
    now: datetime
    holder: Holder | None  #: who says it writes to the folder
    load_id: int  #: the last; 0: none yet
    load_at: datetime | None
    load_s: float  #: how long it took
    deliveries: Counter[str]  #: by outcome, of all loads
    rejected: Counter[str]  #: by reason, of all loads
    rows: Counter[str]  #: by table
    requests: Counter[str]  #: by outcome, of the last 24 hours
    feeds: tuple[FeedStatus, ...]  #: those that need a person first

    @property
    def lag_s(self) -> float:
        """For how long the feed that is most overdue has been due; 0: none is."""
        waits = [(self.now - feed.next_at).total_seconds() for feed in self.feeds if feed.next_at]
        return max(0.0, *waits) if waits else 0.0

    def conditions(self) -> Counter[Condition]:
        """How many feeds are how."""
        return Counter(feed.condition for feed in self.feeds)


def read_status(out: Path, feeds: FeedList | None, now: datetime) -> Status:
    """Look at an archive.

    Args:
        out: its folder.
        feeds: the list; None: every feed that was ever asked, as if the list said nothing of it.
        now: the time.

    Raises:
        OutputError: it is no output folder.
        sqlite3.OperationalError: the file of the feeds' states is locked for long.
    """
    check_readable(out)
    snapshot = Snapshot.open_or_empty(out)
    states = _states(snapshot)
    listed = feeds.feeds if feeds is not None else tuple(FeedSettings(url=url) for url in sorted(states))
    told = [_feed(states.get(feed.url), feed, now) for feed in listed]
    with newsbeam.open(out) as archive:
        last = archive.sql(
            "SELECT finished_at, date_diff('ms', started_at, finished_at) / 1000 FROM loads WHERE load_id = ?",
            archive.load_id,
        ).fetchall()
        load_at, load_s = last[0] if last else (None, 0.0)
        counted = archive.sql(
            "SELECT c.outcome, c.reason, sum(c.count)::BIGINT FROM loads, unnest(counts) AS _(c) GROUP BY ALL"
        ).fetchall()
        requests = archive.sql(
            "SELECT outcome, count(*) FROM requests WHERE date >= ? AND started_at > ? GROUP BY ALL",
            (now - _DAY).astimezone(UTC).date(),
            now - _DAY,
        ).fetchall()
        load_id = archive.load_id
    return Status(
        out=out,
        now=now,
        holder=read_holder(out),
        load_id=load_id,
        load_at=load_at,
        load_s=load_s,
        deliveries=_summed((outcome, number) for outcome, _, number in counted),
        rejected=_summed((reason, number) for _, reason, number in counted if reason),
        rows=Counter({name: _rows(snapshot, name) for name in ("articles", "copies", "held", "rejected", "requests")}),
        requests=_summed(requests),
        feeds=tuple(sorted(told, key=lambda feed: (not feed.needs_person, _ORDER[feed.condition], feed.url))),
    )


_ORDER: Final = {condition: number for number, condition in enumerate(Condition)}


def _states(snapshot: Snapshot) -> dict[str, FeedState]:
    """What is known of each feed; from the rows of its requests where the file of the states is lost."""
    try:
        with FeedStates.open(snapshot.out / "state", readonly=True) as states:
            known = states.states()
            if not states.is_new:
                return known
    except StatesDamagedError:
        pass
    return dict(from_history(asked_rows(snapshot)))


def _feed(known: FeedState | None, settings: FeedSettings, now: datetime) -> FeedStatus:
    state = as_of(known or first_state(settings, now), settings, now)
    condition = _condition(state, now)
    return FeedStatus(
        url=settings.url,
        source=settings.source or state.title,
        condition=condition,
        words=state_in_words(state, settings, now),
        needs_person=_needs_person(state, condition, now),
        last_new_at=state.last_new_at,
        last_answer_at=state.last_answer_at,
        rhythm_s=state.rhythm_s,
        next_at=None if state.stopped else due_at(state, settings),
        failures=state.failures,
        last_error=(state.last_detail or str(state.last_outcome or "")) if state.failures else "",
        asks=state.asks,
        requests=state.requests,
        not_modified=state.not_modified,
    )


def _condition(state: FeedState, now: datetime) -> Condition:
    if state.stopped:
        return Condition.STOPPED
    if state.failures:
        return Condition.NOT_A_FEED if state.last_outcome in SUCCESS else Condition.FAILING
    if is_silent(state, now):
        return Condition.SILENT
    return Condition.NEW if state.last_asked_at is None else Condition.WELL


def _needs_person(state: FeedState, condition: Condition, now: datetime) -> bool:
    """Whether a person has to look after the feed: it will not be well again by itself, or was not for long."""
    if condition is not Condition.FAILING:
        return condition in (Condition.SILENT, Condition.STOPPED, Condition.NOT_A_FEED)
    return (
        state.last_answer_at is None
        or state.last_outcome not in _HEALING
        or state.failures >= _PATIENCE
        or now - state.last_answer_at >= _PATIENCE_FOR
    )


def _rows(snapshot: Snapshot, name: str) -> int:
    """The rows of a table, as its log counts them."""
    log = snapshot.log(name)
    if log is None:
        return 0
    return sum(file["num_records"] or 0 for file in live_files(log, "num_records"))


def _summed(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    counter: Counter[str] = Counter()
    for name, number in pairs:
        counter[name] += number
    return counter
