"""Subscription lists as other programs write them (OPML 1 and 2, also malformed), and OPML 2.0 (http://opml.org/spec2.opml).

Does no I/O. What is read is made harmless first: no entity is expanded, no list that a list names is fetched.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import listparser
from lxml import etree
from lxml.builder import E

from pipeline.feedkeys import address_fault, feed_key
from transforms.core.errors import Refused
from transforms.core.polling import FeedSettings
from transforms.core.safexml import safe_text

#: Above this a list is something else.
MAX_BYTES: Final = 20_000_000
#: What listparser raises at markup that it did not foresee.
_UNFORESEEN: Final = (ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError)
#: What cannot stand in XML 1.0, or would not come back from it.
_NOT_IN_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_FEED_SCHEME: Final = re.compile(r"feed:(?://)?", re.IGNORECASE)


class OpmlError(Exception):
    """A document is no subscription list that can be read; one line for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """What a subscription list holds, in its order."""

    feeds: tuple[FeedSettings, ...] = ()  #: each feed once; its title there is its source
    refused: tuple[str, ...] = ()  #: why an address was not taken, one line each
    lists: tuple[str, ...] = ()  #: other lists that it names, which are not read


def read_opml(data: bytes) -> Subscriptions:
    """The feeds of a subscription list, at whatever depth of folders.

    Raises:
        OpmlError: it is no such list, or defines entities.
    """
    if len(data) > MAX_BYTES:
        raise OpmlError(f"larger than {MAX_BYTES:,} bytes, which no list of feeds is")
    try:
        harvest = listparser.parse(safe_text(data).encode("ascii", "xmlcharrefreplace"))
    except Refused as refused:
        raise OpmlError(refused.detail) from None
    except _UNFORESEEN as error:
        raise OpmlError(f"cannot be read: {type(error).__name__}: {error}") from error
    if not (harvest["version"] or harvest["feeds"]):
        raise OpmlError("not OPML, nor another list of feeds")
    feeds: dict[str, FeedSettings] = {}
    refused_lines = []
    for found in harvest["feeds"]:
        url, title = _address(found["url"]), line_of_title(found["title"])
        if fault := address_fault(url):
            refused_lines.append(fault)
        else:
            feeds.setdefault(feed_key(url), FeedSettings(url=url, source="" if title == url else title))
    return Subscriptions(
        feeds=tuple(feeds.values()),
        refused=tuple(refused_lines),
        lists=tuple(found["url"] for found in harvest["lists"]),
    )


def write_opml(feeds: Iterable[FeedSettings], *, title: str = "newsbeam") -> bytes:
    """An OPML 2.0 document of these feeds, in their order; `read_opml` gives their addresses and sources back."""
    outlines = []
    for feed in feeds:
        url = _NOT_IN_XML.sub("", feed.url)  # such an address leads nowhere anyway
        name = line_of_title(feed.source) or url
        outlines.append(E.outline(type="rss", text=name, title=name, xmlUrl=url))
    document = E.opml(E.head(E.title(line_of_title(title))), E.body(*outlines), version="2.0")
    written: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def line_of_title(text: str) -> str:
    """A title on one line, without what cannot stand in XML."""
    return " ".join(_NOT_IN_XML.sub("", text).split())


def _address(written: str) -> str:
    """The address as it is asked: readers' own scheme feed: stands for another."""
    url = written.strip()
    if not _FEED_SCHEME.match(url):
        return url
    rest = _FEED_SCHEME.sub("", url, count=1)
    return rest if rest.lower().startswith(("http://", "https://")) else f"https://{rest}"
