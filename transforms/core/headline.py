"""The headline of a page, and the lines around it, as a reader sees them: who wrote it, and when.

Does no I/O. What is about others (navigation, sidebars, footers) is left out, and so is the masthead.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from lxml import etree

from transforms.core.pagetitle import MAX_TITLE, key_of
from transforms.core.shorttext import text_within

#: Parts of a page that are about others.
ASIDE: Final = frozenset(("nav", "aside", "footer", "form", "noscript", "template"))
_UNSEEN: Final = frozenset(("script", "style", "noscript", "template", "svg", "select", "option", "button"))
#: A headline has at least so many letters.
_SHORTEST_TITLE: Final = 8
#: So many headings are looked at.
_MOST_HEADINGS: Final = 100
#: Elements that are walked through behind the headline, and before it.
_BEHIND: Final = 80
_BEFORE: Final = 12
#: So many ancestors of the headline may hold a line before it.
_CLIMB: Final = 3
#: A paragraph of the body has at least so many characters; behind the third one there is nothing about the article.
_PARAGRAPH: Final = 100
_LONG: Final = 3
#: A line has at most so many.
LINE: Final = 160
#: A line that calls the next one something has fewer.
_LABEL: Final = 40


class Line(NamedTuple):
    """A line of text near the headline."""

    text: str
    label: str  #: the short line before it, else the class of its element
    element: etree._Element
    is_time: bool = False  #: whether the text is a time element's attribute


def headline_of(tree: etree._Element, title: str) -> etree._Element | None:
    """The heading that says the title, or as much of it as there is room for; else the first one."""
    first = None
    for heading in islice(tree.iter("h1", "h2"), _MOST_HEADINGS):
        key = key_of(text_within(heading, MAX_TITLE))
        if len(key) >= _SHORTEST_TITLE and (key in title or title in key):
            return heading
        if first is None and heading.tag == "h1":
            first = heading
    return first


def lines_behind(headline: etree._Element) -> Iterator[Line]:
    """Short lines behind the headline up to the body."""
    long, label = 0, ""
    for element in _walk_behind(headline):
        if element.tag == "time" and (said := element.get("datetime")):
            yield Line(said, label or class_of(element), element, is_time=True)
        for text in _texts(element):
            if len(text) >= _PARAGRAPH:
                long += 1
            elif len(text) <= LINE:
                yield Line(text, label or class_of(element), element)
                label = text if len(text) < _LABEL and not text[-1:].isdigit() else ""
        if long >= _LONG:
            return


def class_of(element: etree._Element) -> str:
    """What an element is called in its class and as microdata."""
    return f"{element.get('class') or ''} {element.get('itemprop') or ''}"


def lines_before(headline: etree._Element) -> Iterator[Line]:
    """Short lines before the headline that stand in one small element with it."""
    here = headline
    for _ in range(_CLIMB):
        for number, element in enumerate(here.itersiblings(preceding=True)):
            if number >= _BEFORE or element.tag in ASIDE:
                break
            for part in [element, *element.iter()][:_BEFORE]:
                for text in _texts(part):
                    if len(text) <= LINE:
                        yield Line(text, class_of(part), part)
        parent = here.getparent()
        if parent is None or parent.tag in {"body", "html", "main"}:
            return
        here = parent


def _walk_behind(element: etree._Element) -> Iterator[etree._Element]:
    """The elements behind one, in the order of the document; parts that are about others are left out."""
    here = element
    for _ in range(_BEHIND):
        child = here[0] if len(here) and here is not element and here.tag not in ASIDE | _UNSEEN else None
        while child is None:
            child = here.getnext()
            if child is None:
                here = here.getparent()
                if here is None or here.tag in {"body", "html"}:
                    return
        here = child
        if here.tag not in ASIDE | _UNSEEN:
            yield here


def _texts(element: etree._Element) -> Iterator[str]:
    """The lines of text that stand in an element itself, and right behind it."""
    for text in (element.text if element.tag not in _UNSEEN else None, element.tail):
        if text and (line := " ".join(text[:2000].split())):
            yield line
