"""Dates inside of a text that a person reads: "Posted by Ada on 5. prosince 2025 | 3 min", "۹ آذر ۱۴۰۴".

Does no I/O and never asks the clock, so "yesterday", "2 hours ago" and days without a year are no dates. A date has
day, month and year, close to each other. Years count as they are written: of the Common Era, the Solar Hijri calendar
(with its months, or in a language that uses it), the Buddhist era (2400 to 2700), Reiwa and Minguo.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

from transforms.core.dates import parse_date
from transforms.core.months import MONTH_PHRASES, month_of, solar_month_of
from transforms.core.records import Dated

#: Longer texts are looked at so far.
MAX_LENGTH: Final = 300
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199
_BUDDHIST: Final = 543
#: Days of the arithmetic below before the first of January of the year 1, less one.
_SOLAR_EPOCH: Final = 356_033
_ENGLISH: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Languages whose countries count the years of the Solar Hijri calendar.
_SOLAR_LANGUAGES: Final = frozenset({"fa", "ps", "prs", "ckb", "ku"})
#: Where 3/4/2025 is the fourth of March.
_MONTH_FIRST: Final = frozenset({"en-us", "en-ph", "es-us", "fil-ph", "und-us", "und-ph"})
_FEWEST_DIGITS: Final = 5
_LONGEST_CONNECTOR: Final = 7
_GAP: Final = 3
#: What stands between the parts of a date.
_BETWEEN: Final = frozenset(" \t\u00a0.,،/-–'’،")

_TOKEN: Final = re.compile(
    r"\d+|[^\W\d_][^\s\d!-&(-,/:-@\[-`{-~،؛。、「」·•…–—«»“”„|.]*(?:[.׳॰][^\s\d!-/:-@\[-`{-~،؛。、「」·•…–—«»“”„|.]+)*[.׳॰]?"
)
_ERA: Final = re.compile(r"(令和|民國|民国)\s?(\d{1,3}|元)\s?年")
_YEAR_FIRST: Final = re.compile(
    r"(?<![\d/.-])(?P<year>\d{4})\s?(?P<by>[-/.年년])\s?(?P<month>\d{1,2})\s?(?:(?P=by)|月|월)\s?(?P<day>\d{1,2})"
    r"(?![\d/-])(?:\s?[日일.](?!\d))?"
)
_DAY_FIRST: Final = re.compile(
    r"(?<![\w/.-])(?P<one>\d{1,2})\s?(?P<by>[-/.])\s?(?P<two>\d{1,2})\s?(?P=by)\s?(?P<year>\d{4})(?![\d/-]|\.\d)"
)
_IN_WORDS: Final = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2}),?\s+(?:năm\s+)?(?P<year>\d{4})(?!\d)"
    r"|(?<!\d)(?P<year2>\d{4})\s+он[ыо]?\w{0,3}\s+(?P<month2>\d{1,2})-?р?\s+сар\w{0,4}\s+(?P<day2>\d{1,2})(?!\d)",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])(?:\s?[:h時시]\s?|:)(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?(?P<zone>\s?\(?(?:[+-]\d{2}:?\d{2}|(?:GMT|UTC)\s?[+-]\d{1,2}(?::\d{2})?|[A-Z]{2,5}\b|Z\b))?",
    re.IGNORECASE,
)
#: A clock stands no further from its date.
_NEAR: Final = 40


class _Day(NamedTuple):
    """A day and where it is written."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A date in a text."""

    dated: Dated  #: `raw` is what was read
    before: str  #: the text before it
    after: str  #: the text behind it, where more dates may stand


def written_date(text: str, *, language: str = "") -> Written | None:
    """The first date of a text; None where it has none.

    Args:
        text: one line; of a long one the first `MAX_LENGTH` characters.
        language: of the text, BCP 47, as far as it is known. Tells months of the same name apart, and days from months
            (03/04/2025 is a date in en-US and not in en).

    >>> written_date("Publicado el 5 de diciembre de 2025, 14:30", language="es").dated.at
    datetime.datetime(2025, 12, 5, 14, 30, tzinfo=datetime.timezone.utc)
    >>> [str(written_date(text).dated.at.date()) for text in ("۹ آذر ۱۴۰۴", "5 ธ.ค. 2568", "令和7年12月5日")]
    ['2025-11-30', '2025-12-05', '2025-12-05']
    """
    plain = _plain(text[:MAX_LENGTH])
    if sum(map(str.isdigit, plain)) < _FEWEST_DIGITS:
        return None
    found = _numeric(plain, language.lower()) or _named(plain, language.lower().partition("-")[0])
    if found is None:
        return None
    raw, clock = plain[found.start : found.end], _clock(plain, found)
    dated = parse_date(f"{found.day.isoformat()}{clock}")
    if dated.at is None:
        dated = parse_date(found.day.isoformat())
    return Written(dated=replace(dated, raw=raw.strip()), before=plain[: found.start].strip(), after=plain[found.end :])


