"""The headline of a page: all that says so, and the one that its readers see, without the name of the site.

Does no I/O. Meta elements and JSON-LD carry titles made for search engines and social networks; the heading on the page
is the article's own. It is taken where it has most words in common with one of these, and so is no other heading, nor
the name of the site; else the first of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from transforms.core.entries import line_of
from transforms.core.pagedata import StructuredData
from transforms.core.shorttext import text_within

#: A longer title is cut.
MAX_TITLE: Final = 500
_TITLES: Final = (
    "og:title",
    "headline",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
)
_MOST_HEADINGS: Final = 3
#: A heading is the title's if it shares so many of the shorter one's words, or letters where there are no spaces.
_COMMON: Final = 0.5
_FEWEST: Final = 2
_SEPARATOR: Final = re.compile(r"\s+[|\-–—•·»«:/\\]{1,2}\s+|\s?[|｜]\s?|:\s|[_＿](?=\S{1,40}$)")
_WORD: Final = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a page says, and where."""

    text: str
    taken_from: str  #: e.g. "h1", "meta og:title", "json-ld headline"


def titles_of(tree: etree._Element, meta: dict[str, list[str]], data: StructuredData) -> tuple[Said, ...]:
    """All that may be the title, each on one line, each once."""
    said = [
        *(Said(text=text, taken_from="meta og:title") for text in meta.get("og:title", ())),
        Said(text=data.headline, taken_from="json-ld headline"),
        *(Said(text=text, taken_from=f"meta {name}") for name in _TITLES[1:] for text in meta.get(name, ())),
    ]
    if (element := tree.find(".//title")) is not None:
        said.append(Said(text=_text(element), taken_from="title"))
    said += [Said(text=_text(heading), taken_from="h1") for heading in islice(tree.iter("h1"), _MOST_HEADINGS)]
    found: dict[str, Said] = {}
    for each in said:
        if line := line_of(each.text)[:MAX_TITLE]:
            found.setdefault(f"{each.taken_from == 'h1'}{line}", Said(text=line, taken_from=each.taken_from))
    return tuple(found.values())


def best_title(titles: Iterable[Said], *, site: str, host: str) -> Said:
    """The title, less the site's name.

    Args:
        titles: as `titles_of` gives them.
        site: the name of the site; empty: not known.
        host: of the page's address; empty: not known.
    """
    titles = tuple(titles)
    if not titles:
        return Said(text="", taken_from="")
    names = frozenset({key_of(site), *(key_of(label) for label in host.split("."))} - {""})
    written = [each for each in titles if each.taken_from == "h1" and key_of(each.text) not in names]
    others = [each for each in titles if each.taken_from != "h1"]
    for heading in written:
        if not others or any(_is_same(heading.text, other.text) for other in others):
            return _without_site(heading, titles, names)
    return _without_site((others or written or list(titles))[0], titles, names)


def key_of(text: str) -> str:
    """What is left of a title when only its letters and digits count."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _is_same(one: str, other: str) -> bool:
    """Whether two titles are of one story."""
    ours, theirs = (set(_WORD.findall(title.casefold())) for title in (one, other))
    shorter = min(len(ours), len(theirs))
    common = len(ours & theirs)
    return common >= _COMMON * shorter and common >= min(_FEWEST, shorter) > 0


def _without_site(title: Said, titles: Iterable[Said], names: frozenset[str]) -> Said:
    """A part goes if it is the site's name or the name in its host, or if what remains is another of the titles."""
    others = {key_of(each.text) for each in titles if each.text != title.text}
    for cut in _SEPARATOR.finditer(title.text):
        before, after = title.text[: cut.start()].strip(), title.text[cut.end() :].strip()
        if before and (key_of(after) in names or key_of(before) in others):
            return Said(text=before, taken_from=title.taken_from)
        if after and (key_of(before) in names or key_of(after) in others):
            return Said(text=after, taken_from=title.taken_from)
    return title


def _text(element: etree._Element) -> str:
    return text_within(element, MAX_TITLE)
