"""RSS 0.9 to 2.0, RDF and Atom, as they are found, to items.

Does no I/O. feedparser reads them, from bytes that were made harmless before (it expands entities, and asks whatever
character detector is installed): UTF-8, without DOCTYPE. A feed that is not well-formed is counted: where it opens more
entries than feedparser gave, each is cut out and read by itself, so one damaged entry costs itself.
"""

import io
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urljoin

import feedparser

from transforms.core.charsets import characters
from transforms.core.dates import parse_date
from transforms.core.entries import Entry, deliver, distinct, line_of
from transforms.core.errors import Refused, rejected
from transforms.core.feedmarkup import Marked, harmless, mark_entries
from transforms.core.records import Dated, Item, Reason, Rejected, Stage

_EXTRACTOR: Final = f"feedparser/{version('feedparser')} fragment/1"
#: What feedparser raises at markup that it did not foresee.
_UNFORESEEN: Final = (ValueError, OverflowError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)
#: As much of what stands before the first entry as goes with each entry that is read by itself.
_MAX_HEADER: Final = 8_000

#: What an entry must stand in to be read; what else stands before the first entry may be damaged.
_CONTAINER: Final = re.compile(r"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:rss|rdf|feed|channel)(?=[\s>])[^<>]*>", re.IGNORECASE)

_Found = dict[str, Any]


def read_feed(
    data: bytes, *, origin: str, url: str = "", declared: str = "", raw_address: str = ""
) -> Iterator[Item | Rejected]:
    """Each entry of a feed, in the feed's order, as one delivery.

    Args:
        data: the document.
        origin: its name; entries are `origin#1`, `origin#2`…
        url: where it was fetched from; relative addresses are resolved against xml:base, the feed's link, this.
        declared: the encoding that came with it.
        raw_address: where its bytes lie.

    Yields:
        An `Item` per entry with text; `Rejected` for one without (no_text), one that is cut in the middle (truncated)
        or cannot be parsed (corrupt); one `Rejected` (not_a_feed, hostile_markup, undecodable) for a document that is
        not read at all.
    """
    try:
        text = harmless(characters(data, declared=declared))
    except Refused as unread:
        yield rejected(unread, origin=origin, raw_address=raw_address)
        return
    marked = mark_entries(text)
    parsed = _parse(text)
    entries = parsed.get("entries", [])
    if not entries and not marked.starts and not parsed.get("version"):
        refused = Refused(Stage.PARSE, Reason.NOT_A_FEED, "neither RSS nor RDF nor Atom")
        yield rejected(refused, origin=origin, raw_address=raw_address, excerpt=" ".join(text[:400].split()))
        return
    shared = _shared(parsed, origin, url, raw_address)
    if len(marked.starts) > len(entries):
        deliveries = _one_by_one(text, marked, shared)
    else:
        deliveries = (_delivery(entry, shared, number) for number, entry in enumerate(entries, 1))
    last = max(len(marked.starts), len(entries)) if marked.is_cut(text) else 0
    for number, delivery in enumerate(deliveries, 1):
        yield _cut(delivery) if number == last and isinstance(delivery, Rejected) else delivery


def _parse(text: str) -> _Found:
    """What feedparser makes of a document; empty where it fails."""
    try:
        found: _Found = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except _UNFORESEEN:
        return {}
    return found


def _one_by_one(text: str, marked: Marked, shared: Entry) -> Iterator[Item | Rejected]:
    header = "".join(_CONTAINER.findall(text[: min(marked.starts[0], _MAX_HEADER)]))
    for index in range(len(marked.starts)):
        entries = _parse(header + marked.piece(text, index)).get("entries", [])
        if entries:
            yield _delivery(entries[0], shared, index + 1)
        else:
            refused = Refused(Stage.PARSE, Reason.CORRUPT, "the entry cannot be parsed")
            yield rejected(
                refused, origin=f"{shared.origin}#{index + 1}", source=shared.source, raw_address=shared.raw_address
            )


def _cut(delivery: Rejected) -> Rejected:
    refused = Refused(Stage.PARSE, Reason.TRUNCATED, "the feed ends in the middle of this entry")
    return rejected(
        refused,
        origin=delivery.origin,
        source=delivery.source,
        title=delivery.title,
        url=delivery.url,
        raw_address=delivery.raw_address,
    )


