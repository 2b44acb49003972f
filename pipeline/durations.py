"""Durations as people write them: seconds, or a text such as "15m", "1h 30m", "2d". Does no I/O."""

import math
import re
from typing import Final

#: Longer than anybody waits for anything here.
MAX_DURATION_S: Final = 366 * 86_400
#: What a message offers instead of something that is no duration.
EXAMPLES: Final = 'a number of seconds or a text such as "90s", "15m", "1h" or "2d"'
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PART: Final = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([smhdw])\s*", re.IGNORECASE)
_SECONDS: Final = re.compile(r"\s*\d{1,9}(?:\.\d{1,6})?\s*")


def duration_s(said: object) -> float:
    """The seconds that a number or a text means.

    Raises:
        ValueError: no duration, a negative one, or one of more than a year.

    >>> duration_s("1h 30m"), duration_s("15m"), duration_s(90), duration_s("0.5s")
    (5400.0, 900.0, 90.0, 0.5)
    """
    seconds = _seconds(said)
    if not 0 <= seconds <= MAX_DURATION_S:
        raise ValueError(f"not a duration: {said!r}")
    return seconds


def _seconds(said: object) -> float:
    if isinstance(said, int | float) and not isinstance(said, bool):
        return min(float(said), math.inf) if said < 1e18 else math.inf
    if not isinstance(said, str) or len(said) > 100:
        return math.nan
    if _SECONDS.fullmatch(said):
        return float(said)
    total, position = 0.0, 0
    while found := _PART.match(said, position):
        total, position = total + float(found[1]) * _UNITS[found[2].lower()], found.end()
    return total if position and position == len(said) else math.nan


def said_duration(seconds: float) -> str:
    """A duration as a person writes it; `duration_s` reads it back.

    >>> said_duration(900), said_duration(5400), said_duration(172_800), said_duration(0), said_duration(0.5)
    ('15m', '1h 30m', '2d', '0s', '0.5s')
    """
    whole, rest = divmod(seconds, 1)
    parts, left = [], int(whole)
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    if left or rest or not parts:
        parts.append(f"{left + round(rest, 6):g}s")
    return " ".join(parts)
