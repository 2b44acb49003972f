"""How often a feed brings something new, and how long to wait until it is worth asking again.

The estimate is that of a Poisson process whose rate varies with the hour of the day (UTC): a level, learned from about
the last `_MEMORY` new things, times a shape of the day, learned over weeks. A feed that publishes by day and sleeps by
night is thus asked little at night and at once when its day begins. Things that appear within five minutes of each
other count as one, so that a feed filled once a day in one go is a daily feed.

The next ask is due when a set part of one new thing is expected. Under any level the median delay is then the same
small part of the feed's rhythm, and the number of requests is proportional to what there is to fetch.
Does no I/O and knows no clock.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

#: New things expected between two asks: the median delay is about half of it, in units of the rhythm.
SHARE: Final = 0.25
#: What a feed of which nothing is known is taken for: one new thing in so many seconds.
UNKNOWN_GAP_S: Final = 7_200.0
#: New things the level is learned from; older ones are forgotten.
_MEMORY: Final = 12.0
#: Days the shape of the day is learned over.
_SHAPE_DAYS: Final = 14.0
#: Things that each hour is given before any is counted: what keeps a few of them from making a shape.
_PRIOR: Final = 1.0
#: An hour never counts for less than this part of the average one: exceptions are noticed, too.
_LEAST_SHAPE: Final = 0.1
#: What appears within so many seconds is one thing.
_TOGETHER_S: Final = 300.0
#: Days over which a long silence is remembered as usual.
_LONGEST_DAYS: Final = 60.0
_HOUR_S: Final = 3_600.0
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What is known of a feed's rhythm; as made: nothing."""

    events: float = 1.0  #: new things, older ones for less
    watched_s: float = UNKNOWN_GAP_S  #: in which they came, seconds of average hours
    hours: tuple[float, ...] = (0.0,) * 24  #: new things by hour of the day, UTC, older ones for less
    longest_s: float = 0.0  #: the longest silence that something new ended, older ones for less
    learned: bool = False  #: whether any new thing was seen to come

    @property
    def gap_s(self) -> float:
        """Seconds between two new things, on average over the day."""
        return self.watched_s / max(self.events, 1e-9)


def moments(dates: Iterable[datetime], *, after: datetime | None, until: datetime) -> list[datetime]:
    """When something appeared, oldest first: the dates in (after, until], those within five minutes as one."""
    found: list[datetime] = []
    for date in sorted(date for date in dates if date <= until and (after is None or date > after)):
        if not found or (date - found[-1]).total_seconds() > _TOGETHER_S:
            found.append(date)
    return found


def from_dates(dates: Iterable[datetime], now: datetime) -> Rhythm:
    """The rhythm that the dates of a feed's entries tell; nothing is known if they are fewer than three moments.

    The level is that of the newer half of them up to now, so neither an old entry that stays on top nor a
    feed that died long ago is taken for what it was.
    """
    known = moments(dates, after=None, until=now)
    if len(known) < 3:
        return Rhythm()
    newer = known[len(known) // 2 :]
    hours = [0.0] * 24
    for date in known:
        hours[date.hour] += math.exp(-(now - date).total_seconds() / (_SHAPE_DAYS * _DAY_S))
    events = min(len(newer) - 1.0, _MEMORY)
    gap_s = (now - newer[0]).total_seconds() / (len(newer) - 1)
    longest = max((b - a).total_seconds() for a, b in pairwise(newer))
    return Rhythm(events=events, watched_s=gap_s * events, hours=tuple(hours), longest_s=longest, learned=True)


def observed(
    rhythm: Rhythm, new: Sequence[datetime], *, since: datetime, until: datetime, last_new: datetime | None
) -> Rhythm:
    """The rhythm after a look at `until` that brought what is new since the look at `since`.

    `new` holds the moments when something appeared, ascending; `last_new` is when something did before.
    """
    passed_s = (until - since).total_seconds()
    if passed_s <= 0:
        return rhythm
    seen = len(new)
    exposure_s = sum(length * rate for length, rate in _stretches(_shape(rhythm), since, until))
    awaited = rhythm.events * math.log1p(exposure_s / rhythm.watched_s)  # the rate sinks while nothing comes
    kept = math.exp(-max(awaited, seen) / _MEMORY)
    faded = math.exp(-passed_s / (_SHAPE_DAYS * _DAY_S))
    hours = [count * faded for count in rhythm.hours]
    longest = rhythm.longest_s * math.exp(-passed_s / (_LONGEST_DAYS * _DAY_S))
    for moment in new:
        hours[moment.hour] += 1
    if new and last_new is not None:
        longest = max(longest, (new[0] - last_new).total_seconds())
    return replace(
        rhythm,
        events=rhythm.events * kept + seen,
        watched_s=rhythm.watched_s * kept + exposure_s,
        hours=tuple(hours),
        longest_s=longest,
        learned=rhythm.learned or bool(new),
    )


def expected(rhythm: Rhythm, since: datetime, until: datetime) -> float:
    """How many new things are expected to appear between the two."""
    return sum(length * rate for length, rate in _stretches(_shape(rhythm), since, until)) / rhythm.gap_s


def wait_s(rhythm: Rhythm, now: datetime, *, least_s: float, most_s: float) -> float:
    """Seconds from now until `SHARE` of a new thing is expected, between least_s and most_s."""
    wanted, waited = SHARE * rhythm.gap_s, 0.0
    for length, rate in _stretches(_shape(rhythm), now, now + timedelta(seconds=most_s)):
        if length * rate >= wanted:
            return max(waited + wanted / rate, least_s)
        wanted -= length * rate
        waited += length
    return max(most_s, least_s)


def _shape(rhythm: Rhythm) -> tuple[float, ...]:
    """How much each hour of the day counts, 1 on average but for the least; neighbours speak for each other."""
    counts = rhythm.hours
    smooth = [(counts[h - 1] + 2 * counts[h] + counts[(h + 1) % 24]) / 4 + _PRIOR for h in range(24)]
    mean = sum(smooth) / 24
    return tuple(max(value / mean, _LEAST_SHAPE) for value in smooth)


def _stretches(shape: Sequence[float], since: datetime, until: datetime) -> Iterator[tuple[float, float]]:
    """The time between the two as (seconds, how much they count): hours, in their order, then whole days."""
    days, rest_s = divmod(max((until - since).total_seconds(), 0.0), _DAY_S)
    if days:
        days, rest_s = days - 1, rest_s + _DAY_S
    hour = since.hour
    left_s = _HOUR_S - (since.minute * 60 + since.second + since.microsecond / 1e6)
    while rest_s > 0:
        length = min(left_s, rest_s)
        yield length, shape[hour]
        rest_s, left_s, hour = rest_s - length, _HOUR_S, (hour + 1) % 24
    yield days * _DAY_S, sum(shape) / 24
