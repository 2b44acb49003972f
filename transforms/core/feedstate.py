"""What is known of a feed from all asks so far.

Does no I/O and knows no clock; `msgspec` turns a state to JSON and back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from transforms.core.polling import FeedHints, FeedSettings, Outcome
from transforms.core.rhythm import Rhythm

#: Why a feed is asked when it is.
IntervalFrom = Literal[
    "default", "yours", "ttl", "skip", "update period", "max-age", "retry-after", "rhythm", "failures"
]

_NO_HINTS: Final = FeedHints()
_NO_RHYTHM: Final = Rhythm()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is known of a feed from all asks so far. Times None: never yet."""

    url: str  #: as it stands in the list
    address: str  #: where it is asked: differs after a permanent move
    title: str = ""
    etag: str = ""  #: verbatim, of the last document that was a feed
    last_modified: str = ""  #: the same
    body_hash: str = ""  #: the same
    next_at: datetime  #: when it is due by the settings it had at the last ask; `due_at` knows better
    last_asked_at: datetime | None = None  #: the end of the last ask
    last_answer_at: datetime | None = None  #: the last success, 304 included
    last_new_at: datetime | None = None  #: the last time something was new or changed
    last_full_at: datetime | None = None  #: the last success with a body
    interval_s: int = 0  #: chosen at the last ask, before it was spread
    interval_from: IntervalFrom = "default"
    others_s: int = 0  #: what it would be without the user's
    spread: float = 0.0  #: part of the interval that is added to it
    hints: FeedHints = _NO_HINTS  #: of the last document
    rhythm: Rhythm = _NO_RHYTHM
    lasts_s: int = 0  #: the shortest time in which its document was filled, relaxed with every document; 0: not known
    failures: int = 0  #: in a row
    last_outcome: Outcome | None = None
    last_detail: str = ""
    moved_to: str = ""  #: where it says it moved for good, not believed yet
    moved_times: int = 0  #: asks in a row that said so
    moved_since: datetime | None = None
    stopped: str = ""  #: why it is never asked again; empty: it is
    unchanged: int = 0  #: answers in a row that were 304
    lies: int = 0  #: times its validators stayed while its entries changed
    asks: int = 0
    requests: int = 0  #: hops included
    not_modified: int = 0
    failed: int = 0  #: asks

    @property
    def rhythm_s(self) -> float:
        """Seconds between two new things, on average; 0: not known."""
        return self.rhythm.gap_s if self.rhythm.learned else 0.0


def first_state(settings: FeedSettings, now: datetime) -> FeedState:
    """A feed that was never asked: due now. Also how a feed that stopped is begun again."""
    return FeedState(url=settings.url, address=settings.url, next_at=now)
