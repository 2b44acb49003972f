"""What a feed document offers, and what is wrong with it, for a person who considers it.

Does no I/O and knows no clock. Looks closer than a reader does: what a reader forgives is told here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from transforms.core.charsets import characters, label_of
from transforms.core.decode import canonical_charset
from transforms.core.entries import Entry
from transforms.core.errors import Refused
from transforms.core.feed import read_feed
from transforms.core.feedmarkup import harmless
from transforms.core.jsonfeed import read_jsonfeed
from transforms.core.records import Dated, Item, Reason, Rejected
from transforms.core.sitemap import sitemap_entries
from transforms.core.sniff import HEAD_BYTES, Kind, Sniffed, sniff

#: A date so far ahead is no matter of clocks that differ.
_AHEAD: Final = timedelta(minutes=10)
_SHOWN: Final = 120
_RSS: Final = re.compile(r"<(?:\w{1,20}:)?(?P<root>rss|feed|rdf|channel|entry)[\s>]", re.IGNORECASE)
_FORMS: Final = {"rss": "RSS", "channel": "RSS", "feed": "Atom", "entry": "Atom", "rdf": "RDF"}
_LINK: Final = re.compile(
    r"<link>\s{0,200}(?:<!\[CDATA\[)?\s{0,200}([^<>\s]{1,500})|<link\s[^<>]{0,1000}?href\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,500})",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
#: What a feed should be sent as; others are what servers say of files they do not know.
_GOOD_TYPES: Final = frozenset({
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml",
    "application/feed+json", "application/json",
})  # fmt: skip
_NO_FEED: Final = {
    Kind.EMPTY: "nothing",
    Kind.HTML: "a web page",
    Kind.TEXT: "plain text",
    Kind.JSON: "JSON",
    Kind.JSON_LINES: "JSON",
    Kind.XML: "other XML",
    Kind.BINARY: "no text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a document offers. `fault` not empty: it is no feed, and nothing else is said."""

    fault: str = ""  #: what it is instead
    form: str = ""  #: "RSS", "Atom", "RDF", "JSON Feed", "news sitemap"
    title: str = ""
    entries: int = 0
    contents: int = 0  #: entries that carry a text of their own
    summaries: int = 0  #: entries that carry a summary
    newest_at: datetime | None = None
    oldest_at: datetime | None = None
    first_url: str = ""  #: of the first entry that has an address
    troubles: tuple[str, ...] = ()  #: what is wrong with it, one line each


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An entry as far as it is looked at."""

    url: str
    item_id: str
    source: str
    text_from: str  #: "content", "summary"; empty: it has no text
    published: Dated


def examine(body: bytes, *, url: str, content_type: str = "", charset: str = "", now: datetime) -> Examined:
    """Look at a document that came from an address.

    Args:
        body: unpacked.
        url: where it came from.
        content_type: as the transport said it, without parameters, in lower case; empty: not said.
        charset: the same.
        now: dates later than this are in the future.
    """
    sniffed = sniff(body.lstrip()[:HEAD_BYTES])
    if sniffed.form not in {Kind.FEED, Kind.JSON_FEED, Kind.NEWS_SITEMAP}:
        return Examined(fault=f"{_named(sniffed)}, not a feed")
    found = list(_entries(body, sniffed.form, url, charset))
    unread = [each for each in found if isinstance(each, Rejected) and each.reason is not Reason.NO_TEXT]
    if len(found) == len(unread) == 1 and unread[0].origin == "feed":
        return Examined(fault=unread[0].detail)
    told = [_told(each) for each in found if each not in unread]
    dates = [each.published.at for each in told if each.published.at and each.published.at <= now + _AHEAD]
    troubles = (
        *_sent(content_type),
        *_labels(body, sniffed.form, charset),
        *(_damage(body, charset) if sniffed.form is not Kind.JSON_FEED else ()),
        *(f"an entry that cannot be read: {each.detail}" for each in unread[:3]),
        *_entry_troubles(told, now),
        *(_relative(body, charset) if sniffed.form is Kind.FEED else ()),
    )
    return Examined(
        form=_form(body, sniffed.form, charset),
        title=next(iter(Counter(each.source for each in told if each.source).most_common(1)), ("", 0))[0],
        entries=len(found),
        contents=sum(each.text_from == "content" for each in told),
        summaries=sum(each.text_from == "summary" for each in told),
        newest_at=max(dates, default=None),
        oldest_at=min(dates, default=None),
        first_url=next((each.url for each in told if each.url), ""),
        troubles=troubles,
    )


def _named(sniffed: Sniffed) -> str:
    return sniffed.detail or _NO_FEED.get(sniffed.form, str(sniffed.form))


def _entries(body: bytes, form: Kind, url: str, charset: str) -> Iterator[Item | Entry | Rejected]:
    if form is Kind.FEED:
        return read_feed(body, origin="feed", url=url, declared=charset)
    if form is Kind.JSON_FEED:
        return read_jsonfeed(body, origin="feed", url=url)
    return sitemap_entries(body, origin="feed", url=url)


def _told(found: Item | Entry | Rejected) -> _Told:
    match found:
        case Item():
            return _Told(
                url=found.url,
                item_id=found.item_id,
                source=found.source,
                text_from=found.text_from,
                published=found.published,
            )
        case Entry():
            return _Told(
                url=found.url, item_id=found.item_id, source=found.source, text_from="", published=found.published
            )
        case _:
            return _Told(url=found.url, item_id="", source=found.source, text_from="", published=Dated(raw="?"))


def _form(body: bytes, form: Kind, charset: str) -> str:
    if form is Kind.JSON_FEED:
        return "JSON Feed"
    if form is Kind.NEWS_SITEMAP:
        return "news sitemap"
    found = _RSS.search(characters(body, declared=charset))
    return _FORMS[found["root"].lower()] if found else "RSS"


def _sent(content_type: str) -> Iterator[str]:
    if not content_type:
        yield "the server does not say what it sends (no Content-Type)"
    elif content_type not in _GOOD_TYPES:
        yield f"sent as {content_type[:_SHOWN]}, which is no feed's type"


def _labels(body: bytes, form: Kind, charset: str) -> Iterator[str]:
    """What the labels of the encoding say, against each other and against the bytes."""
    inside = label_of(body) if form is not Kind.JSON_FEED else ""
    sent, own = canonical_charset(charset), canonical_charset(inside)
    if sent and own and sent != own:
        yield f"the server says it is in {charset}, the document {inside}"
    label = sent or own or "utf-8"
    try:
        body.decode(label)
    except (UnicodeDecodeError, LookupError):
        yield f"not in {label}, as it is said to be"


def _damage(body: bytes, charset: str) -> Iterator[str]:
    """Where a strict parser stops."""
    try:
        written = characters(body, declared=charset)
        text = harmless(written)
    except Refused as refused:
        yield refused.detail
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        taken = written.count("\n") - text.count("\n")
        for first in parser.error_log[:1]:
            yield f"not well-formed: line {first.line + taken}: {_line(first.message)}"


def _entry_troubles(told: Sequence[_Told], now: datetime) -> Iterator[str]:
    if not told:
        yield "has no entries"
        return
    yield from _counted(told, "without a date", (not each.published.raw for each in told))
    yield from _counted(
        told,
        "with a date that cannot be read",
        (bool(each.published.raw) and each.published.raw != "?" and each.published.at is None for each in told),
    )
    ahead = (each.published.at is not None and each.published.at > now + _AHEAD for each in told)
    yield from _counted(told, "with a date in the future", ahead)
    yield from _counted(told, "without a link", (not each.url for each in told))
    yield from _repeated("id", (each.item_id for each in told))
    yield from _repeated("link", (each.url for each in told))


def _counted(told: Sequence[_Told], what: str, which: Iterable[bool]) -> Iterator[str]:
    if count := sum(which):
        yield f"{'all' if count == len(told) else count} entries {what}" if count > 1 else f"an entry {what}"


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    repeated = [value for value, count in Counter(filter(None, values)).items() if count > 1]
    if repeated:
        yield f"entries that have the same {what}: {_line(repeated[0])}" + (
            f" and {len(repeated) - 1} more" if len(repeated) > 1 else ""
        )


def _relative(body: bytes, charset: str) -> Iterator[str]:
    links = [found[1] or found[2] for found in _LINK.finditer(characters(body, declared=charset))]
    relative = [link for link in links if not _SCHEME.match(link)]
    if relative:
        yield f"links that are not whole addresses: {_line(relative[0])}"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
