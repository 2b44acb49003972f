"""What the commands of the feed list print; nothing that a server or a file says moves the cursor."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.wording import counted

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


def added(found: "Found", *, is_new: bool) -> Said:
    """The feed that was added, and what else its site has."""
    seen = found.examined
    what = ", ".join(
        filter(None, (seen.form, f"“{seen.title}”" if seen.title else "", counted(seen.entries, "entry", "entries")))
    )
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


def plain(line: str) -> str:
    """Without what moves the cursor or colours the screen."""
    return "".join(char if char.isprintable() else " " for char in line)
