"""What a page says of itself in JSON-LD (schema.org), read as JSON and nothing else.

Does no I/O. Bounded: scripts above a size, and what is nested too deep for the JSON reader, count as not there.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

#: Characters of JSON-LD that are read of one page; articles have 2,000 to 20,000.
MAX_CHARS: Final = 1_000_000
#: Objects looked at in one page.
_MAX_NODES: Final = 5_000
_ARTICLE_ENDS: Final = ("article", "posting", "report", "review", "newsarticle")
_WRAPPINGS: Final = ("<!--", "//<![CDATA[", "<![CDATA[", "/*<![CDATA[*/")
_UNWRAPPINGS: Final = ("-->", "//]]>", "]]>", "/*]]>*/")

#: What a script that is no JSON says all the same.
_BROKEN: Final = re.compile(r'"(datePublished|dateModified|headline)"\s{0,9}:\s{0,9}"((?:[^"\\\n]|\\.){1,500})"')

_BROKEN_ARTICLE: Final = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"(?:\w{0,40}Article|BlogPosting)"')

_CLASS_NAME: Final = re.compile(r"\.([\w-]{1,100})")

_Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredData:
    """What JSON-LD says of the article. Empty: not said."""

    headline: str = ""
    authors: tuple[str, ...] = ()
    people: frozenset[str] = frozenset()  #: those of the authors that are said to be people
    published: str = ""
    modified: str = ""
    language: str = ""
    image: str = ""
    tags: tuple[str, ...] = ()
    publisher: str = ""
    url: str = ""
    body: str = ""
    section: str = ""
    words: int = 0  #: wordCount; 0: not said
    is_free: bool | None = None  #: isAccessibleForFree; None: not said
    sold_parts: tuple[str, ...] = ()  #: classes of the elements that only those who pay may read
    is_article: bool = False  #: whether an article is described at all
    kinds: frozenset[str] = frozenset()  #: the types of the outermost objects, in small letters
    articles: int = 0  #: how many articles of different headlines are described


def structured_data(scripts: Iterable[str]) -> StructuredData:
    """The article that the scripts describe; the first one that has a headline or a date, if there are several.

    Where none is an article, dates are those of the page. Of malformed JSON only headline and dates are read.
    """
    objects: list[_Object] = []
    outer: list[_Object] = []
    left = MAX_CHARS
    for script in scripts:
        left -= len(script)
        if left < 0:
            break
        document = _parsed(script)
        objects += _objects(document)
        outer += _outermost(document)
    by_id = {found["@id"]: found for found in objects if isinstance(found.get("@id"), str) and len(found) > 1}
    articles = [found for found in objects if _is_article(found)]
    kinds = frozenset(kind for found in outer for kind in _kinds(found))
    best = max(articles, key=lambda found: ("headline" in found) + ("datePublished" in found), default=None)
    if best is None:
        page = next((found for found in outer if "datePublished" in found), {})
        return StructuredData(
            published=_text(page.get("datePublished")), modified=_text(page.get("dateModified")), kinds=kinds
        )
    return StructuredData(
        headline=_text(best.get("headline")) or _text(best.get("name")),
        authors=_names(best.get("author") or best.get("creator"), by_id),
        people=frozenset(_names(_people(best.get("author"), by_id), by_id)),
        published=_text(best.get("datePublished")) or _text(best.get("dateCreated")),
        modified=_text(best.get("dateModified")),
        language=_text(best.get("inLanguage")),
        image=_address(best.get("image"), by_id) or _text(best.get("thumbnailUrl")),
        tags=_tags(best),
        publisher=next(iter(_names(best.get("publisher"), by_id)), ""),
        url=_text(best.get("url")) or _address(best.get("mainEntityOfPage"), {}),
        body=_text(best.get("articleBody")),
        section=_text(best.get("articleSection")),
        words=_number(best.get("wordCount")),
        is_free=_truth(best.get("isAccessibleForFree")),
        sold_parts=_sold_parts(best),
        is_article=True,
        kinds=kinds,
        articles=len({_text(found.get("headline")) for found in articles} - {""}),
    )


def _parsed(script: str) -> object:
    text = script.strip()
    for start in _WRAPPINGS:
        text = text.removeprefix(start).lstrip()
    for end in _UNWRAPPINGS:
        text = text.removesuffix(end).rstrip()
    try:
        return json.loads(text.rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return _salvaged(text)


def _salvaged(text: str) -> _Object | None:
    """The headline and the dates of an article in what is no JSON."""
    if not _BROKEN_ARTICLE.search(text):
        return None
    said: _Object = {"@type": "Article"}
    for key, value in _BROKEN.findall(text):
        said.setdefault(key, value)
    return said


def _outermost(document: object) -> list[_Object]:
    """The objects that are part of no other; those of a graph count as such."""
    found: list[_Object] = []
    for node in document if isinstance(document, list) else [document]:
        if isinstance(node, dict):
            graph = node.get("@graph")
            found += [each for each in graph if isinstance(each, dict)] if isinstance(graph, list) else [node]
    return found


def _objects(document: object) -> list[_Object]:
    """All objects of a document, outer ones first."""
    found: list[_Object] = []
    pending = [document]
    for node in pending:
        if len(pending) > _MAX_NODES:
            break
        if isinstance(node, dict):
            found.append(node)
            pending.extend(value for value in node.values() if isinstance(value, dict | list))
        elif isinstance(node, list):
            pending.extend(value for value in node if isinstance(value, dict | list))
    return found


def _is_article(found: _Object) -> bool:
    return any(kind.endswith(_ARTICLE_ENDS) for kind in _kinds(found))


def _kinds(found: _Object) -> list[str]:
    kinds = found.get("@type")
    return [kind.lower() for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _sold_parts(article: _Object) -> tuple[str, ...]:
    """The classes that hasPart names as not free."""
    parts = article.get("hasPart")
    selectors = (
        _text(part.get("cssSelector"))
        for part in (parts if isinstance(parts, list) else [parts])
        if isinstance(part, dict) and _truth(part.get("isAccessibleForFree")) is False
    )
    return tuple(name for selector in selectors for name in _CLASS_NAME.findall(selector[:500]))[:10]


def _number(value: object) -> int:
    said = str(value).strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 8 else 0


def _truth(value: object) -> bool | None:
    """Booleans are written as such, as words and as addresses of schema.org's."""
    if isinstance(value, bool):
        return value
    said = _text(value).lower().rpartition("/")[2]
    return {"true": True, "false": False}.get(said)


