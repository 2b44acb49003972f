"""Which pages the entries of a feed want, and when one that was not given is asked for again.

Does no I/O and knows no clock.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final

from transforms.core.entrykey import article_of
from transforms.core.polling import FeedSettings, FeedSurvey, Outcome, Request, SurveyedEntry
from transforms.core.waits import RETRY_AFTER_S

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


def leads_to_page(url: str) -> bool:
    """Whether the address of an entry is one that pages are asked for at."""
    return url.startswith(("http://", "https://"))


def pages_of(
    survey: FeedSurvey,
    settings: FeedSettings,
    *,
    known: Collection[str],
    has_page: Callable[[Collection[str]], Collection[str]],
) -> list[SurveyedEntry]:
    """The entries whose page is to be fetched, in the feed's order: new or changed, with an address of their own.

    An article is asked for once, however often the feed names it. One that is new to this feed and has come with its
    page by another way, or before what was known got lost, is not asked for again.

    Args:
        survey: of the document.
        settings: whether pages are wanted at all, and for which entries.
        known: keys of the entries that earlier documents held.
        has_page: of articles, those that are stored with the text of their page.
    """
    if settings.full_text == "never":
        return []
    wanted: dict[str, SurveyedEntry] = {}
    for entry in survey.entries:
        is_open = entry.key not in known and leads_to_page(entry.url)
        if is_open and (settings.full_text == "always" or not entry.has_text):
            wanted.setdefault(entry.article_id, entry)
    seen = {article_of(key) for key in known}
    stored = has_page([each for each, entry in wanted.items() if article_of(entry.key) not in seen])
    return [entry for article_id, entry in wanted.items() if article_id not in stored]


def again_at(request: Request, *, tries: int, now: datetime) -> datetime | None:
    """When a page that was not given is asked for again; None: never.

    Args:
        request: the last hop of the try that has just failed.
        tries: how many there were, that one included.
        now: when it did.

    What Retry-After asks for is believed up to `RETRY_AFTER_S`.
    """
    is_passing = request.outcome in _PASSING or request.robots == "unavailable"
    if not is_passing or tries > len(_PAUSES):
        return None
    asked_for = timedelta(seconds=min(request.retry_after_s or 0, RETRY_AFTER_S))
    return now + max(_PAUSES[tries - 1], asked_for)
