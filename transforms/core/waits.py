"""How long others ask us to wait: publishers, their servers, and what went wrong.

Does no I/O and knows no clock. Servers and documents lie, so each wish is believed up to a bound: nothing but
Retry-After puts an ask off for more than a day, since one request a day is no burden and a feed lost for a year is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from transforms.core.http import delta_s
from transforms.core.polling import FeedHints, Outcome, Request

_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
#: What ttl, sy:updatePeriod, max-age and Expires are believed for at most.
BELIEVED_S: Final = _DAY_S
#: What Retry-After is believed for at most.
RETRY_AFTER_S: Final = 7 * _DAY_S
#: skipHours and skipDays are followed for at most so many hours.
_SKIPPED_HOURS: Final = 7 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait after the n-th failure in a row: `first_s` doubled n-1 times, `most_s` at most."""

    first_s: int
    most_s: int

    def wait_s(self, failures: int) -> int:
        """Seconds to wait after so many failures in a row.

        >>> [Backoff(first_s=300, most_s=86_400).wait_s(n) for n in (1, 2, 3, 100)]
        [300, 600, 1200, 86400]
        """
        return min(self.first_s << min(max(failures, 1) - 1, 30), self.most_s)


_SOON: Final = Backoff(first_s=300, most_s=_DAY_S)
_SLOWLY: Final = Backoff(first_s=_HOUR_S, most_s=_DAY_S)
#: By outcome; what passes by itself is tried again soon, what somebody has to mend is not.
BACKOFF: Final[Mapping[Outcome, Backoff]] = MappingProxyType(
    {
        Outcome.SERVER_ERROR: _SOON,
        Outcome.TIMED_OUT: _SOON,
        Outcome.UNREACHABLE: _SOON,
        Outcome.UNRESOLVED: _SOON,
        Outcome.BROKEN: _SOON,
        Outcome.LIMITED: _SLOWLY,
        Outcome.INSECURE: _SLOWLY,
        Outcome.BAD_ADDRESS: _SLOWLY,
        Outcome.BAD_REDIRECT: _SLOWLY,
        Outcome.REDIRECTED: _SLOWLY,
        Outcome.TOO_LARGE: _SLOWLY,
        Outcome.DISALLOWED: _SLOWLY,
        Outcome.REFUSED: _SLOWLY,
        Outcome.FORBIDDEN: Backoff(first_s=2 * _HOUR_S, most_s=3 * _DAY_S),
        Outcome.MISSING: Backoff(first_s=_HOUR_S, most_s=7 * _DAY_S),
        Outcome.GONE: Backoff(first_s=_DAY_S, most_s=7 * _DAY_S),
    }
)
#: A success that is no feed: a login page, a front page, nothing.
NO_FEED: Final = Backoff(first_s=1_800, most_s=_DAY_S)


def fresh_s(answer: Request) -> int:
    """Seconds for which the answer says it stays fresh, from its end: max-age, else Expires, less Age (RFC 9111, 4.2).

    0 where it says nothing, or says no-cache or no-store. s-maxage is for shared caches and does not count.
    """
    said = _directives(answer.cache_control)
    if "no-cache" in said or "no-store" in said:
        return 0
    if "max-age" in said:
        lifetime_s = delta_s(said["max-age"]) or 0
        return min(max(lifetime_s - max(answer.age_s, 0), 0), BELIEVED_S)
    if answer.expires_at is not None:
        end = answer.started_at + timedelta(milliseconds=answer.duration_ms)
        return min(max(int((answer.expires_at - end).total_seconds()), 0), BELIEVED_S)
    return 0


def _directives(cache_control: str) -> dict[str, str]:
    """The directives of Cache-Control; of one that is said twice the first counts."""
    said: dict[str, str] = {}
    for part in cache_control.split(","):
        name, _, value = part.partition("=")
        said.setdefault(name.strip().lower(), value.strip().strip('"'))
    return said


def allowed_from(moment: datetime, hints: FeedHints) -> datetime:
    """The moment, or the start of the next hour that neither skipHours nor skipDays name.

    Where they leave no hour they are ignored.
    """
    hour = moment
    for _ in range(_SKIPPED_HOURS + 1):
        if hour.hour not in hints.skip_hours and hour.weekday() not in hints.skip_days:
            return hour
        hour = hour.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment
