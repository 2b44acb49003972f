"""What the commands of the feed list print; nothing that a server or a file says moves the cursor."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.feedfind import Found
    from pipeline.feedlist import FeedList
    from transforms.core.polling import FeedSettings

#: Of the other feeds that a site names, so many are told.
_OTHERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command has to tell."""

    told: tuple[str, ...]
    said: dict[str, Any]

    def lines(self) -> list[str]:
        """For a person."""
        return [plain(line) for line in self.told]

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return self.said


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that a person can do something about into lines and an exit code; libraries log nothing.

    Lighter than `pipeline.errors`, which knows every part of a run.
    """
    from pipeline.feedlist import FeedListError

    logging.disable(logging.CRITICAL)
    try:
        yield
    except FeedListError as error:
        for fault in error.faults:
            complain(fault)
        sys.exit(2)
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        sys.exit(1)


def added(found: "Found", *, is_new: bool) -> Said:
    """The feed that was added, and what else its site has."""
    seen = found.examined
    what = ", ".join(filter(None, (seen.form, f"“{seen.title}”" if seen.title else "", counted(seen.entries, "entry"))))
    first = f"added {found.url} ({what})" if is_new else f"{found.url} is in the list already"
    others = [f"  also there: {each.url}{f' ({each.title})' if each.title else ''}" for each in found.others[:_OTHERS]]
    return Said(told=(first, *others), said={})


def listed(current: "FeedList") -> Said:
    """The list; of headers the names only, their values are secrets."""
    lines = [line for feed in current.feeds for line in (feed.url, *_settings(feed))]
    folders = [
        f"{folder.path} (a folder{f'; handled files go to {folder.move_to}' if folder.move_to else ''})"
        for folder in current.folders
    ]
    said = {
        "feeds": [
            {
                "url": feed.url,
                "source": feed.source,
                "interval_s": feed.interval_s,
                "language": feed.language,
                "full_text": feed.full_text,
                "ignore_http_cache": feed.ignore_http_cache,
                "headers": [name for name, _ in feed.headers],
            }
            for feed in current.feeds
        ],
        "folders": [
            {
                "path": str(folder.path),
                "settle_s": folder.settle_s,
                "move_to": str(folder.move_to) if folder.move_to else None,
            }
            for folder in current.folders
        ],
    }
    nothing = () if lines or folders else ("the list is empty",)
    return Said(told=(*lines, *folders, *nothing), said=said)


def _settings(feed: "FeedSettings") -> list[str]:
    """What is set for a feed, on one line; the values of headers are secrets."""
    from pipeline.durations import said_duration

    said = (
        feed.source and f"“{feed.source}”",
        feed.interval_s and f"every {said_duration(feed.interval_s)} at most",
        feed.language,
        {"auto": "", "never": "no full text", "always": "full text of every entry"}[feed.full_text],
        feed.ignore_http_cache and "HTTP cache ignored",
        feed.headers and f"headers {', '.join(name for name, _ in feed.headers)}",
    )
    line = ", ".join(str(each) for each in said if each)
    return [f"    {line}"] if line else []


def counted(count: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "entry"), counted(2, "entry"), counted(0, "feed")
    ('1 entry', '2 entries', '0 feeds')
    """
    many = what[:-1] + "ies" if what.endswith("y") else what + "s"
    return f"{count} {what if count == 1 else many}"


def complain(line: str) -> None:
    """Say on standard error what went wrong, and go on."""
    sys.stderr.write(f"newsbeam: {plain(line)}\n")


def plain(line: str) -> str:
    """Without what moves the cursor or colours the screen."""
    return "".join(char if char.isprintable() else " " for char in line)
