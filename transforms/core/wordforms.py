"""Words of a text with their places, and the form in which an inflected word meets the word an editor wrote.

Does no I/O. English, Russian, French, German and Spanish words are reduced by their Snowball stemmer. Arabic and
Turkish, where stemmers lose too much, are decided by the words that are looked for: a token is a form of one of them if
what is left and right of it are proclitics or pronouns (Arabic) or a chain of number and case endings (Turkish). So
`بإدلب` is a form of `إدلب` and `ateşkesin` of `ateşkes`, and no other word of the language is ever changed.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import Stemmer  # type: ignore[import-not-found]  # compiled, comes without types

#: Marks that stand on letters, Arabic vowel signs, soft hyphens and joiners: they never end a word.
_MARKS: Final = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u2060\ufe20-\ufe2f"
)
_WORD: Final = re.compile(rf"([^\W_]+(?:[{_MARKS}]+[^\W_]*)*)")
_MARK: Final = re.compile(rf"[{_MARKS}]")
#: Letters that NFKD leaves and readers take for one another.
_LETTERS: Final = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe",
        "ʿ": "", "ʾ": "", "ʻ": "", "ʼ": "", "ʽ": "", "ˈ": "", "ʹ": "",
        "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ٱ": "ا", "ـ": "",
    }
)  # fmt: skip
_SNOWBALL: Final = {"en": "english", "ru": "russian", "fr": "french", "de": "german", "es": "spanish", "it": "italian"}
#: Words remembered per language; about 200 bytes each.
_REMEMBERED: Final = 20_000

#: Arabic words that are written as part of the next: and, so, with, to, as, the; shortest first.
_PROCLITICS: Final = tuple(
    sorted(
        {f"{a}{b}{c}" for a in ("", "و", "ف") for b in ("", "ب", "ك") for c in ("", "ال")}
        | {f"{a}{b}" for a in ("", "و", "ف") for b in ("ل", "لل")},
        key=lambda prefix: (len(prefix), prefix),
    )
)
#: Arabic possessive pronouns; the one-letter ones are left out, they end too many other words.
_PRONOUNS: Final = ("ها", "هم", "نا", "هما", "كم")
#: Turkish number, possessive, case, then -ki and the copula, after folding (ı is i, ü is u).
_ENDINGS: Final = re.compile(
    r"(?:l[ae]r)?(?:[iu]m[iu]z|[iu]n[iu]z|[iu]m|[iu]n|s?[iu]|m)?"
    r"(?:n?[dt][ae]n?|n?[iu]n|[yn]?[ae]|[yn]?[iu]|y?l[ae]|[nc]?c[ae])?(?:k[iu](?:l[ae]r)?|[dt][iu]r|y[dt][iu])?"
)
_VOWELS: Final = frozenset("aeiou")
#: A Turkish final consonant before a vowel: çocuk, çocuğu.
_SOFTENED: Final = {"k": "g", "t": "d", "p": "b"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in order: as they stand there, and where (code points)."""

    surfaces: list[str]
    edges: list[int]  #: of word n, start at 2n and end at 2n + 1

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words first to last stand, numbers from 0."""
        return self.edges[2 * first], self.edges[2 * last + 1]


def split_words(text: str) -> Words:
    """Runs of letters and digits. Apostrophes, hyphens and underscores separate, combining marks do not.

    >>> split_words("İdlib'de cease-fire").surfaces
    ['İdlib', 'de', 'cease', 'fire']
    """
    parts = _WORD.split(text)  # what is no word at even places, words at odd ones
    return Words(parts[1::2], list(accumulate(map(len, parts))))


def bare(word: str) -> str:
    """The word composed (NFC) and without marks that have no letter of their own, case and spelling kept.

    >>> bare("إِدلـب")
    'إدلب'
    """
    return word if word.isascii() else _MARK.sub("", unicodedata.normalize("NFC", word)).replace("ـ", "")


def fold(word: str) -> str:
    """Without case, diacritics and variants of one letter; never holds a space.

    >>> fold("İDLİB"), fold("Latakiyé"), fold("أُدْلِبـ"), fold("Straße")
    ('idlib', 'latakiye', 'ادلب', 'strasse')
    """
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    return "".join(_MARK.sub("", kept).split())


class Forms(dict[str, str]):
    """word of a text -> the form that is compared and a space, for one language; remembers a bounded number of words.

    Args:
        language: one of `schemas.taxonomy.LANGUAGES`.
        vocabulary: the words looked for, as `key` gives them; what Arabic and Turkish tokens may be a form of.
    """

    def __init__(self, language: str, vocabulary: Collection[str] = ()) -> None:
        super().__init__()
        self._language = language
        self._vocabulary = frozenset(vocabulary)
        self._soft = {word[:-1] + _SOFTENED[word[-1]]: word for word in self._vocabulary if word[-1] in _SOFTENED}
        self._stem = Stemmer.Stemmer(_SNOWBALL[language], 0).stemWord if language in _SNOWBALL else None

    def __missing__(self, word: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        form = self[word] = f"{self._form(word)} "
        return form

    def key(self, word: str) -> str:
        """The form of a word that an editor wrote."""
        if self._language == "ar":
            plain = bare(word)
            return fold(plain[2:] if plain.startswith("ال") and len(plain) > 4 else plain)
        return fold(word) if self._stem is None else self._stemmed(word)

    def _form(self, word: str) -> str:
        if self._stem is not None:
            stem = self._stemmed(word)
            if stem not in self._vocabulary and self._language == "de" and word[-2:-1] in _VOWELS and word[-1] == "s":
                genitive = self._stemmed(word[:-1])  # Aleppos: the stemmer takes s off after some consonants only
                return genitive if genitive in self._vocabulary else stem
            return stem
        folded = fold(word)
        if folded in self._vocabulary:
            return folded
        if self._language == "ar":
            return self._without_clitics(folded)
        return self._without_endings(folded) if self._language == "tr" else folded

    def _stemmed(self, word: str) -> str:
        assert self._stem is not None  # noqa: S101  # for the type checker
        if word.isascii():
            return str(self._stem(word.lower()))
        lowered = bare(unicodedata.normalize("NFKC", word)).replace("İ", "i").casefold().replace("ё", "е")
        stem = str(self._stem(lowered))
        return stem if self._language == "ru" and "а" <= stem[:1] <= "я" else fold(stem)

    def _without_clitics(self, word: str) -> str:
        for prefix in _PROCLITICS:
            if word.startswith(prefix):
                rest = word[len(prefix) :]
                if rest in self._vocabulary:
                    return rest
                for pronoun in _PRONOUNS:
                    if rest.endswith(pronoun) and rest[: -len(pronoun)] in self._vocabulary:
                        return rest[: -len(pronoun)]
        return word

    def _without_endings(self, word: str) -> str:
        for end in range(len(word) - 1, max(1, len(word) - 16), -1):
            start = word[:end]
            known = start if start in self._vocabulary else word[end] in "aeiu" and self._soft.get(start)
            if known and _ENDINGS.fullmatch(word, end):
                return known
        return word
