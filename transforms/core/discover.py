"""Where a site keeps its feeds: what its pages and robots.txt say, and the places where feeds usually lie.

Does no I/O. What is found is a guess until it was asked for and is a feed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from lxml import etree
from protego import Protego

from transforms.core.addresses import MAX_LENGTH, registrable_domain
from transforms.core.charsets import characters
from transforms.core.errors import Refused

#: What says that there is a feed, the surest first.
How = Literal["link", "anchor", "robots", "place"]

#: No site is asked for more.
MAX_FOUND: Final = 40
MAX_PLACES: Final = 16
#: A page says where its feeds are within this.
_MAX_PAGE: Final = 4_000_000
_MAX_ROBOTS: Final = 512_000
_TYPES: Final = {
    "application/rss+xml": "rss", "application/x-rss+xml": "rss", "text/rss+xml": "rss", "text/rss": "rss",
    "application/rss": "rss", "application/atom+xml": "atom", "application/x-atom+xml": "atom", "text/atom": "atom",
    "application/feed+json": "json", "application/rdf+xml": "rdf", "text/rdf": "rdf",
}  # fmt: skip
#: Types that a feed may have, as other things may.
_VAGUE_TYPES: Final = frozenset({"application/xml", "text/xml", "application/json"})
_FEED_PATH: Final = re.compile(
    r"/(?:feeds?|rss2?|atom|rdf)(?:[/.]|$)|[./](?:rss|atom|rdf)$|/(?:feed|rss|atom|index|news)\.(?:xml|json|rdf)$"
    r"|/feeds/posts/|(?:rss|feed|atom)[\w-]{0,40}\.(?:xml|php|aspx?|json)$",
    re.IGNORECASE,
)
_FEED_QUERY: Final = re.compile(
    r"(?:^|&)(?:feed=(?:rss2?|atom|rdf|json)|format=(?:rss|atom|feed)|(?:type|output|alt|view)=(?:rss|atom)|rss(?:=|&|$))",
    re.IGNORECASE,
)
_FEED_HOST: Final = re.compile(r"^(?:feeds?\d?|rss)\.|^feedproxy\.|\.feedburner\.com$", re.IGNORECASE)
#: Pages of readers and helps that a site links to beside its feed.
_NOT_A_FEED: Final = re.compile(
    r"//(?:www\.)?(?:feedly|inoreader|netvibes|newsblur|subtome|theoldreader|addtoany|facebook|twitter|x)\.com/"
    r"|\.(?:html?|png|jpe?g|gif|svg|css|js|pdf|zip)$",
    re.IGNORECASE,
)
_COMMENTS: Final = re.compile(
    r"comments?\b|kommentare?\b|comentarios\b|commentaires\b|commenti\b|comentários\b|комментари|yorum|tanggapan|评论"
    r"|/comments?/|[?&]withcomments=|/feeds/comments/",
    re.IGNORECASE,
)
_REFRESH: Final = re.compile(
    r"\s{0,9}\d{0,4}(?:\.\d{0,4})?\s{0,9}[;,]\s{0,9}url\s{0,9}=\s{0,9}['\"]?([^'\"]{1,4096})", re.IGNORECASE
)
_PLACES: Final = (
    "/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feeds/posts/default", "/?feed=rss2",
    "/feed.json", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml",
)  # fmt: skip
#: Of a section of a site, where a feed may lie below it.
_SECTION_PLACES: Final = ("/feed", "/rss", "/rss.xml", "/index.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """An address where a feed may be."""

    url: str
    title: str = ""
    form: str = ""  #: "rss", "atom", "rdf", "json", "sitemap"; empty: not said
    how: How


def find_feeds(html: bytes, url: str, declared: str = "") -> tuple[FoundFeed, ...]:
    """The feeds that a page names, each once: those it declares, then those it links to; feeds of comments last.

    Args:
        html: the page.
        url: where it was fetched from; `base` counts.
        declared: the charset said by the transport.
    """
    tree = _tree(html, declared)
    if tree is None:
        return ()
    base = _base(tree, url)
    return _ranked([*_declared(tree, base), *_linked(tree, base, url)])


def refresh_target(html: bytes, url: str, declared: str = "") -> str:
    """Where a page sends who reads it (`meta http-equiv=refresh`), another address of the web; empty: nowhere."""
    tree = _tree(html, declared)
    if tree is None:
        return ""
    for meta in tree.iter("meta"):
        found = _REFRESH.match(meta.get("content") or "") if _said(meta, "http-equiv") == "refresh" else None
        target = _joined(url, found[1]) if found else ""
        if target and target != url:
            return target
    return ""


def news_sitemaps(robots: bytes, url: str) -> tuple[FoundFeed, ...]:
    """The sitemaps that a robots.txt names, those first whose address speaks of news; only asking tells which are."""
    text = robots[:_MAX_ROBOTS].decode("utf-8", "replace")
    named = [_joined(url, sitemap) for sitemap in Protego.parse(text).sitemaps]
    found = [FoundFeed(url=address, form="sitemap", how="robots") for address in named if address]
    found.sort(key=lambda feed: "news" not in feed.url.lower())
    return tuple(dict.fromkeys(found))[:MAX_FOUND]


def common_places(url: str) -> tuple[str, ...]:
    """Where a site that says nothing of its feeds may have them, the likeliest first; below the address itself, too.

    >>> common_places("https://example.org/")[:3]
    ('https://example.org/feed', 'https://example.org/rss', 'https://example.org/rss.xml')
    >>> common_places("https://example.org/blog/?page=2")[0]
    'https://example.org/blog/feed'
    """
    parts = urlsplit(url)
    section = parts.path.rstrip("/")
    is_file = "." in section.rpartition("/")[2]
    below = [] if is_file or not section else [section + place for place in _SECTION_PLACES]
    places = [urlunsplit((parts.scheme, parts.netloc, "", "", "")) + place for place in (*below, *_PLACES)]
    return tuple(dict.fromkeys(places))[:MAX_PLACES]


def _tree(html: bytes, declared: str) -> Any:  # noqa: ANN401  # lxml has no types
    try:
        text = characters(html[:_MAX_PAGE], declared=declared)
    except Refused:
        return None
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _base(tree: Any, url: str) -> str:  # noqa: ANN401  # the same
    written = next((base.get("href") for base in tree.iter("base") if base.get("href")), "")
    return _joined(url, written) or url


def _declared(tree: Any, base: str) -> Iterator[FoundFeed]:  # noqa: ANN401  # the same
    """`link` elements: rel=alternate with a feed's type, or rel=feed."""
    for link in tree.iter("link"):
        rels = set(_said(link, "rel").split())
        kind = _said(link, "type").partition(";")[0].strip()
        address = _joined(base, link.get("href"))
        vague = kind in _VAGUE_TYPES and "/wp-json/" not in address and _looks_like_feed(address)
        if address and (("alternate" in rels and (kind in _TYPES or vague)) or "feed" in rels):
            yield FoundFeed(url=address, title=_line(link.get("title")), form=_TYPES.get(kind, ""), how="link")


