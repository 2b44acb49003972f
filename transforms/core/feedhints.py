"""What a feed document says of itself outside its entries: its title, and when to ask again. Does no I/O.

RSS 2.0 (ttl in minutes, skipHours 0-23 GMT, skipDays) and the syndication module of RSS 1.0 (updatePeriod,
updateFrequency), in whatever namespace they stand. What is no number, not positive or names no day counts as not said;
longer than a year is a year; hours or days that leave none to ask in are not believed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from transforms.core.charsets import characters
from transforms.core.entries import line_of
from transforms.core.errors import Refused
from transforms.core.feedmarkup import mark_entries
from transforms.core.polling import FeedHints
from transforms.core.safexml import elements, local_name, safe_text

#: Nobody is believed for longer.
LONGEST_S: Final = 366 * 86_400
_PERIODS: Final = {
    "hourly": 3_600,
    "daily": 86_400,
    "weekly": 7 * 86_400,
    "monthly": 30 * 86_400,
    "yearly": 365 * 86_400,
}
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: As much of a document as is looked at, before its entries and behind them.
_AROUND: Final = 200_000
_MAX_TITLE: Final = 300
_SAID: Final = ("title", "ttl", "skiphours", "skipdays", "updateperiod", "updatefrequency")
_INSIDE: Final = frozenset({"item", "entry", "image", "textinput", "author", "source"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What stands outside the entries."""

    title: str = ""
    hints: FeedHints = field(default_factory=FeedHints)


def hints_of(data: bytes, declared_charset: str = "") -> FeedHints:
    """When a feed wishes to be asked again; nothing for JSON, for a page, for what is refused."""
    return head_of(data, declared_charset).hints


def head_of(data: bytes, declared_charset: str = "") -> FeedHead:
    """The title and the hints of an RSS, RDF or Atom feed; empty for everything else."""
    try:
        text = _around_entries(safe_text(characters(data, declared=declared_charset).encode("utf-8", "replace")))
    except Refused:
        return FeedHead()
    said: dict[str, Any] = {}
    for element in elements(text, *_SAID):
        name = local_name(element)
        if name in said or any(local_name(above) in _INSIDE for above in element.iterancestors()):
            continue
        said[name] = _listed(element) if name.startswith("skip") else "".join(element.itertext())
    return FeedHead(
        title=line_of(said.get("title", "")[:_MAX_TITLE]),
        hints=FeedHints(
            ttl_s=min(_number(said.get("ttl", "")) * 60, LONGEST_S),
            update_period_s=_update_period(said),
            skip_hours=_unless_all(_hours(said.get("skiphours", ())), 24),
            skip_days=_unless_all(_days(said.get("skipdays", ())), 7),
        ),
    )


def _around_entries(text: str) -> str:
    """The markup before the first entry and behind the last."""
    marked = mark_entries(text)
    if not marked.starts:
        return text[:_AROUND]
    closing = f"</{marked.name}"
    end = text.rfind(closing)
    tail = text[text.find(">", end) + 1 :] if end > marked.starts[-1] else ""
    return text[: min(marked.starts[0], _AROUND)] + tail[:_AROUND]


def _listed(element: Any) -> tuple[str, ...]:  # noqa: ANN401  # lxml has no types
    return tuple("".join(below.itertext()).strip() for below in element if local_name(below) in ("hour", "day"))[:50]


def _number(said: str) -> int:
    """A positive number; 0 where it is none."""
    digits = said.strip()[:20]
    return min(int(digits), LONGEST_S) if digits.isascii() and digits.isdigit() else 0


def _update_period(said: dict[str, Any]) -> int:
    """The period divided by how often in it; a frequency alone is of a day, as the module says."""
    times = _number(said.get("updatefrequency", "")) or (0 if "updatefrequency" in said else 1)
    period = _PERIODS.get(said.get("updateperiod", "daily").strip().lower(), 0)
    if not times or not {"updateperiod", "updatefrequency"} & said.keys():
        return 0
    return period // times


def _hours(listed: Iterable[str]) -> tuple[int, ...]:
    """Midnight is 0, and 24 in the older version."""
    numbers = (int(hour) % 24 for hour in listed if hour.isascii() and hour.isdigit() and len(hour) <= 2)
    return tuple(sorted(set(numbers)))


def _days(listed: Iterable[str]) -> tuple[int, ...]:
    found = {_DAYS.index(day[:3].lower()) for day in listed if day[:3].lower() in _DAYS}
    return tuple(sorted(found))


def _unless_all(found: tuple[int, ...], number: int) -> tuple[int, ...]:
    return found if len(found) < number else ()
