"""A page without what the engine would throw away first, so that it reads half of it.

Does no I/O. The engine (trafilatura) holds some sixty patterns against the names of each element before and after it
drops scripts, navigation and the like. What it drops by its tag, whatever its names are, and what holds no text, need
not be looked at. On one page of fifty some block of the article is another one. Told to be precise, the engine takes
empty elements away together with the text behind them, which stays here; and it counts elements.
"""

from copy import copy
from typing import Final

from lxml.etree import strip_elements
from lxml.html import HtmlElement

#: What the engine drops by tag. Not the form, which may hold the whole page.
_DROPPED: Final = (
    "head", "script", "style", "noscript", "iframe", "frame", "frameset", "embed", "object", "param",
    "applet", "audio", "canvas", "map", "area", "picture", "source", "svg", "use", "video", "track", "button",
    "datalist", "dialog", "fieldset", "input", "label", "legend", "link", "marquee", "menu", "menuitem", "nav",
    "optgroup", "option", "output", "progress", "rp", "rt", "rtc", "select", "textarea", "time", "footer",
)  # fmt: skip
#: The same, unless a table stands in them.
_DROPPED_WITHOUT_TABLE: Final = ("figure", "aside")
#: What is nothing without text; a table keeps its empty cells.
_FRAMES: Final = (
    "a", "article", "b", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "header", "i", "img", "li", "main",
    "ol", "p", "section", "span", "strong", "ul",
)  # fmt: skip


#: The name that is given to what goes, so that all of it goes at once: text moved piece by piece to what stands before
#: would be copied for each element behind it. No parsed element has capitals in its name.
_NOTHING: Final = "NOTHING"


def trimmed(tree: HtmlElement) -> HtmlElement:
    """A copy of the html element with all its text that the engine may keep, and no more elements than that needs."""
    slim = copy(tree)
    strip_elements(slim, *_DROPPED, with_tail=False)
    for element in slim.iter(*_DROPPED_WITHOUT_TABLE):
        if element.find(".//table") is None:
            element.tag = _NOTHING
    strip_elements(slim, _NOTHING, with_tail=False)
    for element in reversed([*slim.iter(*_FRAMES)]):
        if _is_blank(element.text) and all(part.tag == _NOTHING and _is_blank(part.tail) for part in element):
            element.tag = _NOTHING
            if element.text or any(part.tail for part in element):
                element.tail = f" {element.tail or ''}"  # it may have been all that stood between two words
    strip_elements(slim, _NOTHING, with_tail=False)
    return slim


def _is_blank(text: str | None) -> bool:
    return not text or text.isspace()
