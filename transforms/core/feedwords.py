"""A feed's state in words for a person.

Does no I/O and knows no clock.
"""

from datetime import datetime, timedelta
from typing import Final

from transforms.core import rhythm
from transforms.core.feedstate import FeedState
from transforms.core.polling import FeedSettings
from transforms.core.schedule import due_at

#: New things that were to be expected and did not come, and a feed is silent.
_SILENT: Final = 6


def state_in_words(state: FeedState, settings: FeedSettings, now: datetime) -> str:
    """What `status` says of a feed: what is wrong with it before what is well, one line.

    >>> fed = FeedState(url="http://a.example/f", address="http://a.example/f", next_at=datetime(2026, 1, 1))
    >>> state_in_words(fed, FeedSettings(url=fed.url), datetime(2026, 1, 1))
    'not asked yet'
    """
    if state.stopped:
        return state.stopped
    if state.last_asked_at is None:
        return "not asked yet"
    if state.failures:
        often = "once" if state.failures == 1 else f"{state.failures} times"
        again = duration(due_at(state, settings) - now)
        return f"failed {often}, last: {state.last_detail or state.last_outcome}; again in {again}"
    if is_silent(state, now) and state.last_new_at is not None:
        return f"silent for {duration(now - state.last_new_at)}, usually every {duration(state.rhythm_s)}"
    if state.last_answer_at is None:
        return "not answered yet"
    return "well"


def duration(span: timedelta | float) -> str:
    """A duration as a person says it, in one unit.

    >>> duration(50), duration(60), duration(5_400), duration(timedelta(days=3, hours=20)), duration(-5)
    ('1 minute', '1 minute', '2 hours', '4 days', '1 minute')
    """
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    for unit, name in ((86_400, "day"), (3_600, "hour")):
        if seconds >= 1.5 * unit or (seconds >= unit and unit == 3_600):
            count = round(seconds / unit)
            return f"{count} {name}{'s' if count != 1 else ''}"
    minutes = max(round(seconds / 60), 1)
    return f"{minutes} minute{'s' if minutes != 1 else ''}"


def is_silent(state: FeedState, now: datetime) -> bool:
    """Whether nothing new came for longer than the feed's rhythm warrants.

    That is: at least six new things were to be expected, and the silence is half as long again as the
    longest one before, such as a night or a weekend.
    """
    if state.last_new_at is None or not state.rhythm.learned:
        return False
    silence_s = (now - state.last_new_at).total_seconds()
    return (
        silence_s > max(1.5 * state.rhythm.longest_s, 3_600)
        and rhythm.expected(state.rhythm, state.last_new_at, now) >= _SILENT
    )
