"""What a page says of itself: title, authors, date, address, language, picture, tags, site.

Does no I/O. Plain rules over the parsed tree: meta elements, JSON-LD and a few elements that HTML or microdata name for
the purpose.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from transforms.core.addresses import is_front_page
from transforms.core.entries import line_of
from transforms.core.headline import headline_of
from transforms.core.pageauthors import authors_of
from transforms.core.pagedata import StructuredData, structured_data
from transforms.core.pagedates import page_dates, updated_at
from transforms.core.pagetitle import Said, best_title, key_of, titles_of
from transforms.core.records import Dated
from transforms.core.shorttext import text_within

_MAX_TAGS: Final = 50
_MAX_TAG: Final = 100
_MAX_TITLE: Final = 500
_MAX_BYLINES: Final = 3
#: Meta elements of each kind, the most telling first.
_IMAGES: Final = ("og:image", "og:image:secure_url", "og:image:url", "twitter:image", "twitter:image:src", "thumbnail")
_TAGS: Final = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags", "article:section")
_SECTIONS: Final = ("article:section", "og:article:section", "parsely-section", "sailthru.section", "section")
#: Meta elements that only articles have.
_ARTICLE_ONLY: Final = ("article:published_time", "og:article:published_time", "citation_publication_date")
_VIDEOS: Final = frozenset(("videoobject", "movie", "clip"))
#: Letters of a country in a host's name; and those that stand for anything.
_COUNTRY: Final = 2
_NO_COUNTRIES: Final = frozenset(("io", "co", "ai", "tv", "me", "fm", "ly", "gg", "to", "cc", "ws", "eu"))
#: How much of a site's content all may read, in the words of those who meter it.
_TIERS: Final = {"free": True, "metered": None, "locked": False, "paid": False, "premium": False}
_SITES: Final = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher", "publisher")
_LANGUAGES: Final = ("og:locale", "content-language", "inlanguage", "dc.language", "language")
_LANGUAGE: Final = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHead:
    """What a page says of itself. Empty: not said."""

    title: str = ""
    title_from: str = ""
    titles: tuple[Said, ...] = ()  #: the title in all its forms
    authors: tuple[str, ...] = ()
    bylines: tuple[Said, ...] = ()  #: as written; the first is that of the authors
    dates: tuple[Dated, ...] = ()  #: that may be that of publication, the best first
    updated_at: datetime | None = None
    canonical_url: str = ""
    language: str = ""
    image_url: str = ""
    tags: tuple[str, ...] = ()
    site: str = ""
    section: str = ""  #: of the outlet
    described_body: str = ""  #: the text as JSON-LD carries it; may be HTML
    is_article: bool = False  #: whether it says so
    articles: int = 0  #: how many JSON-LD describes
    is_video: bool = False  #: whether it says so
    is_free: bool | None = None  #: whether all may read it; None: not said
    sold_parts: tuple[str, ...] = ()  #: classes of the elements that are not free
    said_words: int = 0  #: length of the article as JSON-LD says it; 0: not said
    claims_front: bool = False  #: whether it says that its address is the front page

    @property
    def headings(self) -> tuple[str, ...]:
        """The title in all its forms."""
        return tuple(dict.fromkeys(each.text for each in self.titles))

    @property
    def byline(self) -> str:
        """The authors as written where they were taken from."""
        return ", ".join(each.text for each in self.bylines if each.taken_from == self.bylines[0].taken_from)[:300]

    @property
    def published(self) -> Dated:
        """The best date there is."""
        return self.dates[0] if self.dates else Dated()


def read_head(tree: etree._Element, *, url: str = "", thorough: bool = False) -> PageHead:
    """Read what the page says of itself. The tree is left as it is.

    Args:
        tree: the html element.
        url: where the page was fetched from; empty: a file.
        thorough: gather all evidence of the date, that which decides nothing, too.
    """
    meta = _meta(tree)
    data = structured_data(_scripts(tree))
    base = _base(tree, url)
    kind = _first(meta, ("og:type",)).lower()
    canonical = _canonical(tree, meta, data, base)
    site = line_of(_first(meta, _SITES)) or line_of(data.publisher)
    host = urlsplit(canonical or url).hostname or ""
    titles = titles_of(tree, meta, data)
    title = best_title(titles, site=site, host=host)
    headline = headline_of(tree, key_of(title.text))
    authors, bylines = authors_of(tree, meta, data, headline, site=site, host=host)
    language = _language(tree, meta, data)
    regional = _regional(language, meta, host)
    dates = page_dates(
        tree, meta=meta, data=data, url=canonical or url, language=regional, headline=headline, thorough=thorough
    )
    return PageHead(
        title=title.text,
        title_from=title.taken_from,
        titles=titles,
        authors=authors,
        bylines=bylines,
        dates=dates,
        updated_at=updated_at(meta, data).at,
        canonical_url=canonical,
        language=language,
        image_url=next(filter(None, (_web(base, image) for image in (_first(meta, _IMAGES), data.image))), ""),
        tags=_tags(tree, meta, data),
        site=site or host.removeprefix("www."),
        section=line_of(_first(meta, _SECTIONS)) or line_of(data.section),
        described_body=data.body,
        is_article=kind.startswith("article") or data.is_article or any(name in meta for name in _ARTICLE_ONLY),
        articles=data.articles,
        is_video=kind.startswith("video") or (not data.is_article and not _VIDEOS.isdisjoint(data.kinds)),
        is_free=_is_free(meta, data),
        sold_parts=data.sold_parts,
        said_words=data.words,
        claims_front=not canonical and _claims_front(tree, meta, base),
    )


def _meta(tree: etree._Element) -> dict[str, list[str]]:
    """The contents of the meta elements by name, in lower case, in order."""
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        if content:
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                if name := element.get(attribute):
                    found.setdefault(name.strip().lower(), []).append(content)
                    break
    return found


def _scripts(tree: etree._Element) -> Iterator[str]:
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json" and script.text:
            yield script.text


def _first(meta: dict[str, list[str]], names: Iterable[str]) -> str:
    return next((meta[name][0] for name in names if name in meta), "")


def _all(meta: dict[str, list[str]], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from meta.get(name, ())


def _visible(element: etree._Element) -> str:
    """The text of a small element on one line; empty where it is no small one."""
    return element.get("content", "")[:_MAX_TITLE] or text_within(element, _MAX_TITLE)


def _base(tree: etree._Element, url: str) -> str:
    base = tree.find(".//base[@href]")
    return _joined(url, base.get("href") or "") if base is not None else url


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""


def _web(base: str, address: str) -> str:
    joined = _joined(base, address) if address else ""
    return joined if joined.startswith(("http://", "https://")) else ""


def _canonical(tree: etree._Element, meta: dict[str, list[str]], data: StructuredData, base: str) -> str:
    """The first claim that is no front page."""
    links = [
        link.get("href") or "" for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    ]
    claims = [
        _web(base, claim) for claim in (*links, _first(meta, ("og:url", "twitter:url", "parsely-link")), data.url)
    ]
    return next((claim for claim in claims if claim and not is_front_page(claim)), "")


def _claims_front(tree: etree._Element, meta: dict[str, list[str]], base: str) -> bool:
    """Whether the page says that its address is the front page, and says no other one."""
    links = (link.get("href") or "" for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical")
    claims = [claim for link in (*links, *meta.get("og:url", ())) if (claim := _web(base, link))]
    return bool(claims) and all(map(is_front_page, claims))


def _is_free(meta: dict[str, list[str]], data: StructuredData) -> bool | None:
    if data.is_free is not None:
        return data.is_free
    return _TIERS.get(_first(meta, ("article:content_tier", "content_tier", "article:accesstype")).lower())


def _language(tree: etree._Element, meta: dict[str, list[str]], data: StructuredData) -> str:
    said = (
        tree.get("lang"),
        tree.get("{http://www.w3.org/XML/1998/namespace}lang"),
        _first(meta, _LANGUAGES),
        data.language,
    )
    for tag in said:
        found = _LANGUAGE.match((tag or "").strip().replace("_", "-"))
        if found:
            return found[0]
    return ""


def _regional(language: str, meta: dict[str, list[str]], host: str) -> str:
    """The page's language with the region whose habits its dates follow: that of its host's country, else og:locale."""
    country = host.rpartition(".")[2].lower()
    if language.lower() in {"", "en"} and len(country) == _COUNTRY and country not in _NO_COUNTRIES:
        return f"{language or 'und'}-{country}"
    locale = _first(meta, ("og:locale",)).replace("_", "-")
    return locale if language and locale.lower().startswith(f"{language.lower()}-") else language


def _tags(tree: etree._Element, meta: dict[str, list[str]], data: StructuredData) -> tuple[str, ...]:
    links = (link for link in tree.iter("a") if link.get("rel") == "tag")
    said = (
        *(tag for content in _all(meta, _TAGS) for tag in content.split(",")),
        *data.tags,
        *(_visible(link) for link in islice(links, _MAX_TAGS)),
    )
    tags: dict[str, str] = {}
    for tag in map(line_of, said):
        if tag and len(tag) <= _MAX_TAG:
            tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())[:_MAX_TAGS]
