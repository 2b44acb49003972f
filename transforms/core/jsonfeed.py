"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) to items.

Does no I/O.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin

from transforms.core.charsets import characters
from transforms.core.dates import parse_date
from transforms.core.entries import Entry, deliver, line_of
from transforms.core.errors import Refused, rejected
from transforms.core.records import Item, Reason, Rejected, Stage

_EXTRACTOR: Final = "jsonfeed/1"
_MARK: Final = "jsonfeed.org/version/"
_SHORT_VERSIONS: Final = frozenset({"1", "1.0", "1.1"})  # written by some instead of the address


def read_jsonfeed(data: bytes, *, origin: str, url: str = "", raw_address: str = "") -> Iterator[Item | Rejected]:
    """Each item of a JSON Feed, in the feed's order, as one delivery.

    Args:
        data: the document.
        origin: its name; items are `origin#1`, `origin#2`…
        url: where it was fetched from; relative addresses are resolved against it.
        raw_address: where its bytes lie.

    Yields:
        An `Item` per item with text; `Rejected` for one without (no_text) or that is no object (bad_record); one
        `Rejected` (not_json, not_a_feed) for a document that is no feed.
    """
    try:
        feed = json.loads(characters(data))
    except (ValueError, RecursionError) as error:
        yield _refused(Reason.NOT_JSON, str(error)[:200], origin, raw_address)
        return
    if not is_jsonfeed(feed):
        yield _refused(Reason.NOT_A_FEED, "JSON without the version and the items of a JSON Feed", origin, raw_address)
        return
    base = url or _text(feed, "feed_url") or _text(feed, "home_page_url")
    shared = Entry(
        origin=origin,
        extractor=_EXTRACTOR,
        source=line_of(_text(feed, "title")),
        feed_url=url or _text(feed, "feed_url"),
        authors=_authors(feed),
        source_language=_text(feed, "language"),
        raw_address=raw_address,
    )
    for number, item in enumerate(feed["items"], 1):
        here = f"{origin}#{number}"
        if isinstance(item, dict):
            yield deliver(_entry(item, shared, here, base))
        else:
            yield _refused(Reason.BAD_RECORD, "the item is no JSON object", here, raw_address)


def is_jsonfeed(document: object) -> bool:
    """Whether parsed JSON says that it is a JSON Feed, and has items.

    >>> is_jsonfeed({"version": "https://jsonfeed.org/version/1.1", "items": []}), is_jsonfeed({"items": []})
    (True, False)
    """
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return False
    version = _text(document, "version")
    return _MARK in version or version in _SHORT_VERSIONS


def _refused(reason: Reason, detail: str, origin: str, raw_address: str) -> Rejected:
    return rejected(Refused(Stage.PARSE, reason, detail), origin=origin, raw_address=raw_address)


def _entry(item: dict[str, Any], feed: Entry, origin: str, base: str) -> Entry:
    published = parse_date(_text(item, "date_published"), taken_from="jsonfeed date_published")
    modified = parse_date(_text(item, "date_modified"), taken_from="jsonfeed date_modified")
    tags = item.get("tags")
    image = _text(item, "image") or _text(item, "banner_image")
    return Entry(
        origin=origin,
        extractor=feed.extractor,
        source=feed.source,
        feed_url=feed.feed_url,
        title=_text(item, "title"),
        contents=tuple(filter(None, (_text(item, "content_html"), _text(item, "content_text")))),
        summaries=tuple(filter(None, (_text(item, "summary"),))),
        url=_joined(base, _text(item, "url") or _text(item, "external_url")),
        item_id=_text(item, "id"),
        authors=_authors(item) or feed.authors,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        published=published if published.raw else modified,
        updated_at=modified.at,
        language=_text(item, "language"),
        source_language=feed.source_language,
        image_url=_joined(base, image),
        raw_address=feed.raw_address,
    )


def _text(record: dict[str, Any], key: str) -> str:
    """A text; numbers are written as such (1.0 allows them as ids), everything else counts as not said."""
    value = record.get(key)
    if isinstance(value, str):
        return value.strip().encode("utf-8", "replace").decode("utf-8")  # halves of surrogate pairs are no text
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    several = record.get("authors")
    people = several if isinstance(several, list) else [record.get("author")]
    return tuple(filter(None, (_text(person, "name") for person in people if isinstance(person, dict))))


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address) if address else ""
    except ValueError:
        return address
