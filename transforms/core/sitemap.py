"""News sitemaps, read as feeds: sitemaps.org 0.9 with Google's news and image extensions.

https://www.sitemaps.org/protocol.html, https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap

Does no I/O. A news sitemap says of each page its title, date, outlet and language, and nothing of its text. What else
is a sitemap (the pages of a site, or an index of sitemaps) is told from it, and is no feed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin

from transforms.core.dates import parse_date
from transforms.core.entries import Entry, deliver
from transforms.core.errors import Refused, rejected
from transforms.core.records import Dated, Item, Reason, Rejected, Stage
from transforms.core.safexml import elements, local_name, safe_text, text_under

#: The protocol's own bounds, for one sitemap.
MAX_URLS: Final = 50_000
MAX_BYTES: Final = 50 * 1024 * 1024
_EXTRACTOR: Final = "sitemap/1"
#: A comment (to the end where it is not closed), or where a page's element begins or ends.
_URL_TAG: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<close>/?)(?:[A-Za-z_][\w.-]{0,40}:)?(?P<url>url)(?=[\s>])", re.DOTALL | re.IGNORECASE
)
#: Says that a sitemap tells news, also where it has none to tell today.
_NEWS: Final = re.compile(r"/schemas/sitemap-news/|<news:news[\s>]")
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSitemap:
    """A sitemap that an index names."""

    url: str
    changed_at: datetime | None = None  #: its lastmod


def read_sitemap(data: bytes, *, origin: str, url: str = "", raw_address: str = "") -> Iterator[Item | Rejected]:
    """Each news entry of a sitemap, in its order, as one delivery: `WithoutText`, for its page has it.

    For the arguments and other answers see `sitemap_entries`.
    """
    for entry in sitemap_entries(data, origin=origin, url=url, raw_address=raw_address):
        yield entry if isinstance(entry, Rejected) else deliver(entry)


def sitemap_entries(data: bytes, *, origin: str, url: str = "", raw_address: str = "") -> Iterator[Entry | Rejected]:
    """Each news entry of a sitemap, in its order, with all that is said of it.

    Args:
        data: the document.
        origin: its name; entries are `origin#1`, `origin#2`…, counted over all addresses of the sitemap.
        url: where it was fetched from; relative addresses are resolved against it.
        raw_address: where its bytes lie.

    Yields:
        An `Entry` without text per page that is said to be news; pages that are not are none. `Rejected` for the entry
        in whose middle the document ends (truncated), for entries behind damage that cannot be read (corrupt, once),
        for what is above the protocol's bounds (too_large, once), and for a document that is no news sitemap
        (not_a_feed, hostile_markup, undecodable).
    """
    try:
        text = _text(data)
    except Refused as unread:
        yield rejected(unread, origin=origin, url=url, raw_address=raw_address)
        return
    shared = Entry(origin=origin, extractor=_EXTRACTOR, feed_url=url, raw_address=raw_address)
    opened, closed = _count(text)
    number = news = 0
    for number, element in enumerate(elements(text, "url"), 1):
        if number > MAX_URLS or (number == opened and closed < opened):
            break
        if entry := _entry(element, shared, number):
            news += 1
            yield entry
    refused = _left_over(number, opened, closed) or (None if news else _not_news(number, text))
    if refused:
        where = f"{origin}#{number}" if refused.reason is Reason.TRUNCATED else origin
        yield rejected(refused, origin=where, raw_address=raw_address)


def child_sitemaps(data: bytes, *, url: str = "") -> tuple[ChildSitemap, ...]:
    """The sitemaps that an index names, each once, the newest first, those without a date last.

    Empty for a document that is no index, or is refused.
    """
    try:
        text = _text(data)
    except Refused:
        return ()
    found: dict[str, ChildSitemap] = {}
    for number, element in enumerate(elements(text, "sitemap"), 1):
        address = _address(url, text_under(element, "loc"))
        if address:
            changed = parse_date(text_under(element, "lastmod")).at
            found.setdefault(address, ChildSitemap(url=address, changed_at=changed))
        if number == MAX_URLS:
            break
    return tuple(sorted(found.values(), key=lambda child: child.changed_at or _LONG_AGO, reverse=True))


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Refused(Stage.PARSE, Reason.TOO_LARGE, f"a sitemap of {len(data):,} bytes; {MAX_BYTES:,} are allowed")
    return safe_text(data)


def _count(text: str) -> tuple[int, int]:
    """How many pages a sitemap opens and closes."""
    closings = [bool(found["close"]) for found in _URL_TAG.finditer(text) if found["url"]]
    return len(closings) - sum(closings), sum(closings)


def _left_over(number: int, opened: int, closed: int) -> Refused | None:
    """What is wrong with a sitemap whose addresses were read as far as `number`."""
    if number > MAX_URLS:
        return Refused(Stage.PARSE, Reason.TOO_LARGE, f"{opened - MAX_URLS} addresses more than a sitemap may hold")
    if number == opened and closed < opened:
        return Refused(Stage.PARSE, Reason.TRUNCATED, "the sitemap ends in the middle of this entry")
    if number < opened:
        return Refused(Stage.PARSE, Reason.CORRUPT, f"damaged: {opened - number} more entries cannot be read")
    return None


def _not_news(number: int, text: str) -> Refused | None:
    """Why a sitemap that tells no news is no feed; None where it merely has none today."""
    if number:
        return Refused(Stage.PARSE, Reason.NOT_A_FEED, f"a sitemap of {number} pages, none of them said to be news")
    if _NEWS.search(text):
        return None
    return Refused(Stage.PARSE, Reason.NOT_A_FEED, "a sitemap without pages, or none at all")


def _entry(element: Any, shared: Entry, number: int) -> Entry | None:  # noqa: ANN401  # lxml has no types
    """What is said of a page; None if it is not said to be news."""
    news = next((below for below in element if local_name(below) == "news"), None)
    if news is None:
        return None
    loc = next((below for below in element if local_name(below) == "loc"), None)
    images = (below for below in element if local_name(below) == "image")
    image = next(filter(None, (text_under(each, "loc") for each in images)), "")
    published = parse_date(text_under(news, "publication_date"), taken_from="sitemap publication_date")
    changed = parse_date(text_under(element, "lastmod"), taken_from="sitemap lastmod")
    return Entry(
        origin=f"{shared.origin}#{number}",
        extractor=shared.extractor,
        source=" ".join(text_under(news, "name").split()),
        feed_url=shared.feed_url,
        title=text_under(news, "title"),
        url=_address(shared.feed_url, "" if loc is None else "".join(loc.itertext())),
        tags=tuple(filter(None, (word.strip() for word in text_under(news, "keywords").split(",")))),
        published=published if published.raw else Dated() if not changed.raw else changed,
        updated_at=changed.at,
        language=text_under(news, "language"),
        image_url=_address(shared.feed_url, image),
        raw_address=shared.raw_address,
    )


def _address(base: str, written: str) -> str:
    """A web address, absolute; empty for anything else."""
    try:
        address = urljoin(base, written.strip())
    except ValueError:
        return ""
    return address if address.startswith(("http://", "https://")) else ""
