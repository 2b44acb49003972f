"""What elements are for, by what their authors call them: tag, class, id, itemprop and role.

Does no I/O. Class names are English whatever the language of the page, for the frameworks that make pages give them. A
name proves nothing: a page may keep its whole article in a `widget`. So marks are hints, to be weighed against the text
that stands under them (`pageregion`).
"""

from functools import lru_cache
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
_EDGES: Final = str.maketrans("-_", "  ")
#: Characters of an element's names that are looked at.
_MAX_NAMES: Final = 300
_NONE: Final[frozenset[str]] = frozenset()


def marks_of(element: etree._Element) -> frozenset[str]:
    """The marks of an element, without those that it inherits."""
    names = " ".join(filter(None, map(element.get, ("class", "id", "itemprop", "role"))))
    marks = _marks_of_names(names[:_MAX_NAMES]) if names else _NONE
    return marks | {element.tag} if element.tag in _TAGS else marks


@lru_cache(maxsize=20_000)
def _marks_of_names(names: str) -> frozenset[str]:
    return _NONE.union(*map(_marks_of_name, names.split()))


@lru_cache(maxsize=20_000)
def _marks_of_name(name: str) -> frozenset[str]:
    padded = f" {name.lower().translate(_EDGES)} "
    return frozenset(_LISTED[word][1] for word, _, _ in _MACHINE.find_matches_as_indexes(padded, overlapping=True))
