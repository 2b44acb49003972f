"""What a feed offers, how it behaves and what is wrong with it: `newsbeam feeds check`."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from pipeline.durations import said_duration
from pipeline.feedvisit import Visited, Visitor
from transforms.core.feedcheck import Examined
from transforms.core.polling import FeedHints, Outcome
from transforms.core.waits import fresh_s

_MOVED: Final = frozenset({301, 308})
_DAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """One feed, asked twice."""

    url: str
    fault: str = ""  #: why it is no usable feed; empty: it is one
    examined: Examined = field(default_factory=Examined)
    server: dict[str, Any] = field(default_factory=dict)  #: what its answers say
    redirects: tuple[tuple[int, str], ...] = ()  #: status, and where to
    again: str = ""  #: what came of asking a second time
    pages: str = ""  #: whether its articles' pages may be read
    troubles: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """For a person."""
        if self.fault:
            return [self.url, f"  no usable feed: {self.fault}", *(f"  - {each}" for each in self.troubles)]
        rows = [
            ("is", _quoted(self.examined)),
            ("entries", _entries(self.examined)),
            ("text", _texts(self.examined)),
            ("asks for", _wishes(self.examined.hints)),
            ("server", _server(self.server)),
            *(("redirect", f"{status} to {target}") for status, target in self.redirects),
            ("again", self.again),
            ("pages", self.pages),
        ]
        told = [f"  {name:<9}{said}" for name, said in rows if said]
        wrong = ["  wrong:", *(f"  - {each}" for each in self.troubles)] if self.troubles else ["  nothing wrong"]
        return [self.url, *told, *wrong]

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        seen = self.examined
        return {
            "url": self.url,
            "usable": not self.fault,
            "fault": self.fault,
            "form": seen.form,
            "title": seen.title,
            "entries": seen.entries,
            "whole": seen.whole,
            "summaries": seen.summaries,
            "ttl_s": seen.hints.ttl_s,
            "update_period_s": seen.hints.update_period_s,
            "skip_hours": list(seen.hints.skip_hours),
            "skip_days": list(seen.hints.skip_days),
            "newest_at": seen.newest_at.isoformat() if seen.newest_at else None,
            "oldest_at": seen.oldest_at.isoformat() if seen.oldest_at else None,
            "server": self.server,
            "redirects": [{"status": status, "to": target} for status, target in self.redirects],
            "again": self.again,
            "pages": self.pages,
            "troubles": list(self.troubles),
        }


async def check_feed(visitor: Visitor, url: str, *, headers: tuple[tuple[str, str], ...] = ()) -> FeedReport:
    """Ask for a feed, again with its validators, and for the page of its first entry; pauses are kept.

    Args:
        visitor: who asks.
        url: of the feed.
        headers: of the list, for this feed.
    """
    first = await visitor.ask(url, purpose="feed", headers=headers)
    hops = [each for each in first.requests if each.outcome is Outcome.REDIRECTED and each.status]
    report = FeedReport(
        url=url, redirects=tuple((each.status or 0, each.location) for each in hops), server=_said_by(first)
    )
    if not first.ok:
        return replace(report, fault=first.said)
    examined = visitor.examine(first)
    if examined.fault:
        return replace(report, fault=examined.fault, troubles=examined.troubles)
    again, trouble = await _asked_again(visitor, url, first, headers)
    pages, page_trouble = await _page(visitor, examined.first_url)
    moved = [f"moved for good to {each.location}" for each in hops if each.status in _MOVED]
    return replace(
        report,
        examined=examined,
        again=again,
        pages=pages,
        troubles=tuple(filter(None, (*moved, *examined.troubles, *_caching(first), trouble, page_trouble))),
    )


async def _asked_again(
    visitor: Visitor, url: str, first: Visited, headers: tuple[tuple[str, str], ...]
) -> tuple[str, str]:
    """What came of a conditional request, and what is wrong with it."""
    etag, modified = first.final.etag, first.final.last_modified
    second = await visitor.ask(url, purpose="feed", etag=etag, last_modified=modified, headers=headers)
    if second.final.outcome is Outcome.NOT_MODIFIED:
        return "304, nothing sent", ""
    if not second.ok:
        return second.said, f"asked a second time it answers: {second.said}"
    if second.final.body_hash != first.final.body_hash:
        return "sent whole, and changed", "" if not (etag or modified) else _changed(first, second)
    if not (etag or modified):
        return "sent whole, unchanged", ""
    return "sent whole, unchanged", "it has validators and does not heed them: every poll transfers the whole feed"


def _changed(first: Visited, second: Visited) -> str:
    same = (first.final.etag, first.final.last_modified) == (second.final.etag, second.final.last_modified)
    return "its body changes and its validators do not" if same else ""


def _caching(first: Visited) -> list[str]:
    if not (first.final.etag or first.final.last_modified):
        return ["neither ETag nor Last-Modified: every poll transfers the whole feed"]
    return []


async def _page(visitor: Visitor, url: str) -> tuple[str, str]:
    """Whether the page of an entry may be read and is there, and what is wrong."""
    if not url:
        return "", ""
    page = await visitor.ask(url, purpose="page")
    if page.final.outcome is Outcome.DISALLOWED:
        kept = "robots.txt keeps them for itself" if page.final.robots == "disallowed" else page.final.detail
        return f"{kept} ({url})", ""
    if not page.ok:
        return f"{page.said} ({url})", f"the page of its first entry: {page.said}"
    return f"robots.txt allows them; the first one is there ({len(page.body):,} bytes)", ""


def _said_by(visited: Visited) -> dict[str, Any]:
    final = visited.final
    return {
        "status": final.status,
        "http_version": final.http_version,
        "content_type": final.content_type,
        "bytes": final.bytes,
        "etag": final.etag,
        "last_modified": final.last_modified,
        "cache_control": final.cache_control,
        "fresh_s": fresh_s(final),
        "duration_ms": final.duration_ms,
    }


def _quoted(seen: Examined) -> str:
    return f"{seen.form}, “{seen.title}”" if seen.title else seen.form


def _entries(seen: Examined) -> str:
    if not (seen.newest_at and seen.oldest_at):
        return str(seen.entries)
    return f"{seen.entries}, from {seen.oldest_at:%Y-%m-%d %H:%M} to {seen.newest_at:%Y-%m-%d %H:%M} UTC"


def _texts(seen: Examined) -> str:
    bare = seen.entries - seen.whole - seen.summaries
    parts = ((seen.whole, "whole"), (seen.summaries, "cut short or a summary"), (bare, "without text"))
    return ", ".join(f"{count} {what}" for count, what in parts if count)


def _wishes(hints: FeedHints) -> str:
    """When it wishes to be asked."""
    parts = (
        f"ttl {said_duration(hints.ttl_s)}" if hints.ttl_s else "",
        f"update period {said_duration(hints.update_period_s)}" if hints.update_period_s else "",
        f"no requests at {', '.join(map(str, hints.skip_hours))} h UTC" if hints.skip_hours else "",
        f"no requests on {', '.join(_DAYS[day] for day in hints.skip_days)}" if hints.skip_days else "",
    )
    return ", ".join(filter(None, parts))


def _server(said: dict[str, Any]) -> str:
    validators = [name for name, key in (("ETag", "etag"), ("Last-Modified", "last_modified")) if said[key]]
    fresh = f"fresh for {said_duration(said['fresh_s'])}" if said["fresh_s"] else ""
    size = f"{said['bytes']:,} bytes in {said['duration_ms']:,} ms"
    return ", ".join(filter(None, (said["http_version"], size, *validators, fresh)))
