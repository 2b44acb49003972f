"""Who wrote a page: the first of its pieces of evidence that names people.

Does no I/O. JSON-LD and meta elements first, then the lines around the headline: what is marked as a byline, links to
pages of authors, lines that begin like a byline; then bylines anywhere. One that names nobody but the site itself gives
way to the next.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from lxml import etree

from transforms.core.entries import line_of
from transforms.core.headline import Line, lines_before, lines_behind
from transforms.core.pagedata import StructuredData
from transforms.core.pagetitle import Said
from transforms.core.people import clean_names
from transforms.core.shorttext import text_within

_META: Final = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "byl", "byline",
    "parsely-author", "sailthru.author", "citation_author", "creator", "twitter:creator_name",
)  # fmt: skip
#: Elements that may name the author; which of them do is decided by whole class names.
_MARKED: Final = etree.XPath(
    "//body//*[contains(@class, 'author') or contains(@class, 'byline') or @rel='author'"
    " or contains(@itemprop, 'author')][not(ancestor::footer or ancestor::nav)]"
)
_CLASS: Final = re.compile(
    r"(?:(?:[a-z]{1,2}|article|post|entry|story|blog|page|single|meta|content|news)[_-]{1,2})?(?:author|byline)s?"
    r"(?:[_-]{0,2}(?:names?|link|text|title))?",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(r"comment|reply|review|related|teaser|card", re.IGNORECASE)
#: Addresses of pages about authors.
_ABOUT: Final = re.compile(
    r"/(?:authors?|autor(?:en|es|i)?|auteurs?|autore|profiles?|staff|people|reporters?|journalists?|by)/[^/?#]{3}"
)
#: A line that begins like a byline.
_BYLINE: Final = re.compile(
    r"^(?i:(?:(?:written|reported|posted|words|story|text|article)\s+)?by|von|par|por|door|autore?|auteur|yazan|oleh)\b:?\s+"
    r"(?=[^\W\d_a-z])|^(?i:автор|текст)\s?:\s?|^(?:بقلم|كتب|کتب|نویسنده|作者|记者|記者|撰文|文)\s?[:：/／\s]"
)
_LONGEST: Final = 120
_MOST: Final = 3
_MOST_MARKED: Final = 40


def authors_of(
    tree: etree._Element,
    meta: dict[str, list[str]],
    data: StructuredData,
    headline: etree._Element | None,
    *,
    site: str,
    host: str,
) -> tuple[tuple[str, ...], tuple[Said, ...]]:
    """The people who wrote it, and the bylines as they were written, those that were taken first.

    Args:
        tree: the html element.
        meta: the contents of the meta elements by name.
        data: what JSON-LD says.
        headline: what stands around it is asked for a byline; None: there is none.
        site: the name of the site, which is no author.
        host: of the page's address.
    """
    seen: list[Said] = []
    for said in _evidence(tree, meta, data, headline):
        own = any(each.text in data.people for each in said)  # a person's own site bears that person's name
        names = clean_names((each.text for each in said), site="" if own else site, host="" if own else host)
        if names:
            return names, (*said, *seen)
        seen += said
    return (), tuple(seen)


def _evidence(
    tree: etree._Element, meta: dict[str, list[str]], data: StructuredData, headline: etree._Element | None
) -> Iterator[tuple[Said, ...]]:
    yield _said(data.authors, "json-ld author")
    for name in _META:
        if name in meta:
            yield _said(meta[name], f"meta {name}")
    if headline is not None:
        lines = list(dict.fromkeys((*lines_behind(headline), *lines_before(headline))))
        yield _said(islice(_bylines(line.element for line in lines), _MOST), "byline")
        yield _said(islice(_linked(lines), _MOST), "link to an author")
        yield _said((line.text for line in lines if _BYLINE.search(line.text)), "text by the headline")
    yield _said(islice(_bylines(_MARKED(tree)[:_MOST_MARKED]), _MOST), "byline")


def _said(texts: Iterable[str], where: str) -> tuple[Said, ...]:
    return tuple(Said(text=line, taken_from=where) for line in dict.fromkeys(map(line_of, texts)) if line)


def _bylines(elements: Iterable[etree._Element]) -> Iterator[str]:
    """What is said by elements that are marked as naming the author; by the inner one where one holds another."""
    marked = [element for element in dict.fromkeys(elements) if _is_marked(element)]
    outer = {ancestor for element in marked for ancestor in element.iterancestors()}
    for element in marked:
        inner = element.find(".//*[@itemprop='name']")
        text = element.get("content") or text_within(element if inner is None else inner, _LONGEST)
        if element not in outer and 0 < len(text) <= _LONGEST:
            yield text


def _is_marked(element: etree._Element) -> bool:
    said = element.get("rel") == "author" or "author" in (element.get("itemprop") or "").split()
    classes = (element.get("class") or "")[:500].split()
    if not said and not any(_CLASS.fullmatch(name) for name in classes):
        return False
    around = " ".join(
        f"{part.get('class') or ''} {part.get('id') or ''}" for part in islice(element.iterancestors(), 4)
    )
    return not _COMMENT.search(around[:2000])


def _linked(lines: Iterable[Line]) -> Iterator[str]:
    """The texts of links to pages about authors."""
    for line in lines:
        link = line.element if line.element.tag == "a" else line.element.getparent()
        if link is not None and link.tag == "a" and _ABOUT.search((link.get("href") or "")[:500]):
            yield text_within(link, _LONGEST)
