"""What elements are for, by what their authors call them: tag, class, id, itemprop and role.

Does no I/O. Class names are English whatever the language of the page, for the frameworks that make pages give them. A
name proves nothing: a page may keep its whole article in a `widget`. So marks are hints, to be weighed against the text
that stands under them (`pageregion`).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from ahocorasick_rs import AhoCorasick
from lxml import etree

#: Elements that are furniture by their tag; each is its own mark.
_TAGS: Final = frozenset(("nav", "aside", "footer", "form", "button", "select", "figcaption"))
#: What names mark: words that they hold, each name between spaces, its dashes and underscores spaces too.
_WORDS: Final = {
    "related": (
        "relat", "relac", "recommend", " more ", "popular", "trending", "most read", "mostread", "most viewed",
        "read next", "readnext", "read also", "read more", "readmore", "also read", "also like", "latest", "outbrain",
        "taboola", "upnext", "next up", "next post", "next article", "teaser", "promo", "card",
    ),
    "share": ("share", "sharing", "compart", "partag", "social", "follow", "facebook", "twitter", "whatsapp"),
    "letter": (
        "newsletter", "subscri", "signup", "sign up", "opt in ", "optin ", "mailing", " cta ", "paywall", "login",
    ),
    "comment": ("comment", "komment", "koment", "coment", "disqus", "respond", "response", "reply", "discussion"),
    "author": ("author", "autor", "auteur", "byline", " bio ", "contributor", "writer", "profile"),
    "caption": (
        "caption", "credit", "figure", "photo", "image", "gallery", "media", "embed", "video", "slide",
    ),
    "side": ("sidebar", "widget", "aside", "rail", " toc ", "table of contents", "complementary"),
    "menu": (
        " nav", "menu", "breadcrumb", "pagination", "pager", " skip", "toolbar", "masthead", "topbar",
        "banner",
    ),
    "foot": ("foot", "copyright", "legal", "disclaimer", "colophon", "contentinfo"),
    "notice": ("cookie", "consent", "gdpr", "modal", "popup", "overlay", "dialog", "notice", "alert"),
    "advert": (" ad ", " ads ", "advert", "sponsor", "affiliate"),
}  # fmt: skip
_LISTED: Final = [(word, mark) for mark, words in _WORDS.items() for word in words]
_MACHINE: Final = AhoCorasick([word for word, _ in _LISTED])
#: Names that mark articles' own parts as often as furniture: they do not outweigh the engine.
WEAK: Final = frozenset(("related", "caption", "menu"))
_EDGES: Final = str.maketrans("-_\t\n\r\f\v", "  \x00\x00\x00\x00\x00")
#: Stands between the names of an element, and between elements; no word holds either.
_NEXT_NAME: Final = " \x00 "
_NEXT_ELEMENT: Final = " \x1f "
#: Characters of an element's names that are looked at.
_MAX_NAMES: Final = 300
#: Elements whose names are looked through at once; what is found takes a hundred times as much memory as they.
_AT_ONCE: Final = 2_000
_NONE: Final[frozenset[str]] = frozenset()


def names_of(element: etree._Element) -> str:
    """What the author of a page calls an element."""
    return " ".join(filter(None, map(element.get, ("class", "id", "itemprop", "role"))))[:_MAX_NAMES]


def marks_of(tags: Sequence[str], names: Sequence[str]) -> list[frozenset[str]]:
    """The marks of elements, without those that they inherit.

    The names of many are looked through at once: most of an element's cost would be that of asking.

    Args:
        tags: of the elements.
        names: of the same, as `names_of` gives them.
    """
    own = [_NONE] * len(tags)
    for first in range(0, len(names), _AT_ONCE):
        for place, marks in _marks_of_names(names[first : first + _AT_ONCE]).items():
            own[first + place] = frozenset(marks)
    for place, tag in enumerate(tags):
        if tag in _TAGS:
            own[place] |= {tag}
    return own


def _marks_of_names(names: Sequence[str]) -> dict[int, set[str]]:
    """What names mark, by their place."""
    every = "\x1f".join(names)
    if every.count("\x1f") >= len(names):
        every = "\x1f".join(name.replace("\x1f", " ") for name in names)
    every = every.lower().replace(" ", "\x00").translate(_EDGES)
    every = f" {every} ".replace("\x00", _NEXT_NAME).replace("\x1f", _NEXT_ELEMENT)
    starts = [*accumulate((len(each) + 1 for each in every.split("\x1f")), initial=0)]
    found: defaultdict[int, set[str]] = defaultdict(set)
    for word, start, _ in _MACHINE.find_matches_as_indexes(every, overlapping=True):
        found[bisect_right(starts, start) - 1].add(_LISTED[word][1])
    return found
