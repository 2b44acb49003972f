"""What a file is, told by its first bytes and never by its name. Does no I/O."""

import re
from dataclasses import dataclass
from enum import StrEnum

from transforms.core.magic import magic_of
from transforms.core.wide import marked, narrow, unmarked_utf16

#: How many of a file's first bytes are looked at.
HEAD_BYTES = 65_536


class Kind(StrEnum):
    """What a file is."""

    EMPTY = "empty"  #: nothing, or nothing but white space
    TEXT = "text"
    HTML = "html"
    FEED = "feed"  #: RSS, RDF, Atom
    JSON_FEED = "json_feed"
    NEWS_SITEMAP = "news_sitemap"  #: other sitemaps are XML
    JSON = "json"  #: one value, over any number of lines
    JSON_LINES = "json_lines"  #: an object a line; also a single object on a single line
    WARC = "warc"
    ZIP = "zip"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    NEWSML_G2 = "newsml_g2"  #: items, or a message of them
    NEWSML_1 = "newsml_1"
    NITF = "nitf"
    TEXT_WIRE = "text_wire"  #: messages in IPTC 7901 or ANPA 1312
    XML = "xml"  #: other XML; detail says which
    BINARY = "binary"  #: detail names the format where it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """What a file is, and a word for a person where that says more."""

    form: Kind
    detail: str = ""


_CONTAINERS = (
    (re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), Kind.ZIP),
    (re.compile(rb"\x1f\x8b\x08"), Kind.GZIP),
    (re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), Kind.ZSTD),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), Kind.BZIP2),
    (re.compile(rb"WARC/\d"), Kind.WARC),
)
#: SOH with nothing before it that means something, and a header of either format behind one.
_BEGINS_MESSAGE = re.compile(rb"(?:\xef\xbb\xbf)?[\s\x00\x16]*(?:ZCZC[^\r\n\x01]{0,80})?[\s\x00\x16]*\x01")
_MESSAGE = re.compile(
    rb"\x01[\s\x00\x16]*(?:[A-Za-z]{1,10}[ -]?[0-9]{1,6}[ \t]+[0-9][ \t]+[A-Za-z]{1,5}(?=[ \t\r\n\x02])"
    rb"|[A-Za-z]?[0-9]{4}[^\r\n\x02\x03]{0,60}[\r\n]{1,3}[A-Za-z] [A-Za-z](?=[\x11-\x14 ]))"
)
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r\f\x1b") + b"\x7f"

#: Comments, instructions, declarations and white space before the first element.
_PROLOGUE = re.compile(rb"\s+|<!--.*?-->|<\?[^>]*>|<![A-Za-z][^\[>]*(?:\[[^\]]*\])?[^>]*>", re.DOTALL)
_TAG = re.compile(rb"<(?:([A-Za-z_][\w.-]{0,60}):)?([A-Za-z_][\w.-]{0,60})(?=[\s/>])")
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_FEED = re.compile(
    rb"<(?:\w{1,20}:)?rss[\s>]|<(?:\w{1,20}:)?feed\s[^<>]{0,2000}xmlns|<(?:\w{1,20}:)?RDF\s[^<>]{0,2000}xmlns",
    re.IGNORECASE,
)
_RSS_IN_RDF = re.compile(
    rb"purl\.org/(?:rss|net/rss)|netscape\.com/rdf|<(?:\w{1,20}:)?(?:channel|item)[\s>]", re.IGNORECASE
)
_FEED_ROOTS = frozenset((b"rss", b"feed", b"channel", b"entry", b"rdf"))
_HTML_TAGS = frozenset(
    b"a abbr address article aside b base blockquote body br button center dd details div dl dt em fieldset figure "
    b"font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input label li link main meta nav noscript "
    b"ol p pre script section small span strong style sub sup table tbody td th thead time title tr u ul video".split()
)
_NEWS_SITEMAP = re.compile(rb"/schemas/sitemap-news/|<news:news[\s>]")
_WIRES = {
    b"newsitem": Kind.NEWSML_G2,
    b"newsmessage": Kind.NEWSML_G2,
    b"packageitem": Kind.NEWSML_G2,
    b"conceptitem": Kind.NEWSML_G2,
    b"knowledgeitem": Kind.NEWSML_G2,
    b"planningitem": Kind.NEWSML_G2,
    b"catalogitem": Kind.NEWSML_G2,
    b"newsml": Kind.NEWSML_1,
    b"nitf": Kind.NITF,
}
_WIRE_NAMES = {Kind.NEWSML_G2: "NewsML-G2", Kind.NEWSML_1: "NewsML 1", Kind.NITF: "NITF"}
_VOCABULARIES = {
    b"schema": "XML Schema (XSD)",
    b"opml": "OPML",
    b"svg": "SVG",
    b"urlset": "sitemap",
    b"sitemapindex": "sitemap index",
    b"plist": "property list",
    b"kml": "KML",
    b"gpx": "GPX",
    b"envelope": "SOAP",
    b"stylesheet": "XSLT",
}
_JSON_OBJECT = re.compile(rb'\{\s*(?:["}]|\Z)')
_JSON_ARRAY = re.compile(rb'\[[\s\[]*(?:[{"\]]|\Z)')
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_ITEMS = re.compile(rb'"items"\s*:\s*\[')
_RECORD = re.compile(rb'"(?:body_\w+|bodies|headline|headlines)"\s*:')
_LINES = 50  #: looked at to tell JSON Lines


