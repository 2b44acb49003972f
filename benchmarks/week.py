"""A week of polling in simulated time: `python -m benchmarks.week [--feeds 200] [--days 7] [--seed 1]`.

Feeds of all rhythms are asked when the schedule says so, and answer as servers do. Printed are, by rhythm: requests,
the part of answers that were 304, what was transferred, and the delay from publication to the first time seen, in units
of the feed's rhythm (the mean time between two of its entries). The same feeds are asked every 15 minutes and every
hour by a poller that knows nothing but the clock.

What is modelled: entries that come by chance at any hour, by day only, on working days only, in bursts, once a day in
one go (their rhythm is a day), and feeds that change their rhythm within the week; servers with both validators, one,
or none, with max-age, with ttl, whose bytes change at every answer, who fail for hours, who say 304 although there is
something new; entries without dates. The last lines tell apart servers that do nothing of the kind ("plain"), those
that ask for a wait, and those that fail or lie for hours.
"""

import argparse
import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from transforms.core.polling import FeedHints, FeedSettings, FeedSurvey, Outcome, Request, SurveyedEntry
from transforms.core.schedule import FeedState, after, conditional, due_at, first_state

HOUR = 3_600.0
DAY = 24 * HOUR
#: A Monday. What was published in the weeks before stands in the first documents.
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
BEFORE_DAYS = 28
#: Rounds are a minute apart.
TICK = 60.0
RHYTHMS = {
    "10 min": 600.0,
    "30 min": 1_800.0,
    "1 h": HOUR,
    "3 h": 3 * HOUR,
    "8 h": 8 * HOUR,
    "1 d": DAY,
    "3 d": 3 * DAY,
}
PATTERNS = ("chance", "by day", "working days", "bursts", "in one go", "changing")
SERVERS = ("plain", "asks for a wait", "fails or lies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed and its server. Times are seconds from the beginning of the week."""

    url: str
    rhythm: str
    pattern: str
    published: Sequence[float]  #: ascending
    shows: int  #: entries in its document
    has_etag: bool
    has_date: bool  #: Last-Modified
    max_age_s: int
    ttl_s: int
    is_dated: bool  #: its entries say when they were published
    is_restless: bool  #: its bytes change at every answer
    fails: Sequence[tuple[float, float]]
    lies: Sequence[tuple[float, float]]  #: when it says 304 whatever happened

    @property
    def server(self) -> str:
        """What its server does to a poller."""
        if self.fails or self.lies:
            return "fails or lies"
        return "asks for a wait" if self.max_age_s or self.ttl_s else "plain"


@dataclass(slots=True, kw_only=True)
class Seen:
    """What a poller got of some feeds."""

    feeds: int = 0
    requests: int = 0
    answers: int = 0
    not_modified: int = 0
    bodies: int = 0
    delays: list[float] = field(default_factory=list)  #: in units of the feed's rhythm
    delays_s: list[float] = field(default_factory=list)
    entries: int = 0
    missed: int = 0

    def add(self, other: "Seen") -> None:
        """Take another's numbers in."""
        for name in ("feeds", "requests", "answers", "not_modified", "bodies", "entries", "missed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.delays += other.delays
        self.delays_s += other.delays_s


def moments(chance: random.Random, pattern: str, gap_s: float, days: float) -> list[float]:
    """When a feed publishes, from the weeks before to the end: on average every `gap_s` where its pattern allows."""
    begin, end = -BEFORE_DAYS * DAY, days * DAY
    wakes = chance.uniform(0, 24)
    found: list[float] = []
    if pattern == "in one go":
        several = min(max(round(DAY / gap_s), 1), 10)
        for day in range(-BEFORE_DAYS, int(days)):
            if chance.random() < min(DAY / gap_s, 1):
                at = day * DAY + wakes * HOUR + chance.uniform(0, HOUR)
                found += [at + n for n in range(several)]
        return sorted(found)
    part = {"by day": 14 / 24, "working days": 14 / 24 * 5 / 7}.get(pattern, 1.0)
    size = 4 if pattern == "bursts" else 1
    changes_at = chance.uniform(1, 5) * DAY
    factor = chance.choice((0.1, 8.0))
    at = begin
    while at < end:
        pace = factor if pattern == "changing" and at > changes_at else 1.0
        at += chance.expovariate(1 / (gap_s * part * size / pace))
        is_awake = (at / HOUR - wakes) % 24 < 14
        is_working = (at // DAY) % 7 < 5
        if (part < 1 and not is_awake) or (pattern == "working days" and not is_working):
            continue
        found += [at + n * chance.uniform(60, 900) for n in range(size)]
    return sorted(t for t in found if t < end)


def make_feeds(number: int, days: float, seed: int) -> list[Feed]:
    """Feeds of all rhythms and patterns."""
    chance = random.Random(seed)
    feeds = []
    for n in range(number):
        rhythm = list(RHYTHMS)[n % len(RHYTHMS)]
        pattern = PATTERNS[n // len(RHYTHMS) % len(PATTERNS)]
        feeds.append(
            Feed(
                url=f"https://feed{n}.example/rss",
                rhythm=rhythm,
                pattern=pattern,
                published=moments(chance, pattern, RHYTHMS[rhythm], days),
                shows=chance.choice((10, 20, 20, 50)),
                has_etag=chance.random() < 0.7,
                has_date=chance.random() < 0.6,
                max_age_s=chance.choice((0, 0, 0, 0, 0, 60, 300, 900, 3_600)),
                ttl_s=chance.choice((0, 0, 0, 0, 0, 300, 900, 3_600)),
                is_dated=chance.random() < 0.85,
                is_restless=chance.random() < 0.05,
                fails=_spells(chance, 0.15, days),
                lies=_spells(chance, 0.03, days),
            )
        )
    return feeds


def _spells(chance: random.Random, part: float, days: float) -> list[tuple[float, float]]:
    if chance.random() >= part:
        return []
    starts = [chance.uniform(0, days * DAY) for _ in range(chance.randint(1, 3))]
    return [(start, start + chance.uniform(0.2, 10) * HOUR) for start in starts]


def poll(feed: Feed, days: float, wait: Callable[["Ask"], float]) -> Seen:
    """Ask one feed for as long; `wait` says how many seconds after an ask the next one is."""
    seen, known, at = Seen(feeds=1), -BEFORE_DAYS * DAY, 0.0
    ask = Ask(feed)
    gap_s = days * DAY / max(len(feed.published) - bisect_right(feed.published, 0.0), 1)
    gap_s = max(gap_s, DAY) if feed.pattern == "in one go" else gap_s
    while at < days * DAY:
        entries, fresh, request = ask.answer(at, known)
        seen.requests += 1
        seen.answers += request.outcome is not Outcome.SERVER_ERROR
        seen.not_modified += request.outcome is Outcome.NOT_MODIFIED
        seen.bodies += request.outcome in (Outcome.FETCHED, Outcome.SAME)
        if request.outcome is Outcome.FETCHED:
            new = feed.published[bisect_right(feed.published, max(known, 0.0)) : bisect_right(feed.published, at)]
            seen.entries += len(new)
            seen.missed += max(len(new) - feed.shows, 0)
            late = [at - t for t in new[-feed.shows :]]
            seen.delays_s += late
            seen.delays += [delay / gap_s for delay in late]
            known = at
        ask.learn(at, request, entries, fresh)
        at = -(-(at + wait(ask)) // TICK) * TICK
    return seen


class Ask:
    """A feed's server and what a poller knows of it."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.settings = FeedSettings(url=feed.url)
        self.state: FeedState = first_state(self.settings, BEGIN)
        self._number = count()

    def answer(self, at: float, known: float) -> tuple[Sequence[float], int, Request]:
        """What the server says at a time: entries, how many of them are newer than `known`, the request."""
        feed, now = self.feed, _time(at)
        upto = bisect_right(feed.published, at)
        entries = feed.published[max(upto - feed.shows, 0) : upto]
        newest = entries[-1] if entries else -BEFORE_DAYS * DAY
        etag = f'"{newest}"' if feed.has_etag else ""
        date = f"{newest // 1}" if feed.has_date else ""
        sent = conditional(self.state, self.settings, now)
        is_same = any(sent) and (etag, date) == sent
        body = f"{newest} {next(self._number) if feed.is_restless else ''}"
        if _within(feed.fails, at):
            outcome = Outcome.SERVER_ERROR
        elif any(sent) and (is_same or _within(feed.lies, at)):
            outcome = Outcome.NOT_MODIFIED
        else:
            outcome = Outcome.SAME if body == self.state.body_hash else Outcome.FETCHED
        request = Request(
            request_id="",
            purpose="feed",
            url=feed.url,
            host="",
            feed_url=feed.url,
            started_at=now,
            outcome=outcome,
            etag=etag,
            last_modified=date,
            body_hash=body,
            cache_control=f"max-age={feed.max_age_s}" if feed.max_age_s else "",
        )
        return entries, sum(t > known for t in entries), request

    def learn(self, at: float, request: Request, entries: Iterable[float], fresh: int) -> None:
        """Take an answer in."""
        survey = None
        if request.outcome is Outcome.FETCHED:
            named = [
                SurveyedEntry(
                    key=f"{t}",
                    article_id="",
                    url="",
                    title="",
                    has_text=True,
                    published_at=_time(t) if self.feed.is_dated else None,
                )
                for t in entries
            ]
            survey = FeedSurvey(entries=tuple(named), hints=FeedHints(ttl_s=self.feed.ttl_s))
        new = fresh if survey else 0
        self.state = after(self.state, self.settings, [request], survey, new, now=_time(at), seed=f"{at}")


def as_scheduled(ask: Ask) -> float:
    """What the schedule says."""
    assert ask.state.last_asked_at is not None  # noqa: S101 - it was asked
    return (due_at(ask.state, ask.settings) - ask.state.last_asked_at).total_seconds()


def _time(at: float) -> datetime:
    return BEGIN + timedelta(seconds=at)


def _within(spells: Iterable[tuple[float, float]], at: float) -> bool:
    return any(start <= at < end for start, end in spells)


def quantile(values: Sequence[float], part: float) -> float:
    """The value that this part of them does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def line(name: str, seen: Seen, days: float) -> str:
    """One line of the table."""
    return (
        f"{name:22}{seen.feeds:6}{seen.requests:10,}{seen.requests / max(seen.feeds, 1) / days:9.1f}"
        f"{seen.not_modified / max(seen.answers, 1):7.0%}{seen.bodies:9,}{seen.entries:8,}{seen.missed:7,}"
        f"{quantile(seen.delays, 0.5):9.3f}{quantile(seen.delays, 0.95):8.2f}"
        f"{quantile(seen.delays_s, 0.5) / 60:8.0f}{quantile(seen.delays_s, 0.95) / 60:7.0f}"
    )


HEAD = (
    f"{'':22}{'':6}{'':10}{'requests':>9}{'':7}{'':9}{'':8}{'':7}{'delay/rhythm':>17}{'delay, min':>15}\n"
    f"{'':22}{'feeds':>6}{'requests':>10}{'/feed/d':>9}{'304':>7}{'bodies':>9}{'entries':>8}{'missed':>7}"
    f"{'median':>9}{'p95':>8}{'median':>8}{'p95':>7}"
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    feeds = make_feeds(chosen.feeds, chosen.days, chosen.seed)
    pollers = {"the schedule": as_scheduled, "every 15 minutes": lambda _: 900.0, "every hour": lambda _: HOUR}
    for name, wait in pollers.items():
        groups = {label: Seen() for label in (*RHYTHMS, *PATTERNS, *SERVERS, "all")}
        for feed in feeds:
            seen = poll(feed, chosen.days, wait)
            for label in (feed.rhythm, feed.pattern, feed.server, "all"):
                groups[label].add(seen)
        print(f"{name}\n{HEAD}")
        for label, told in groups.items():
            print(line(label, told, chosen.days))
        print()


if __name__ == "__main__":
    main()
