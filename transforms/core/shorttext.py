"""The text of an element that should be a line, read no further than a line goes: pages nest what they like."""

from itertools import islice
from typing import Final

from lxml import etree

#: Pieces of text that a line has at most.
_PIECES: Final = 200


def text_within(element: etree._Element, limit: int) -> str:
    """The text of an element on one line, white space run together; empty where it is longer than a limit.

    >>> from lxml import html
    >>> text_within(html.fromstring("<h1>Ferry <b>leaves</b>  again</h1>"), 30)
    'Ferry leaves again'
    >>> text_within(html.fromstring("<h1>Ferry leaves again</h1>"), 10)
    ''
    """
    pieces: list[str] = []
    length = 0
    for piece in islice(element.itertext(), _PIECES):
        words = str(piece[: 4 * limit]).split()
        pieces += words
        length += sum(map(len, words))
        if length > limit:
            return ""
    line = " ".join(pieces)
    return line if len(line) <= limit else ""