def _shared(parsed: _Found, origin: str, url: str, raw_address: str) -> Entry:
    """What an entry has from its feed."""
    feed = parsed.get("feed", {})
    links = [link for link in _get_list(feed, "links") if _get(link, "rel") == "self"]
    return Entry(
        origin=origin,
        extractor=_EXTRACTOR,
        source=line_of(_get(feed, "title")),
        feed_url=url or (_get(links[0], "href") if links else ""),
        url=_joined(url, _get(feed, "link")),
        source_language=_get(feed, "language"),
        rights=line_of(_get(feed, "rights")),
        published=Dated(taken_from="atom" if str(parsed.get("version", "")).startswith("atom") else "rss"),
        raw_address=raw_address,
    )


def _delivery(entry: _Found, shared: Entry, number: int) -> Item | Rejected:
    said = _dates(entry, shared.published.taken_from)
    published = said["published"] if said["published"].raw else said["updated"]
    source = _get(_get_found(entry, "source"), "title")
    texts = [content for content in _get_list(entry, "content") if _is_text(_get(content, "type"))]
    return deliver(
        Entry(
            origin=f"{shared.origin}#{number}",
            extractor=shared.extractor,
            source=line_of(source) or shared.source,
            feed_url=shared.feed_url,
            title=_get(entry, "title"),
            contents=tuple(_get(content, "value") for content in texts),
            summaries=distinct((_get(entry, "summary"), _get(entry, "subtitle"))),
            url=_address(entry, shared),
            item_id=_get(entry, "id"),
            authors=_authors(entry),
            tags=tuple(_get(tag, "label") or _get(tag, "term") for tag in _get_list(entry, "tags")),
            published=published,
            updated_at=said["updated"].at,
            language=_language((entry, *texts), shared.source_language),
            source_language=shared.source_language,
            image_url=_image(entry),
            rights=line_of(_get(entry, "rights")) or shared.rights,
            raw_address=shared.raw_address,
        )
    )


def _language(parts: tuple[_Found, ...], of_feed: str) -> str:
    """What an entry says of its language besides what its feed says, which its parts inherit."""
    said = (_get(part, "language") for part in parts)
    return next((language for language in said if language not in ("", of_feed)), "")


def _get(found: _Found, key: str) -> str:
    """A text feedparser found. Its own `get` answers for missing dates with other ones, and warns."""
    value = dict.get(found, key)
    return value.strip() if isinstance(value, str) else ""


def _get_list(found: _Found, key: str) -> list[_Found]:
    value = dict.get(found, key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _get_found(found: _Found, key: str) -> _Found:
    value = dict.get(found, key)
    return value if isinstance(value, dict) else {}


def _is_text(media_type: str) -> bool:
    return not media_type or media_type.startswith("text/") or media_type.endswith(("html", "xml"))


def _dates(entry: _Found, kind: str) -> dict[str, Dated]:
    names = {"published": "pubDate", "updated": "date", "created": "created"} if kind == "rss" else {}
    said = {
        key: parse_date(_get(entry, key), taken_from=f"{kind} {names.get(key, key)}")
        for key in ("published", "updated", "created")
    }
    if not said["published"].raw:
        said["published"] = said["created"]
    return said


def _address(entry: _Found, shared: Entry) -> str:
    """Where the entry leads: its link, else another that is neither an enclosure nor the feed; web addresses first."""
    links = [
        link for link in _get_list(entry, "links") if _get(link, "rel") not in {"enclosure", "self", "edit", "replies"}
    ]
    links.sort(key=lambda link: _get(link, "rel") != "alternate")
    found = [
        _joined(shared.url or shared.feed_url, href)
        for href in (_get(entry, "link"), *(_get(link, "href") for link in links))
        if href
    ]
    return next(
        (address for address in found if address.startswith(("http://", "https://"))), found[0] if found else ""
    )


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def _authors(entry: _Found) -> tuple[str, ...]:
    names = distinct(_get(author, "name") for author in _get_list(entry, "authors"))
    return names or distinct((_get(entry, "author"),))


def _image(entry: _Found) -> str:
    """The first picture an entry points to."""
    media = [each for each in _get_list(entry, "media_content") if _shows(each, "url")]
    enclosed = [link for link in _get_list(entry, "links") if _get(link, "rel") == "enclosure" and _shows(link, "href")]
    found = (
        *(_get(each, "url") for each in (*media, *_get_list(entry, "media_thumbnail"))),
        *(_get(link, "href") for link in enclosed),
        _get(_get_found(entry, "image"), "href"),
    )
    return next((address for address in found if address.startswith(("http://", "https://"))), "")


def _shows(media: _Found, key: str) -> bool:
    kind = _get(media, "type") or _get(media, "medium")
    return kind.startswith("image") or (
        not kind and _get(media, key).lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".gif"))
    )
