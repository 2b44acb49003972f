"""What a page says of itself in JSON-LD (schema.org), read as JSON and nothing else.

Does no I/O. Bounded: scripts above a size, and what is nested too deep for the JSON reader, count as not there.
"""

import json
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

_Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredData:
    """What JSON-LD says of the article. Empty: not said."""

    headline: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    language: str = ""
    image: str = ""
    tags: tuple[str, ...] = ()
    publisher: str = ""
    url: str = ""
    body: str = ""


def structured_data(scripts: Iterable[str]) -> StructuredData:
    """The article that the scripts describe; the first one that has a headline or a date, if there are several.

    Malformed JSON is skipped.
    """
    objects: list[_Object] = []
    left = MAX_CHARS
    for script in scripts:
        left -= len(script)
        if left < 0:
            break
        objects += _objects(_parsed(script))
    by_id = {found["@id"]: found for found in objects if isinstance(found.get("@id"), str) and len(found) > 1}
    articles = [found for found in objects if _is_article(found)]
    best = max(articles, key=lambda found: ("headline" in found) + ("datePublished" in found), default=None)
    if best is None:
        return StructuredData()
    return StructuredData(
        headline=_text(best.get("headline")),
        authors=_names(best.get("author") or best.get("creator"), by_id),
        published=_text(best.get("datePublished")) or _text(best.get("dateCreated")),
        modified=_text(best.get("dateModified")),
        language=_text(best.get("inLanguage")),
        image=_address(best.get("image"), by_id) or _text(best.get("thumbnailUrl")),
        tags=_tags(best),
        publisher=next(iter(_names(best.get("publisher"), by_id)), ""),
        url=_text(best.get("url")) or _address(best.get("mainEntityOfPage"), {}),
        body=_text(best.get("articleBody")),
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
        return None


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
    kinds = found.get("@type")
    return any(
        isinstance(kind, str) and kind.lower().endswith(_ARTICLE_ENDS)
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


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
