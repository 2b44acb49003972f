"""Words of a text with their places, and what of a word's letters is compared.

Does no I/O. Knows nothing of languages; `inflection` does.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, compress, count, islice
from operator import add
from typing import Final

#: Marks that stand on letters, Arabic vowel signs, soft hyphens and joiners: they never end a word.
_MARKS: Final = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u2060\ufe20-\ufe2f"
)
#: An apostrophe before one of these is a letter of Ukrainian: перемир'я.
_WORD: Final = re.compile(rf"([^\W_]+(?:(?:[{_MARKS}]+|['’](?=[яюєїЯЮЄЇ]))[^\W_]*)*)")
_MARK: Final = re.compile(rf"[{_MARKS}]")
_UNWRITTEN: Final = re.compile(rf"[{_MARKS}ـ'’ʼ]")
#: Letters that NFKD leaves and readers take for one another.
_LETTERS: Final = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe",
        "'": "", "’": "", "ʿ": "", "ʾ": "", "ʻ": "", "ʼ": "", "ʽ": "", "ˈ": "", "ʹ": "",
        "ى": "ي", "ی": "ي", "ې": "ي", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ک": "ك", "ٱ": "ا", "ـ": "",
    }
)  # fmt: skip
_VARIANTS: Final = re.compile(f"[{''.join(map(chr, _LETTERS))}]")
#: What makes that pattern necessary; without it the plain one finds the same.
_INSIDE_WORDS: Final = re.compile(rf"[{_MARKS}'’](?:(?<!['’])|(?=[яюєїЯЮЄЇ]))")
_PLAIN_WORD: Final = re.compile(r"([^\W_]+)")
#: Character sets of one byte that hold nearly all texts of nine of our languages; a table blanks what is in no word.
_BYTE_SETS: Final = tuple(
    (name, bytes(byte if bytes([byte]).decode(name, "replace").isalnum() else ord(" ") for byte in range(256)))
    for name in ("cp1252", "cp1251", "cp1254", "cp1256")
)
#: Signs of a text, such as emoji, that may be in no set.
_OTHER_SIGNS: Final = 8
#: A full stop or a stronger mark, then white space and no small letter; or a blank line.
_SENTENCE_END: Final = re.compile(
    r"[.!?…؟۔\n](?:(?<!\n)[.!?…؟۔]{0,3}[\"'”»’›)\]]{0,3}\s++(?![a-zà-öø-ÿа-яёіїєґ])|(?<=\n)[^\S\n]*\n)"
)
#: A full stop after a single letter ends no sentence.
_INITIAL: Final = re.compile(r"(?<!\w)\w\.")
#: Words whose folded form is remembered: one word is asked for it several times in a row.
_REMEMBERED: Final = 4096
_YEAR: Final = re.compile(r"[12][90]\d\d(?!\d)")


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a text in order: as they stand there, and where (code points). Known by identity."""

    text: str
    surfaces: list[str]
    _ends: Iterator[int]

    @cached_property
    def ends(self) -> list[int]:
        """Where each word ends."""
        return list(self._ends)

    def start(self, word: int) -> int:
        """Where a word starts, numbers from 0."""
        return self.ends[word] - len(self.surfaces[word])

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words first to last stand."""
        return self.ends[first] - len(self.surfaces[first]), self.ends[last]

    def sentence(self, word: int) -> int:
        """The number of the sentence of a word, from 0."""
        return bisect_right(self._breaks, self.ends[word] - len(self.surfaces[word]))

    @cached_property
    def _breaks(self) -> list[int]:
        return [
            end.end()
            for end in _SENTENCE_END.finditer(self.text)
            if not _INITIAL.fullmatch(self.text, max(0, end.start() - 1), end.start() + 1)
        ]

    @cached_property
    def years(self) -> list[tuple[int, int]]:
        """The words that are years of the last or this century, as (number of the word, year)."""
        found = ((year.start(), int(year[0])) for year in _YEAR.finditer(self.text))
        return [
            (bisect_right(self.ends, start), year)
            for start, year in found
            if 1900 <= year < 2100 and not self.text[max(0, start - 1) : start].isdigit()
        ]


def split_words(text: str) -> Words:
    """Runs of letters and digits. Apostrophes, hyphens and underscores separate, combining marks do not.

    >>> split_words("İdlib'de cease-fire").surfaces
    ['İdlib', 'de', 'cease', 'fire']
    """
    word = _WORD if _INSIDE_WORDS.search(text) else _PLAIN_WORD
    for name, blanked in _BYTE_SETS if word is _PLAIN_WORD else ():
        if (encoded := _encoded(text, name)) is not None:
            parts = encoded.translate(blanked).decode(name).split(" ")
            ends = map(add, accumulate(map(len, parts)), count())  # each part before takes one space more
            return Words(text, list(filter(None, parts)), compress(ends, parts))
    parts = word.split(text)  # what is no word at even places, words at odd ones
    return Words(text, parts[1::2], islice(accumulate(map(len, parts)), 1, None, 2))


def _encoded(text: str, name: str) -> bytes | None:
    """A text in a set of characters, a few signs that are not in it blanked; None: letters are not."""
    for _ in range(_OTHER_SIGNS):
        try:
            return text.encode(name)
        except UnicodeEncodeError as error:
            sign = text[error.start]
            if sign.isalnum():
                return None
            text = text.replace(sign, " ")
    return None


def bare(word: str) -> str:
    """The word composed (NFC) and without marks that have no letter of their own, case and spelling kept.

    >>> bare("إِدلـب")
    'إدلب'
    """
    if word.isascii():
        return word
    return _UNWRITTEN.sub("", unicodedata.normalize("NFC", word))


def fold(word: str) -> str:
    """Without case, diacritics and variants of one letter; never holds a space.

    >>> fold("İDLİB"), fold("Latakiyé"), fold("أُدْلِبـ"), fold("Straße")
    ('idlib', 'latakiye', 'ادلب', 'strasse')
    """
    return word.lower() if word.isascii() else _folded(word)


@lru_cache(maxsize=_REMEMBERED)
def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    if not decomposed.isalnum():
        decomposed = _MARK.sub("", decomposed)
    if decomposed.isalnum():  # then no mark is left, no joiner and no space
        return decomposed if _VARIANTS.search(decomposed) is None else decomposed.translate(_LETTERS)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    return "".join(_MARK.sub("", kept).split())