def _text(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return value.strip() if isinstance(value, str) else ""


def _names(value: object, by_id: dict[str, _Object]) -> tuple[str, ...]:
    names = []
    for person in value if isinstance(value, list) else [value]:
        named = (
            by_id.get(str(person.get("@id")), person) if isinstance(person, dict) and "name" not in person else person
        )
        if name := _text(named):
            names.append(name)
    return tuple(names[:20])


def _people(value: object, by_id: dict[str, _Object]) -> list[_Object]:
    """The authors of type Person."""
    named = [
        by_id.get(str(each.get("@id")), each)
        for each in (value if isinstance(value, list) else [value])
        if isinstance(each, dict)
    ]
    return [each for each in named if "person" in _kinds(each)]


def _address(value: object, by_id: dict[str, _Object]) -> str:
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        first = by_id.get(str(first.get("@id")), first)
        first = first.get("url") or first.get("contentUrl") or first.get("@id")
    return first.strip() if isinstance(first, str) else ""


def _tags(article: _Object) -> tuple[str, ...]:
    tags: list[str] = []
    for key in ("keywords", "articleSection"):
        value = article.get(key)
        for tag in value if isinstance(value, list) else [value]:
            if isinstance(tag, str):
                tags += tag.split(",")
            elif isinstance(tag, dict):
                tags.append(_text(tag))
    return tuple(tags)
