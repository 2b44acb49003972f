"""What a command that runs for long says on the way: lines for a person, or JSON lines.

    2026-03-01T12:00:03Z info     feed_asked       feed=https://news.example.org/rss outcome=fetched new=3
    {"time": "2026-03-01T12:00:03.214Z", "level": "info", "event": "feed_asked", "feed": …, "outcome": …, "new": 3}

One event is one line whatever stands in it: titles and addresses come from strangers, so nothing in them ends a line,
steers a terminal or looks like another fact. What libraries log is not of interest here and is not touched.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO

#: How lines are written.
Form = Literal["text", "json"]
Level = Literal["info", "warning", "error"]
#: What can be said of an event; None, "" and an empty mapping are not said. A mapping holds counts by name.
Fact = str | int | float | datetime | Mapping[str, int] | None

_LOGGER: Final = logging.getLogger("newsbeam")
_LOGGER.propagate = False
_LOGGER.addHandler(logging.NullHandler())
_LEVELS: Final[Mapping[Level, int]] = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
#: Longer values are cut.
_LONGEST: Final = 500
#: A value that can stand without quotes.
_PLAIN: Final = re.compile(r"[^\s\"=\\]+")


def set_up_logs(form: Form, stream: TextIO) -> None:
    """Write what is said to a stream from now on, instead of where it went before."""
    for handler in list(_LOGGER.handlers):
        _LOGGER.removeHandler(handler)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json() if form == "json" else _Text())
    _LOGGER.addHandler(handler)


def say(event: str, *, level: Level = "info", **facts: Fact) -> None:
    """Say that something happened, with what is known of it, in the order given.

    Goes out also where the logs of libraries are switched off as a whole; nowhere before `set_up_logs`.
    """
    record = _LOGGER.makeRecord(_LOGGER.name, _LEVELS[level], "", 0, event, (), None, extra={"facts": facts})
    _LOGGER.handle(record)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One line, at most about 120 columns where the facts are short."""
        said = " ".join(f"{name}={_quoted(value)}" for name, value in _facts(record))
        return f"{_time(record, 'seconds')} {record.levelname.lower():<8} {_clean(record.msg):<16} {said}".rstrip()


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One object in ASCII."""
        head = {"time": _time(record, "milliseconds"), "level": record.levelname.lower(), "event": record.msg}
        return json.dumps(head | {name: value for name, value in _facts(record, nested=True) if name not in head})


def _time(record: logging.LogRecord, precision: Literal["seconds", "milliseconds"]) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _facts(record: logging.LogRecord, *, nested: bool = False) -> Iterator[tuple[str, Any]]:
    """What is said of an event, values as they are printed; counts one by one, or nested."""
    facts: Mapping[str, Fact] = record.__dict__["facts"]
    for name, value in facts.items():
        if value is None or value == "" or value == {}:
            continue
        if isinstance(value, datetime):
            yield name, value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        elif isinstance(value, float):
            yield name, round(value, 3)
        elif isinstance(value, str):
            yield name, value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
        elif isinstance(value, Mapping) and not nested:
            yield from ((str(key), number) for key, number in value.items())
        else:
            yield name, value


def _quoted(value: object) -> str:
    """A value of a fact: in quotes where it could be taken for something else."""
    clean = _clean(str(value))
    if _PLAIN.fullmatch(clean) and clean == str(value):
        return clean
    return '"' + clean.replace('"', '\\"') + '"'


def _clean(text: str) -> str:
    r"""A text without what ends a line or steers a terminal: such characters as `\n`, `\x1b`, `\u202e`."""
    return "".join(
        each if each.isprintable() and each != "\\" else each.encode("unicode_escape").decode() for each in text
    )
