"""Words and figures of a text with their places, as an editor's eye tells them apart. Does no I/O.

A figure is a number in the digits of any script with the signs that belong to it ($12.5, 40%); two figures are the same
where their values and signs are, whatever their thousands separators. Two words are the same where `body_key` says so.
Punctuation gives no token. In scripts that put no space between words each letter is a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from transforms.core.normalise import body_key

_UNSPACED: Final = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
#: Marks and joiners that stand within words; \w does not know them.
_MARKS: Final = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u09e3\u0a01-\u0dff\u200c\u200d\ufe20-\ufe2f"
)
_CURRENCY: Final = "$€£¥₺₽₪₹"
_SHARE: Final = "%٪‰"
_TOKEN: Final = re.compile(
    rf"(?P<figure>[{_CURRENCY}]?\d+(?:[.,٫٬]\d+)*[{_SHARE}]?)"
    rf"|[{_UNSPACED}]"
    rf"|[^\W\d_](?:(?![\d{_UNSPACED}])(?:[^\W_]|[{_MARKS}]))*"
)
_THOUSANDS: Final = re.compile(r"[.,](?=\d{3}(?!\d))")


class Token(NamedTuple):
    """A word or figure: `text[start:end]`."""

    key: str  #: what is compared
    start: int
    end: int
    is_figure: bool


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The words and figures of `text[start:end]` in order, their places counted in the whole text. Linear.

    >>> [token.key for token in tokens("Killed: $1,200 to ٢١ — Erdoğan’s 5%")]
    ['killed', '$1200', 'to', '21', 'erdoğan', 's', '5%']
    """
    for each in _TOKEN.finditer(text, start, len(text) if end is None else end):
        is_figure = each.lastgroup is not None
        key = _value(each.group()) if is_figure else _spelling(each.group())
        yield Token(key, each.start(), each.end(), is_figure)


def _spelling(word: str) -> str:
    return word.lower() if word.isascii() else body_key(word)


def _value(figure: str) -> str:
    r"""A figure in ASCII digits, without thousands separators.

    >>> _value("١٬٢٠٠"), _value("3,5%"), _value("1.234.567")
    ('1200', '3.5%', '1234567')
    """
    if not figure.isascii():
        figure = figure.replace("٫", ".").replace("٬", ",").replace("٪", "%")
        figure = "".join(str(unicodedata.decimal(sign, sign)) for sign in figure)
    return _THOUSANDS.sub("", figure).replace(",", ".")
