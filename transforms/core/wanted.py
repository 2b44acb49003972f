"""Which pages the entries of a feed want, and when one that was not given is asked for again.

Does no I/O and knows no clock.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Final

from transforms.core.polling import FeedSettings, FeedSurvey, Outcome, Request, SurveyedEntry

#: How long after each try the next one is; after the last there is none.
_PAUSES: Final = tuple(timedelta(hours=hours) for hours in (0.5, 2, 8, 24, 48))
#: Another try may have another end. What else comes of a page is its answer.
_PASSING: Final = frozenset(
    {
        Outcome.LIMITED,
        Outcome.SERVER_ERROR,
        Outcome.UNRESOLVED,
        Outcome.UNREACHABLE,
        Outcome.TIMED_OUT,
        Outcome.BROKEN,
        Outcome.ABANDONED,
    }
)


def pages_of(survey: FeedSurvey, settings: FeedSettings, *, known: Collection[str]) -> Iterator[SurveyedEntry]:
    """The entries whose page is to be fetched, in the feed's order: new or changed, with an address of their own.

    Args:
        survey: of the document.
        settings: whether pages are wanted at all, and for which entries.
        known: keys of the entries that earlier documents held.
    """
    if settings.full_text == "never":
        return
    asked: set[str] = set()
    for entry in survey.entries:
        if entry.key in known or entry.url in asked or not entry.url.startswith(("http://", "https://")):
            continue
        if settings.full_text == "always" or not entry.has_text:
            asked.add(entry.url)
            yield entry


def again_at(request: Request, *, tries: int, now: datetime) -> datetime | None:
    """When a page that was not given is asked for again; None: never.

    Args:
        request: the last hop of the try that has just failed.
        tries: how many there were, that one included.
        now: when it did.
    """
    if request.outcome not in _PASSING or tries > len(_PAUSES):
        return None
    return now + max(_PAUSES[tries - 1], timedelta(seconds=request.retry_after_s or 0))