def _linked(tree: Any, base: str, url: str) -> Iterator[FoundFeed]:  # noqa: ANN401  # the same
    """Links whose address looks like a feed's, of the site itself or of a host that serves feeds."""
    own = registrable_domain(url)
    for anchor in tree.iter("a"):
        address = _joined(base, anchor.get("href"))
        kind = _said(anchor, "type")
        if not address or not (kind in _TYPES or _looks_like_feed(address)) or _NOT_A_FEED.search(address):
            continue
        if registrable_domain(address) == own or _FEED_HOST.search(urlsplit(address).hostname or ""):
            title = _line("".join(anchor.itertext())) or _line(anchor.get("title"))
            yield FoundFeed(url=address, title=title, form=_TYPES.get(kind, ""), how="anchor")


def _looks_like_feed(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    return bool(
        _FEED_PATH.search(parts.path)
        or _FEED_QUERY.search(parts.query)
        or (_FEED_HOST.search(host) and parts.path > "/")
    )


def _ranked(found: Iterable[FoundFeed]) -> tuple[FoundFeed, ...]:
    """Each address once, as it was first found; comments behind the rest."""
    first: dict[str, FoundFeed] = {}
    for feed in found:
        first.setdefault(feed.url, feed)
    return tuple(sorted(first.values(), key=_is_of_comments))[:MAX_FOUND]


def _is_of_comments(feed: FoundFeed) -> bool:
    return _COMMENTS.search(f"{feed.title}\n{urlsplit(feed.url).path}") is not None


def _said(element: Any, name: str) -> str:  # noqa: ANN401  # the same
    return (element.get(name) or "").strip().lower()


def _line(text: str | None) -> str:
    return " ".join((text or "").split())[:200]


def _joined(base: str, written: str | None) -> str:
    """A web address, absolute, without fragment; empty for anything else."""
    written = (written or "").strip()
    if written.lower().startswith("feed:"):
        rest = written[len("feed:") :].removeprefix("//")
        written = rest if rest.lower().startswith(("http://", "https://")) else f"https://{rest}"
    if not written or len(written) > MAX_LENGTH:
        return ""
    try:
        parts = urlsplit(urljoin(base, written))
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        return ""
    return urlunsplit(parts._replace(fragment=""))