def _plain(text: str) -> str:
    """Digits of ASCII, years of eras as years, months of one word; marks of direction are gone."""
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    text = " ".join(text.translate(_INVISIBLE).split())
    for phrase, english in MONTH_PHRASES.items():
        text = text.replace(phrase, english)
    return _ERA.sub(lambda m: f"{_year_of_era(m[1], 1 if m[2] == '元' else int(m[2]))}年", text)


_INVISIBLE: Final = {0x200B: None, 0x200E: None, 0x200F: None, 0xFEFF: None, 0x2066: None, 0x2067: None, 0x2069: None}


def _year_of_era(era: str, number: int) -> int:
    return number + (2018 if era == "令和" else 1911)


def _numeric(text: str, language: str) -> _Day | None:
    """A date in figures; one whose day and month may be exchanged is none, unless the language tells."""
    for found in _YEAR_FIRST.finditer(text):
        if day := _day(int(found["year"]), int(found["month"]), int(found["day"]), language):
            return _Day(day, *found.span())
    for found in _IN_WORDS.finditer(text):
        year, month, day_of_it = (int(found[part] or found[f"{part}2"]) for part in ("year", "month", "day"))
        if day := _day(year, month, day_of_it, language):
            return _Day(day, *found.span())
    for found in _DAY_FIRST.finditer(text):
        one, two, year = int(found["one"]), int(found["two"]), int(found["year"])
        is_said = found["by"] == "." or (language and language != "en")
        if one <= 12 and two <= 12 and one != two and not is_said:
            continue
        if language in _MONTH_FIRST or two > 12:
            one, two = two, one
        if day := _day(year, two, one, language):
            return _Day(day, *found.span())
    return None


def _named(text: str, language: str) -> _Day | None:
    """A date whose month has a name."""
    tokens = [(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]
    for at, (word, start, end) in enumerate(tokens):
        if word[0].isdigit():
            continue
        solar = solar_month_of(word)
        month = month_of(word, unless_weekday=True, language=language) or month_of(word, language=language)
        if not month and not solar:
            continue
        left, right = _number(text, tokens, at, -1), _number(text, tokens, at, 1)
        further = _number(text, tokens, right, 1) if right is not None else None
        before = _number(text, tokens, left, -1) if left is not None else None
        for year, day in ((right, left), (further, right), (left, right), (before, left)):
            if year is None or day is None or len(tokens[year][0]) != 4 or len(tokens[day][0]) > 2:
                continue
            found = _solar(int(tokens[year][0]), solar, int(tokens[day][0])) if solar else None
            if found is None and month:
                found = _day(int(tokens[year][0]), _ENGLISH.index(month) + 1, int(tokens[day][0]), language="")
            if found:
                return _Day(
                    found, min(start, tokens[year][1], tokens[day][1]), max(end, tokens[year][2], tokens[day][2])
                )
    return None


def _number(text: str, tokens: list[tuple[str, int, int]], at: int, step: int) -> int | None:
    """The number next to a token, perhaps behind one or two small words: "5th of", "5 de"."""
    for distance in (1, 2, 3):
        here = at + step * distance
        if not 0 <= here < len(tokens):
            return None
        one, other = sorted((tokens[here - step], tokens[here]), key=lambda token: token[1])
        gap = text[one[2] : other[1]]
        if len(gap) > _GAP or not _BETWEEN.issuperset(gap):
            return None
        word = tokens[here][0]
        if word[0].isdigit():
            return here
        if len(word) > _LONGEST_CONNECTOR or month_of(word):
            return None
    return None


def _day(year: int, month: int, day: int, language: str) -> date | None:
    if 1300 <= year < 1500 and language.partition("-")[0] in _SOLAR_LANGUAGES:
        return _solar(year, month, day)
    if 2400 <= year < 2700:
        year -= _BUDDHIST
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _solar(year: int, month: int, day: int) -> date | None:
    """A day of the Solar Hijri calendar, by its cycle of 33 years; right from 1243 to 1472.

    >>> _solar(1399, 12, 30), _solar(1400, 1, 1), _solar(1404, 9, 9)
    (datetime.date(2021, 3, 20), datetime.date(2021, 3, 21), datetime.date(2025, 11, 30))
    """
    if not (1243 <= year <= 1472 and 1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30)):
        return None
    before = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    shifted = year + 1595
    days = 365 * shifted + shifted // 33 * 8 + (shifted % 33 + 3) // 4 + before + day
    return date.fromordinal(days - _SOLAR_EPOCH)


def _clock(text: str, found: _Day) -> str:
    """The time beside a date, as ISO 8601 has it; empty: none."""
    for clock in _CLOCK.finditer(text):
        if clock.end() <= found.start and found.start - clock.end() <= _NEAR:
            return _said_clock(clock)
        if 0 <= clock.start() - found.end <= _NEAR:
            return _said_clock(clock)
    return ""


def _said_clock(clock: re.Match[str]) -> str:
    half = f" {clock['half']}m" if clock["half"] else ""
    second = f":{clock['second']}" if clock["second"] else ""
    return f"T{clock['hour']}:{clock['minute']}{second}{half} {(clock['zone'] or '').strip(' (')}"
