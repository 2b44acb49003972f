"""When a feed is asked, what it is asked with, and what an ask teaches.

Everything here is a pure function of a `FeedState`; the time is an argument. Two promises hold whatever servers answer,
whenever the program dies and however the clock jumps: between two asks at least the user's interval passes, and at
least what Retry-After said (up to seven days); and no feed is put off for longer than `LONGEST_S` plus the days it
skips itself, except one that is gone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from transforms.core import answers, rhythm, waits
from transforms.core.answers import SUCCESS
from transforms.core.feedstate import FeedState, IntervalFrom, first_state
from transforms.core.polling import FeedSettings, FeedSurvey, Outcome, Request

__all__ = ["FeedState", "IntervalFrom", "after", "as_of", "conditional", "due_at", "first_state", "is_due"]

#: The rhythm makes intervals between these.
SHORTEST_S: Final = 300
CEILING_S: Final = 86_400
#: Nothing but a user's own interval makes a longer one, the days that a feed skips aside.
LONGEST_S: Final = 8 * 86_400
#: So many asks in a row answered 304, and so long without a whole document, and it is asked for whole.
_UNCHANGED: Final = 20
_WHOLE_AFTER: Final = timedelta(days=1)
_WHOLE_AT_LAST: Final = timedelta(days=7)
#: A server whose validators stayed the same so often while the entries changed is asked without them.
_LIES: Final = 2
#: A feed that was silent for so many waits need not be guarded against losing entries.
_SILENCES: Final = 64
#: Waits are lengthened by up to this part of them, so that feeds do not come all at once.
_SPREAD: Final = 0.1


def due_at(state: FeedState, settings: FeedSettings) -> datetime:
    """When the feed is asked next under these settings, which may have changed since the last ask; `stopped` aside."""
    if state.last_asked_at is None:
        return state.next_at
    wait_s = max(settings.interval_s, state.others_s) * (1 + state.spread)
    moment = state.last_asked_at + timedelta(seconds=wait_s)
    return moment if state.failures else waits.allowed_from(moment, state.hints)


def is_due(state: FeedState, settings: FeedSettings, now: datetime) -> bool:
    """Whether the feed is to be asked. `as_of` first, lest a clock that was set back makes it wait for ages."""
    return not state.stopped and due_at(state, settings) <= now


def as_of(state: FeedState, settings: FeedSettings, now: datetime) -> FeedState:
    """The state without times that lie in the future: the clock was set back since the last ask.

    The feed is taken for asked now, so it is neither asked at once nor put off by as much as the clock jumped. The
    caller keeps the state; asked again later, it is left as it is.
    """
    if state.last_asked_at is None:
        return state if state.next_at <= now else replace(state, next_at=now)
    if state.last_asked_at <= now:
        return state
    back = replace(
        state,
        last_asked_at=now,
        last_answer_at=_not_after(state.last_answer_at, now),
        last_new_at=_not_after(state.last_new_at, now),
        last_full_at=_not_after(state.last_full_at, now),
        moved_since=_not_after(state.moved_since, now),
    )
    return replace(back, next_at=due_at(back, settings))


def conditional(state: FeedState, settings: FeedSettings, now: datetime) -> tuple[str, str]:
    """ETag and Last-Modified to send, verbatim; both empty: the document is asked for whole.

    That is so for a feed that says 304 for ever, now and then, and for one whose validators were found to lie.
    """
    if settings.ignore_http_cache or state.lies >= _LIES or state.last_full_at is None:
        return "", ""
    since = now - state.last_full_at
    if (state.unchanged >= _UNCHANGED and since >= _WHOLE_AFTER) or since >= _WHOLE_AT_LAST:
        return "", ""
    return state.etag, state.last_modified


def after(
    state: FeedState,
    settings: FeedSettings,
    requests: Sequence[Request],
    survey: FeedSurvey | None,
    fresh: int,
    *,
    now: datetime,
    seed: str,
) -> FeedState:
    """The state after one ask: `requests` are its hops in order, the last one says what came of it.

    `survey` is of the document where a new one came, `fresh` counts its entries that are new or changed. The
    next ask is counted from the end of the last request, however much later this is called. The same `seed` gives the
    same spread. No requests: nothing was asked, nothing changes.
    """
    if not requests:
        return state
    last = requests[-1]
    asked_at = min(last.started_at + timedelta(milliseconds=last.duration_ms), now)
    asked = replace(
        state,
        last_asked_at=asked_at,
        last_outcome=last.outcome,
        last_detail=last.detail,
        asks=state.asks + 1,
        requests=state.requests + len(requests),
    )
    if last.outcome in SUCCESS and not (survey and survey.fault):
        learned = answers.succeeded(asked, requests, survey, fresh, asked_at)
    elif last.outcome is Outcome.ABANDONED:
        learned = asked
    else:
        learned = answers.failed(asked, last, survey)
    others_s, why = _longest(learned, settings, last, asked_at)
    interval_s = max(others_s, settings.interval_s)
    chosen = replace(
        learned,
        others_s=others_s,
        interval_s=interval_s,
        interval_from="yours" if settings.interval_s > others_s else why,
        spread=_spread(state.url, seed),
    )
    next_at = due_at(chosen, settings)
    is_skipping = next_at > asked_at + timedelta(seconds=interval_s * (1 + chosen.spread) + 1)
    return replace(chosen, next_at=next_at, interval_from="skip" if is_skipping else chosen.interval_from)


def _longest(state: FeedState, settings: FeedSettings, last: Request, asked_at: datetime) -> tuple[int, IntervalFrom]:
    """Seconds that all but the user ask for, and who asks for most."""
    wishes: list[tuple[int, IntervalFrom]] = []
    if last.retry_after_s is not None:
        wishes.append((min(max(last.retry_after_s, 0), waits.RETRY_AFTER_S), "retry-after"))
    if state.failures:
        backoff = waits.BACKOFF.get(last.outcome, waits.NO_FEED)
        if last.outcome is Outcome.LIMITED and last.retry_after_s:
            backoff = waits.BACKOFF[Outcome.SERVER_ERROR]
        wishes.append((backoff.wait_s(state.failures), "failures"))
    else:
        most_s = _most_s(state, asked_at)
        wait_s = rhythm.wait_s(state.rhythm, asked_at, least_s=SHORTEST_S, most_s=most_s)
        wishes += [
            (int(wait_s), "rhythm" if state.rhythm.learned else "default"),
            (min(state.hints.ttl_s, waits.BELIEVED_S), "ttl"),
            (min(state.hints.update_period_s, waits.BELIEVED_S), "update period"),
        ]
        if not settings.ignore_http_cache and last.outcome in SUCCESS:
            wishes.append((waits.fresh_s(last), "max-age"))
    return max(wishes, key=lambda wish: wish[0])


def _most_s(state: FeedState, asked_at: datetime) -> float:
    """The longest wait that loses no entries when a silent feed wakes: half of what its document once lasted.

    The longer it has been silent the less is that to be feared.
    """
    if not state.lasts_s or state.last_new_at is None:
        return CEILING_S
    silence_s = (asked_at - state.last_new_at).total_seconds()
    return min(max(state.lasts_s / 2, silence_s / _SILENCES), CEILING_S)


def _spread(url: str, seed: str) -> float:
    digest = hashlib.blake2b(f"{seed} {url}".encode(), digest_size=8).digest()
    return _SPREAD * int.from_bytes(digest, "big") / 2**64


def _not_after(moment: datetime | None, now: datetime) -> datetime | None:
    return None if moment is None else min(moment, now)
