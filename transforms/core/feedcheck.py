"""What a feed document offers, and what is wrong with it, for a person who considers it.

Does no I/O and knows no clock. Looks closer than a reader does: what a reader forgives is told here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from transforms.core.charsets import characters, label_of
from transforms.core.decode import canonical_charset
from transforms.core.entries import WithoutText
from transforms.core.errors import Refused
from transforms.core.exchange import Exchange
from transforms.core.feedmarkup import harmless
from transforms.core.polling import FeedHints
from transforms.core.received import entries_of
from transforms.core.records import Item, Rejected
from transforms.core.survey import survey_exchange

#: A date so far ahead is no matter of clocks that differ.
_AHEAD: Final = timedelta(minutes=10)
_SHOWN: Final = 120
_FORMS: Final = {"rss": "RSS", "atom": "Atom", "rdf": "RDF", "json": "JSON Feed", "sitemap": "news sitemap"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a document offers. `fault` not empty: it is no feed, and nothing else is said."""

    fault: str = ""  #: what it is instead
    form: str = ""  #: "RSS", "Atom", "RDF", "JSON Feed", "news sitemap"
    title: str = ""
    entries: int = 0
    whole: int = 0  #: entries taken for the whole article
    summaries: int = 0  #: entries with a text that is not; their pages are asked for
    hints: FeedHints = field(default_factory=FeedHints)
    newest_at: datetime | None = None
    oldest_at: datetime | None = None
    first_url: str = ""  #: of the first entry that has an address
    troubles: tuple[str, ...] = ()  #: what is wrong with it, one line each


def examine(exchange: Exchange, now: datetime) -> Examined:
    """Look at a document that came from an address, as polling will.

    Args:
        exchange: what came; its address is where it is asked.
        now: dates later than this are in the future.
    """
    survey = survey_exchange(exchange)
    if survey.fault:
        return Examined(fault=survey.fault)
    found = list(entries_of(exchange))
    unread = [each for each in found if isinstance(each, Rejected) and not isinstance(each, WithoutText)]
    items = [item for each in found if (item := _item_of(each)) is not None]
    dates = [item.published.at for item in items if item.published.at and item.published.at <= now + _AHEAD]
    whole = sum(entry.has_text for entry in survey.entries)
    troubles = (
        *_sent(exchange.content_type),
        *_labels(exchange),
        *(_damage(exchange) if survey.form != "json" else ()),
        *(f"an entry that cannot be read: {each.detail}" for each in unread[:3]),
        *_entry_troubles(items, now),
        *(_relative(exchange) if survey.form not in {"json", "sitemap"} else ()),
    )
    return Examined(
        form=_FORMS[survey.form],
        title=survey.title or next(iter(Counter(item.source for item in items)), ""),
        entries=len(found),
        whole=whole,
        summaries=sum(bool(item.text) for item in items) - whole,
        hints=survey.hints,
        newest_at=max(dates, default=None),
        oldest_at=min(dates, default=None),
        first_url=next((item.url for item in items if item.url), ""),
        troubles=troubles,
    )


def _item_of(found: Item | Rejected) -> Item | None:
    if isinstance(found, WithoutText):
        return found.item
    return None if isinstance(found, Rejected) else found


def _sent(content_type: str) -> Iterator[str]:
    if not content_type:
        yield "the server does not say what it sends (no Content-Type)"
    elif content_type not in _GOOD_TYPES:
        yield f"sent as {content_type[:_SHOWN]}, which is no feed's type"


def _labels(exchange: Exchange) -> Iterator[str]:
    """What the labels of the encoding say, against each other and against the bytes."""
    body, charset = exchange.body, exchange.charset
    inside = label_of(body)
    sent, own = canonical_charset(charset), canonical_charset(inside)
    if sent and own and sent != own:
        yield f"the server says it is in {charset}, the document {inside}"
    label = sent or own or "utf-8"
    try:
        body.decode(label)
    except (UnicodeDecodeError, LookupError):
        yield f"not in {label}, as it is said to be"


def _damage(exchange: Exchange) -> Iterator[str]:
    """Where a strict parser stops."""
    try:
        written = characters(exchange.body, declared=exchange.charset)
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


def _entry_troubles(items: Sequence[Item], now: datetime) -> Iterator[str]:
    if not items:
        yield "has no entries"
        return
    dates = [item.published for item in items]
    yield from _counted("without a date", (not date.raw for date in dates))
    yield from _counted("with a date that cannot be read", (bool(date.raw) and date.at is None for date in dates))
    yield from _counted("with a date in the future", (bool(date.at and date.at > now + _AHEAD) for date in dates))
    yield from _counted("without a link", (not item.url for item in items))
    yield from _repeated("id", (item.item_id for item in items))
    yield from _repeated("link", (item.url for item in items))


def _counted(what: str, which: Iterable[bool]) -> Iterator[str]:
    counted = Counter(which)
    if count := counted[True]:
        yield f"{count if counted[False] else 'all'} entries {what}" if count > 1 else f"an entry {what}"


def _repeated(what: str, values: Iterable[str]) -> Iterator[str]:
    repeated = [value for value, count in Counter(filter(None, values)).items() if count > 1]
    if repeated:
        yield f"entries that have the same {what}: {_line(repeated[0])}" + (
            f" and {len(repeated) - 1} more" if len(repeated) > 1 else ""
        )


def _relative(exchange: Exchange) -> Iterator[str]:
    text = characters(exchange.body, declared=exchange.charset)
    links = [found[1] or found[2] for found in _LINK.finditer(text)]
    relative = [link for link in links if not _SCHEME.match(link)]
    if relative:
        yield f"links that are not whole addresses: {_line(relative[0])}"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
