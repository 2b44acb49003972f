"""What an answer, or the lack of one, teaches about a feed.

Pure: a `FeedState` goes in with the hops of one ask, another one comes out. When it is asked next is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from transforms.core import rhythm
from transforms.core.addresses import registrable_domain
from transforms.core.feedstate import FeedState
from transforms.core.polling import FeedSurvey, Outcome, Request

#: Outcomes that are an answer about the feed's content.
SUCCESS: Final = frozenset({Outcome.FETCHED, Outcome.SAME, Outcome.NOT_MODIFIED})
_PERMANENT: Final = frozenset({301, 308})
#: A permanent move is believed after so many asks in a row and so long: within a domain, to another one.
_MOVED_WITHIN: Final = (3, timedelta(days=1))
_MOVED_AWAY: Final = (10, timedelta(days=7))
#: So many failures in a row at the new address, and the one of the list is asked again.
_BACK_AFTER: Final = 3
#: A wait that was too long is tried again little by little.
_RELAX: Final = 1.02
#: A document that shows fewer moments says nothing about how soon it is filled.
_SHOWN: Final = 5
#: A document whose entries are all new was not filled sooner than this, as far as is known: they may come in one go.
_LEAST_S: Final = 3_600


def succeeded(
    state: FeedState, requests: Sequence[Request], survey: FeedSurvey | None, fresh: int, asked_at: datetime
) -> FeedState:
    """After a feed document came, or the word that it is the last one still."""
    last = requests[-1]
    is_unchanged = last.outcome is Outcome.NOT_MODIFIED
    same = (last.etag, last.last_modified) == (state.etag, state.last_modified) != ("", "")
    learned = replace(
        _moved(state, requests, asked_at),
        etag=last.etag or state.etag if is_unchanged else last.etag,
        last_modified=last.last_modified or state.last_modified if is_unchanged else last.last_modified,
        body_hash=state.body_hash if is_unchanged else last.body_hash,
        last_answer_at=asked_at,
        last_full_at=state.last_full_at if is_unchanged else asked_at,
        unchanged=state.unchanged + 1 if is_unchanged else 0,
        not_modified=state.not_modified + is_unchanged,
        lies=state.lies + (same and fresh > 0 and not is_unchanged),
        failures=0,
    )
    if survey is not None:
        learned = replace(learned, hints=survey.hints, title=survey.title or state.title)
        learned = _lasting(learned, survey, fresh, state.last_answer_at, asked_at)
    return _with_rhythm(learned, survey, fresh, state.last_answer_at, asked_at)


def _with_rhythm(
    state: FeedState, survey: FeedSurvey | None, fresh: int, since: datetime | None, asked_at: datetime
) -> FeedState:
    """What the ask tells about the rhythm; `since`: the success before it."""
    dates = _dates(survey)
    told = state.rhythm if state.rhythm.learned else rhythm.from_dates(dates, asked_at)
    if since is None:
        newest = max((date for date in dates if date <= asked_at), default=asked_at)
        return replace(state, rhythm=told, last_new_at=newest if fresh else None)
    new = (rhythm.moments(dates, after=since, until=asked_at) or [asked_at]) if fresh else []
    if state.rhythm.learned or not told.learned:
        told = rhythm.observed(told, new, since=since, until=asked_at, last_new=state.last_new_at)
    return replace(state, rhythm=told, last_new_at=asked_at if new else state.last_new_at)


def _lasting(state: FeedState, survey: FeedSurvey, fresh: int, since: datetime | None, asked_at: datetime) -> FeedState:
    """How soon its document is filled with other entries, which are lost if it is asked later."""
    filled_s = [int(state.lasts_s * _RELAX)]
    shown = rhythm.moments(_dates(survey), after=None, until=asked_at)
    if len(shown) >= _SHOWN:
        filled_s.append(int(2 * (shown[-1] - shown[len(shown) // 2]).total_seconds()))
    if since is not None and fresh >= len(survey.entries) > 1 and len(shown) != 1:  # there may have been more
        filled_s.append(max(int((asked_at - since).total_seconds()), _LEAST_S))
    return replace(state, lasts_s=min(filter(None, filled_s), default=0))


def _dates(survey: FeedSurvey | None) -> list[datetime]:
    return [entry.published_at for entry in survey.entries if entry.published_at] if survey else []


def _moved(state: FeedState, requests: Sequence[Request], asked_at: datetime) -> FeedState:
    """What a success says about permanent moves: believed when they repeat for long enough."""
    target = ""
    for hop in requests[:-1]:
        if hop.status not in _PERMANENT or not hop.location:
            break
        target = hop.location
    if not target or target == state.address:
        return replace(state, moved_to="", moved_times=0, moved_since=None)
    is_again = target == state.moved_to
    times = state.moved_times + 1 if is_again else 1
    since = state.moved_since if is_again and state.moved_since else asked_at
    is_within = registrable_domain(target) == registrable_domain(state.address) != ""
    least, long_enough = _MOVED_WITHIN if is_within else _MOVED_AWAY
    if times >= least and asked_at - since >= long_enough:
        return replace(state, address=target, moved_to="", moved_times=0, moved_since=None, lies=0)
    return replace(state, moved_to=target, moved_times=times, moved_since=since)


def failed(state: FeedState, last: Request, survey: FeedSurvey | None) -> FeedState:
    """After a failure; one at an address that was moved to leads back to that of the list before it counts."""
    failures = state.failures + 1
    failed = replace(state, failures=failures, failed=state.failed + 1)
    if survey and survey.fault:
        failed = replace(failed, last_detail=survey.fault)
    if state.address != state.url and (failures >= _BACK_AFTER or last.outcome is Outcome.GONE):
        return replace(failed, address=state.url, etag="", last_modified="", body_hash="", unchanged=0)
    if last.outcome is Outcome.GONE:
        return replace(failed, stopped=f"gone since {last.started_at:%Y-%m-%d} (410)")
    return failed
