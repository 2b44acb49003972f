"""Feed states from the rows of `requests/`, for when the file of the states is lost.

What only documents tell (the rhythm, hints, which entries are known) is learned again from the next one. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from transforms.core.answers import SUCCESS
from transforms.core.feedstate import FeedState
from transforms.core.polling import Outcome
from transforms.core.schedule import LONGEST_S

#: Columns of `requests/` that are needed, in the order of the fields of `Asked`.
COLUMNS: Final = (
    "feed_url", "request_id", "started_at", "duration_ms", "outcome", "detail", "next_at", "body_hash",
    "etag", "last_modified", "sent_etag", "sent_last_modified",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a feed, as far as it tells the feed's state. `next_at` None: a hop on the way to the answer."""

    feed_url: str
    request_id: str
    started_at: datetime
    duration_ms: int
    outcome: Outcome
    detail: str
    next_at: datetime | None
    body_hash: str
    etag: str
    last_modified: str
    sent_etag: str
    sent_last_modified: str

    @property
    def ended_at(self) -> datetime:
        """When the answer was there."""
        return self.started_at + timedelta(milliseconds=self.duration_ms)


def from_history(rows: Iterable[Asked]) -> dict[str, FeedState]:
    """The state of each feed by its address in the list. The order of the rows does not matter.

    A document with a detail was no feed: its validators do not count. Every feed is asked at the address of the list.
    """
    by_feed: dict[str, list[Asked]] = {}
    for row in rows:
        by_feed.setdefault(row.feed_url, []).append(row)
    states = {}
    for url, asked in by_feed.items():
        answers = sorted(
            (row for row in asked if row.next_at is not None), key=lambda row: (row.started_at, row.request_id)
        )
        if answers:
            states[url] = replace(_state(url, answers), requests=len(asked))
    return states


def _state(url: str, answers: list[Asked]) -> FeedState:
    last = answers[-1]
    next_at = last.next_at or last.ended_at
    wait_s = min(max(int((next_at - last.ended_at).total_seconds()), 0), LONGEST_S)
    good = [row for row in answers if row.outcome in SUCCESS and not (row.outcome is Outcome.FETCHED and row.detail)]
    whole = [row for row in good if row.outcome is not Outcome.NOT_MODIFIED]
    since = good[-1].started_at if good else None
    failures = [row for row in answers if row not in good and row.outcome is not Outcome.ABANDONED]
    state = FeedState(
        url=url,
        address=url,
        next_at=last.ended_at + timedelta(seconds=wait_s),
        last_asked_at=last.ended_at,
        interval_s=wait_s,
        others_s=wait_s,
        last_outcome=last.outcome,
        last_detail=last.detail,
        failures=sum(since is None or row.started_at > since for row in failures),
        stopped=f"gone since {last.started_at:%Y-%m-%d} (410)" if last.outcome is Outcome.GONE else "",
        asks=len(answers),
        not_modified=sum(row.outcome is Outcome.NOT_MODIFIED for row in good),
        failed=len(failures),
    )
    if good:
        etag, last_modified = _validators(good[-1])
        state = replace(state, etag=etag, last_modified=last_modified, last_answer_at=good[-1].ended_at)
    if whole:
        state = replace(
            state,
            body_hash=whole[-1].body_hash,
            last_full_at=whole[-1].ended_at,
            last_new_at=next((row.ended_at for row in reversed(whole) if row.outcome is Outcome.FETCHED), None),
            unchanged=len(good) - 1 - good.index(whole[-1]),
        )
    return state


def _validators(row: Asked) -> tuple[str, str]:
    """Those of the document that is known after this answer: a 304 need not repeat what it was asked with."""
    if row.outcome is Outcome.NOT_MODIFIED:
        return row.etag or row.sent_etag, row.last_modified or row.sent_last_modified
    return row.etag, row.last_modified
