"""One document, whatever it is, to Items: looks at the bytes and hands them to the reader of their format. Does no I/O.

Readers of pages and feeds are imported where they are needed: who reads only text or JSON does not pay for them.
"""

import re
from collections.abc import Iterator

from transforms.core.decode import decode
from transforms.core.errors import Refused, rejected
from transforms.core.jsonlines import read_json, read_lines
from transforms.core.pieces import Limits
from transforms.core.plaintext import read_text
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.sniff import HEAD_BYTES, Kind, Sniffed, sniff

_BLANK = re.compile(rb"[ \t\r\n\f\v]*")
_EXCERPT = 200
_TEXTUAL = frozenset(
    (Kind.TEXT, Kind.HTML, Kind.FEED, Kind.JSON_FEED, Kind.NEWS_SITEMAP, Kind.JSON, Kind.JSON_LINES, Kind.XML)
)
_AGENCIES = frozenset((Kind.NEWSML_G2, Kind.NEWSML_1, Kind.NITF, Kind.TEXT_WIRE))

#: What a feed may be.
FEEDS = frozenset((Kind.FEED, Kind.JSON_FEED, Kind.NEWS_SITEMAP))


def read_document(
    data: bytes, *, origin: str, url: str = "", declared: str = "", raw_address: str = "", limits: Limits | None = None
) -> Iterator[Item | Rejected]:
    """The articles of one document: exactly one delivery for text and pages, any number for feeds and JSON.

    Args:
        data: all of its bytes, unpacked.
        origin: where it was read; entries are `origin#n`.
        url: the address it was fetched from.
        declared: the charset said by the transport.
        raw_address: where the bytes lie.
        limits: a document above `max_item_bytes` is rejected; None: the default limits.

    Never raises for what the bytes are: a refusal comes as a `Rejected`, after what was read before it.
    """
    limits = limits or Limits()
    sniffed = kind_of(data)
    try:
        _check_size(len(data), limits.max_item_bytes)
        yield from _items(data, sniffed, origin=origin, url=url, declared=declared, raw_address=raw_address)
    except Refused as refused:
        excerpt = excerpt_of(data) if sniffed.form in _TEXTUAL else ""
        yield rejected(refused, origin=origin, url=url, excerpt=excerpt, raw_address=raw_address)


def kind_of(data: bytes) -> Sniffed:
    """What a document is."""
    return sniff(_head(data))


def excerpt_of(data: bytes) -> str:
    """The first characters for a person, however they are encoded."""
    return " ".join(data[: _EXCERPT * 4].decode("utf-8", "replace").replace("\0", "").split())[:_EXCERPT]


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise Refused(Stage.OPEN, Reason.TOO_LARGE, f"{size} bytes, above the limit of {limit}")


def _head(data: bytes) -> bytes:
    """What is looked at begins with the first character that is not white space."""
    blank = _BLANK.match(data)
    start = blank.end() if blank and blank.end() > HEAD_BYTES // 2 else 0
    return data[start : start + HEAD_BYTES]


def _items(
    data: bytes, sniffed: Sniffed, *, origin: str, url: str, declared: str, raw_address: str
) -> Iterator[Item | Rejected]:
    match sniffed.form:
        case Kind.TEXT:
            yield read_text(decode(data, declared).text, origin=origin, raw_address=raw_address)
        case Kind.HTML:
            from transforms.core.page import read_page

            yield read_page(data, origin=origin, url=url, declared=declared, raw_address=raw_address)
        case form if form in FEEDS:
            yield from read_entries(data, form, origin=origin, url=url, declared=declared, raw_address=raw_address)
        case form if form in _AGENCIES:
            yield from _read_agency(data, form, origin=origin, declared=declared, raw_address=raw_address)
        case Kind.JSON:
            yield from read_json(data, origin, raw_address=raw_address)
        case Kind.JSON_LINES:
            yield from read_lines(data, origin, raw_address=raw_address)
        case Kind.EMPTY:
            raise Refused(Stage.OPEN, Reason.EMPTY, "nothing but white space" if data else "no bytes")
        case Kind.BINARY if sniffed.detail:
            raise Refused(Stage.OPEN, Reason.BINARY, f"a {sniffed.detail} file")
        case Kind.BINARY:
            raise Refused(Stage.OPEN, Reason.BINARY, "not text")
        case _:
            raise Refused(Stage.OPEN, Reason.UNSUPPORTED, sniffed.detail or f"{sniffed.form} inside a document")


def read_entries(
    data: bytes, form: Kind, *, origin: str, url: str = "", declared: str = "", raw_address: str = ""
) -> Iterator[Item | Rejected]:
    """The entries of a feed in one of the `FEEDS` forms; the arguments are those of `read_document`."""
    if form is Kind.JSON_FEED:
        from transforms.core.jsonfeed import read_jsonfeed

        return read_jsonfeed(data, origin=origin, url=url, raw_address=raw_address)
    if form is Kind.NEWS_SITEMAP:
        from transforms.core.sitemap import read_sitemap

        return read_sitemap(data, origin=origin, url=url, raw_address=raw_address)
    from transforms.core.feed import read_feed

    return read_feed(data, origin=origin, url=url, declared=declared, raw_address=raw_address)


def _read_agency(data: bytes, form: Kind, *, origin: str, declared: str, raw_address: str) -> Iterator[Item | Rejected]:
    if form is Kind.TEXT_WIRE:
        from transforms.core.textwire import read_textwire

        return read_textwire(data, origin=origin, declared=declared, raw_address=raw_address)
    if form is Kind.NEWSML_G2:
        from transforms.core.newsmlg2 import read_newsmlg2

        return read_newsmlg2(data, origin=origin, raw_address=raw_address)
    if form is Kind.NEWSML_1:
        from transforms.core.newsml1 import read_newsml1

        return read_newsml1(data, origin=origin, raw_address=raw_address)
    from transforms.core.nitf import read_nitf

    return read_nitf(data, origin=origin, raw_address=raw_address)