def sniff(head: bytes) -> Sniffed:
    """Say what begins with these bytes, of which the first 64 KB are looked at. Never raises.

    Legacy single-byte text is TEXT, and so is text with some stray controls. A byte order mark, UTF-16 without one,
    comments, a document type or junk before a feed's first element do not hide it.
    """
    head = head[:HEAD_BYTES]
    if not head.strip(b" \t\r\n\f\0\xef\xbb\xbf\xff\xfe"):
        return Sniffed(form=Kind.EMPTY)
    for pattern, form in _CONTAINERS:
        if pattern.match(head):
            return Sniffed(form=form)
    if _BEGINS_MESSAGE.match(head) and _MESSAGE.search(head):
        return Sniffed(form=Kind.TEXT_WIRE)
    if found := magic_of(head):
        return Sniffed(form=Kind.BINARY, detail=found)
    wide = not marked(head)[0] and unmarked_utf16(head)
    text = narrow(head).lstrip()
    if not wide and _is_binary(text):
        return Sniffed(form=Kind.BINARY)
    return _json(text) or _markup(text) or Sniffed(form=Kind.TEXT)


def _is_binary(head: bytes) -> bool:
    """More than one control in fifty bytes: text, in whatever encoding, has next to none."""
    return (len(head) - len(head.translate(None, _CONTROLS))) * 50 > len(head)


def _json(head: bytes) -> Sniffed | None:
    if _JSON_OBJECT.match(head):
        if _JSON_FEED.search(head):
            return Sniffed(form=Kind.JSON_FEED)
        lines, items = _lines_of_objects(head), _ITEMS.search(head)
        if items and not _RECORD.search(head, 0, items.start()) and not (lines and b"\n{" in head):
            return Sniffed(form=Kind.JSON_FEED)
        return Sniffed(form=Kind.JSON_LINES if lines else Kind.JSON)
    if _JSON_ARRAY.match(head):
        return Sniffed(form=Kind.JSON)
    if b'\n{"' in head and _lines_of_objects(head):
        return Sniffed(form=Kind.JSON_LINES)
    return None


def _lines_of_objects(head: bytes) -> bool:
    """Whether at least half of the first lines are an object each. The last line may be cut where the head ends."""
    lines = [line.strip() for line in head.split(b"\n", _LINES)[:_LINES]]
    lines = [line for line in lines if line]
    last = lines[-1]
    whole = [line.startswith(b"{") and line.endswith(b"}") and len(line) > 2 for line in lines[:-1]]
    if len(head) == HEAD_BYTES:
        whole.append(last.startswith(b'{"') if not whole else last.startswith(b"{"))
    else:
        whole.append(last.startswith(b"{") and last.endswith(b"}") and len(last) > 2)
    return sum(whole) * 2 >= len(whole)


def _markup(head: bytes) -> Sniffed | None:
    if b"<" not in head:
        return None
    tag = _first_tag(head)
    name = tag.group(2).lower() if tag else b""
    if name in _WIRES:
        return Sniffed(form=_WIRES[name], detail=_WIRE_NAMES[_WIRES[name]])
    page = _PAGE.search(head)
    feed = _FEED.search(head, 0, page.start() if page else len(head))
    if name in _FEED_ROOTS:
        return _feed_or_rdf(head, name)
    if feed:
        return _feed_or_rdf(head, feed.group(0))
    if name == b"urlset" and _NEWS_SITEMAP.search(head):
        return Sniffed(form=Kind.NEWS_SITEMAP)
    if name in _VOCABULARIES:
        return Sniffed(form=Kind.XML, detail=_VOCABULARIES[name])
    if page or name in _HTML_TAGS:
        return Sniffed(form=Kind.HTML)
    if tag and (head.startswith(b"<?xml") or b"</" in head or b"/>" in head):
        return Sniffed(form=Kind.XML, detail=f"XML <{tag.group(2).decode('ascii', 'replace')}>")
    if head.startswith(b"<?xml"):
        return Sniffed(form=Kind.XML, detail="XML")
    return None


def _first_tag(head: bytes) -> re.Match[bytes] | None:
    at = 0
    while (found := _PROLOGUE.match(head, at)) and found.end() > at:
        at = found.end()
    return _TAG.match(head, at)


def _feed_or_rdf(head: bytes, root: bytes) -> Sniffed:
    if b"rdf" in root.lower() and not _RSS_IN_RDF.search(head):
        return Sniffed(form=Kind.XML, detail="RDF")
    return Sniffed(form=Kind.FEED)
