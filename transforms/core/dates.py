"""Dates as wires, feeds and pages write them, with how exact they are.

Does no I/O and never asks the clock. Epochs and the ISO 8601 family are read here. Everything else is put into English
(months), relieved of what is no date (weekday names, right or wrong, and other words) and of its zone, and given to
dateutil twice: with two sets of default values that differ in every part, and with the day and the month read in both
orders. Only the parts on which both answers agree are facts; so a part that is not written is never filled in, and
03/04/2018 is known to the year.

A time without a zone is taken as UTC; so is one with a zone name nobody can resolve (IST is three zones).
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

from dateutil import parser as dateutil_parser

from transforms.core.months import MONTH_PHRASES, month_of
from transforms.core.records import Dated, Precision

#: Longer than any date; what is longer is refused unread.
MAX_LENGTH: Final = 160
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200

_EPOCH: Final = re.compile(r"-?(\d{9,10}|\d{13})(?:\.\d{1,9})?")
_ISO: Final = re.compile(
    r"(?P<year>\d{4})(?:(?P<dash>[-/.])(?P<month>\d{1,2})(?:(?P=dash)(?P<day>\d{1,2}))?"
    r"|(?P<month2>\d{2})(?P<day2>\d{2})|-?W(?P<week>\d{2})(?:-?(?P<weekday>[1-7]))?)?"
    r"(?P<rest>(?:T|\s|(?<=\d{8})(?=\d{4,6}\b)|Z|$).*)",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(
    r"[T\s,]*(?P<hour>\d{1,2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"\s?(?P<half>[ap]\.?m\.?)?(?P<zone>.*)",
    re.IGNORECASE,
)
_CJK: Final = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日일])?")
_DAY_FIRST: Final = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_TIME: Final = re.compile(
    r"\b\d{1,2}(?::\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[ap]\.?m\b\.?)?|\s?[ap]\.?m\b\.?)", re.IGNORECASE
)
_FRENCH_HOUR: Final = re.compile(r"\b(\d{1,2})\s?h\s?(\d{2})\b")
_OFFSET: Final = re.compile(r"(?:GMT|UTC?)?\s*([+-])\s?(\d{1,2})(?::?(\d{2}))?(?!\d)", re.IGNORECASE)
_ZONE_WORD: Final = re.compile(r"[A-Za-z]{1,5}\b")
_COMMENT: Final = re.compile(r"\([^()]*\)")
_WORD: Final = re.compile(r"[^\W\d_]+\.?")
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|º|ª|°|\.)(?!\w)", re.IGNORECASE)

#: Hours east of Greenwich of the zone names that mean one thing; military letters are read as UTC (RFC 2822).
_ZONES: Final = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "bst": 1, "west": 1, "cet": 1, "met": 1, "mez": 1,
    "cest": 2, "mest": 2, "mesz": 2, "sast": 2, "eet": 2, "eest": 3, "msk": 3, "trt": 3, "eat": 3, "msd": 4, "pkt": 5,
    "wib": 7, "hkt": 8, "sgt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "brt": -3, "art": -3,
}  # fmt: skip
_HALF_DAY: Final = frozenset({"am", "pm", "a.m", "p.m", "a", "p", "m"})
#: What dateutil raises at text that is no date.
_UNREADABLE: Final = (ValueError, OverflowError, TypeError, AttributeError, IndexError)
#: No part of the one is a part of the other.
_ONE, _OTHER = datetime(1904, 1, 1, 0, 0, 0), datetime(1908, 2, 2, 1, 1, 1)  # noqa: DTZ001  default values, not times


class _Centuries(dateutil_parser.parserinfo):
    """Two-digit years by RFC 2822 (49 is 2049, 50 is 1950); dateutil would ask the clock."""

    def convertyear(self, year: int, century_specified: bool = False) -> int:
        if century_specified or year >= 100:
            return year
        return year + (2000 if year < 50 else 1900)


_PARSER: Final = dateutil_parser.parser(_Centuries())


def parse_date(raw: str, *, taken_from: str = "") -> Dated:
    """Read a date, in UTC, with the precision that is written.

    Args:
        raw: as written; more than `MAX_LENGTH` characters are no date and are cut in the answer.
        taken_from: where it stood, e.g. "rss pubDate"; travels with a date that was found.

    Returns:
        `at` is None where there is no date, an impossible one (31 February) or an implausible one (before 1900, after
        2200); `raw` is kept always.
    """
    if len(raw) > MAX_LENGTH:
        return Dated(raw=raw[:MAX_LENGTH])
    text = _plain(raw)
    if not any(c.isdigit() for c in text):
        return Dated(raw=raw)
    try:
        at, precision = _epoch(text) or _iso(text) or _human(text)
    except _UNREADABLE:
        return Dated(raw=raw)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return Dated(raw=raw)
    return Dated(at=at, precision=precision, raw=raw, taken_from=taken_from)


def _plain(raw: str) -> str:
    r"""One line, digits and signs of ASCII.

    >>> _plain(" ١٤\n سبتمبر")
    '14 سبتمبر'
    """
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in raw)
    return " ".join(digits.translate({0x2212: "-", 0x200E: None, 0x200F: None, 0xFEFF: None}).split())


def _epoch(text: str) -> tuple[datetime, Precision] | None:
    found = _EPOCH.fullmatch(text)
    if found is None:
        return None
    value = float(text)
    return _utc(value / 1000 if len(found[1]) == 13 else value), "second"


def _utc(seconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _iso(text: str) -> tuple[datetime, Precision] | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, rest = int(found["year"]), found["rest"]
    month, day = found["month"] or found["month2"], found["day"] or found["day2"]
    if found["week"]:
        start = datetime.fromisocalendar(year, int(found["week"]), int(found["weekday"] or 1)).replace(tzinfo=UTC)
        day = found["weekday"]
    else:
        start = datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)
    if not rest.strip(" Zz"):
        return start, "day" if day else "month" if month else "year"
    clock = _CLOCK.fullmatch(rest)
    if clock is None or not day:
        return None
    return _at_clock(start, clock)


def _at_clock(day: datetime, clock: re.Match[str]) -> tuple[datetime, Precision]:
    hour, minute, second = int(clock["hour"]), int(clock["minute"] or 0), int(clock["second"] or 0)
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"][0] in "pP" else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError(clock[0])
    shift = _zone(clock["zone"])[0]
    if shift is None:
        return day, "day"
    micros = int((clock["fraction"] or "0").ljust(6, "0")[:6])
    at = day + timedelta(hours=hour, minutes=minute, seconds=min(second, 59), microseconds=micros) - shift
    return at, "second" if clock["second"] else "minute"


def _zone(text: str) -> tuple[timedelta | None, str]:
    """The zone a text begins with, and what follows it; None: an offset that no place on Earth has.

    >>> _zone(" +02:30 (CEST)")
    (datetime.timedelta(seconds=9000), ' (CEST)')
    >>> _zone("EST 2004")
    (datetime.timedelta(days=-1, seconds=68400), ' 2004')
    """
    text = text.lstrip(" ,;.")
    if offset := _OFFSET.match(text):
        shift = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        rest = text[offset.end() :]
        if shift > timedelta(hours=15):
            return None, rest
        return (shift if offset[1] == "+" else -shift), rest
    if word := _ZONE_WORD.match(text):
        name = word[0].lower()
        if name in _ZONES or (len(name) == 1 and word[0].isupper()):
            return timedelta(hours=_ZONES.get(name, 0)), text[word.end() :]
    return timedelta(0), text


def _human(text: str) -> tuple[datetime, Precision]:
    text = _CJK.sub(lambda m: f"{m[1]}-{m[2]}-{m[3]} " if m[3] else f"{m[1]}-{m[2]} ", text).strip()
    text = _DAY_FIRST.sub(r"\3-\2-\1", text)
    if again := _iso(text):
        return again
    shift: timedelta | None = timedelta(0)
    text = _FRENCH_HOUR.sub(r"\1:\2", _COMMENT.sub(" ", text))
    if time := _TIME.search(text):
        shift, after = _zone(text[time.end() :])
        text = f"{_english(text[: time.start()])} {time[0].replace('.m', 'm').replace(',', '.')} {_english(after)}"
    else:
        text = _english(text)
    one = _PARSER.parse(text, default=_ONE, dayfirst=False, ignoretz=True)
    other = _PARSER.parse(text, default=_OTHER, dayfirst=True, ignoretz=True)
    at, precision = _agreed(one, other)
    if precision in {"minute", "second"}:
        if shift is None:
            return at.replace(hour=0, minute=0, second=0, microsecond=0), "day"
        at -= shift
    return at, precision


def _english(text: str) -> str:
    """The month in English, no other words."""
    for phrase, english in MONTH_PHRASES.items():
        text = text.replace(phrase, english)
    words = _WORD.findall(text)
    months = [month for word in words if (month := month_of(word))]
    if len(months) > 1:  # "mar. 14 sept. 2018": one of them is a weekday
        months = [month for word in words if (month := month_of(word, unless_weekday=True))]
    keep = months[0] if len(set(months)) == 1 else ""
    text = _ORDINAL.sub(" ", text)
    return " ".join(_WORD.sub(lambda m: f" {keep} " if keep and month_of(m[0]) == keep else " ", text).split()).strip(
        " ,;"
    )


def _agreed(one: datetime, other: datetime) -> tuple[datetime, Precision]:
    """The parts on which two readings agree, from the year down."""
    if one.year != other.year:
        raise ValueError("no year")
    start = datetime(one.year, 1, 1, tzinfo=UTC)
    if one.month != other.month:
        return start, "year"
    if one.day != other.day:
        return start.replace(month=one.month), "month"
    start = start.replace(month=one.month, day=one.day)
    if one.hour != other.hour:
        return start, "day"
    minute = one.minute if one.minute == other.minute else 0
    if one.second != other.second:
        return start.replace(hour=one.hour, minute=minute), "minute"
    return one.replace(tzinfo=UTC), "second"
