"""Finds an editor's expressions in a text, whatever form their words have there, with exact offsets.

Does no I/O. The words of the text and of the expressions are brought to comparable forms (`wordforms`) and joined by
spaces; an Aho-Corasick automaton then finds all expressions in one pass, the nested ones too, and cannot start or end
inside a word. A hit counts if

- no sentence or list mark stands between its words ("... a siege. Fire ..." is no *siege fire*), and
- each word written with `=` stands there as written: spelling, diacritics, and capitals where the editor wrote them
  (`=Hama` is not Hamas, `=Turkey` no turkey, `=UN` not the French *un*). Arabic words keep their proclitics under `=`.
  In a text without any small letter capitals prove nothing: there a `=` word of capitals only does not match.

English, French and Spanish names do not change: a word with a capital matches itself or itself with an s (*Siria* has
the stem of *Siri*). A hyphen, apostrophe or full stop inside a chunk of an expression may be missing in the text:
`cease-fire` matches ceasefire and cease fire.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from schemas.taxonomy import Expression
from transforms.core.wordforms import Forms, Words, bare, fold, split_words

#: What may stand between two words of an expression: white space without a blank line, hyphens, apostrophes, quotes.
_JOINT: Final = re.compile(
    r"[^\S\n]*\n?[^\S\n]*"
    r"|[ \u00a0]?[-_/'\"`´«»„“”‘’‚‹›‐‑‒–־\u00a0\u200b-\u200f\u2066-\u2069\ufeff]{1,3}[ \u00a0]?"
)
#: Languages whose names are not inflected: there a capitalised word is itself, with or without a final s.
_RIGID: Final = frozenset({"en", "fr", "es", "it"})
#: Languages whose endings are not looked for on a foreign word.
_LATIN: Final = _RIGID | {"de", "tr"}
#: After a single letter also a full stop: U.N. Security Council.
_INITIAL: Final = re.compile(r"\.[^\S\n]?")


class Found(NamedTuple):
    """An expression in a text: `text[start:end]` are its words; `word` is the number of the first, from 0."""

    rule: int  #: index of the expression among those the matcher was made from
    start: int
    end: int
    word: int


class _Pattern(NamedTuple):
    """One way to write an expression."""

    rule: int
    exact: tuple[str, ...]  #: per word what must stand there; empty: any form


class Matcher:
    """All given expressions, to be found in texts of one language.

    Args:
        language: of the texts; decides how words are inflected.
        expressions: of whatever language; those of another match unchanged or with an s.
        owners: whom each expression speaks for; of one owner's expressions that come to the same, the first is found.
        inflected: whether texts are surely of that language; if not, all Latin words match as foreign ones do.
    """

    def __init__(
        self, language: str, expressions: Sequence[Expression], owners: Sequence[int], *, inflected: bool = True
    ) -> None:
        readings = [[way for spelling in _spellings(told) for way in _readings(spelling)] for told in expressions]
        plain = Forms(language)
        keys = {word: plain.key(word) for ways in readings for way in ways for word, _ in way}
        self._forms = Forms(language, set(keys.values()) - {""})
        self._language = language
        patterns: dict[tuple[str, ...], dict[tuple[int, tuple[str, ...]], int]] = {}
        for rule, (ways, owner) in enumerate(zip(readings, owners, strict=True)):
            for way in ways:
                sought = tuple(keys[word] for word, _ in way)
                if all(sought):
                    foreign = not inflected or expressions[rule].language != language
                    exact = tuple(self._demand(word, marked=marked, foreign=foreign) for word, marked in way)
                    patterns.setdefault(sought, {}).setdefault((owner, exact if any(exact) else ()), rule)
        self._patterns = [
            (len(sought), tuple(_Pattern(rule, exact) for (_, exact), rule in group.items()))
            for sought, group in patterns.items()
        ]
        sought_strings = [f" {' '.join(sought)} " for sought in patterns]
        self._automaton = AhoCorasick(sought_strings, matchkind=MatchKind.Standard, store_patterns=False)

    def find(self, text: str, words: Words | None = None) -> Iterator[Found]:
        """Every expression in the text, in order of where it ends; nested and overlapping ones too.

        Args:
            text: any string.
            words: its words, where they are known already.
        """
        words = words or split_words(text)
        forms = [self._forms[word] for word in words.surfaces]
        hits = self._automaton.find_matches_as_indexes(f" {''.join(forms)}", overlapping=True)
        if not hits:
            return
        starts = list(accumulate(map(len, forms), initial=0))
        shouted = text.isupper()
        for index, hit_start, _ in hits:
            length, group = self._patterns[index]
            first = bisect_left(starts, hit_start)
            last = first + length - 1
            if length > 1 and not self._joined(text, words, first, last):
                continue
            for rule, exact in group:
                if not exact or self._as_written(exact, words, first, shouted=shouted):
                    yield Found(rule, *words.span(first, last), first)

    def _demand(self, word: str, *, marked: bool, foreign: bool) -> str:
        """What must stand where an editor wrote the word: `=word` as written, else folded; empty: any of its forms."""
        if marked:
            return f"={bare(word)}"
        rigid = self._language in _LATIN if foreign else self._language in _RIGID and word[0].isupper()
        return fold(word) if rigid else ""

    @staticmethod
    def _joined(text: str, words: Words, first: int, last: int) -> bool:
        for number in range(first, last):
            start, end, following = words.edges[2 * number : 2 * number + 3]
            if text[end:following] == " " or _JOINT.fullmatch(text, end, following):
                continue
            if end - start > 1 or not _INITIAL.fullmatch(text, end, following):
                return False
        return True

    def _as_written(self, exact: tuple[str, ...], words: Words, first: int, *, shouted: bool) -> bool:
        for number, wanted in enumerate(exact):
            if wanted and not self._is_written(wanted, bare(words.surfaces[first + number]), shouted=shouted):
                return False
        return True

    def _is_written(self, wanted: str, word: str, *, shouted: bool) -> bool:
        if wanted[0] != "=":
            return fold(word) in (wanted, f"{wanted}s")
        wanted = wanted[1:]
        if self._language == "ar":
            return word.endswith(wanted) or (wanted.startswith("ال") and word.endswith("لل" + wanted[2:]))
        if wanted.isupper() and len(wanted) > 1:
            return word == wanted and not shouted
        return word in (wanted, wanted.upper(), wanted[:1].upper() + wanted[1:])


def _spellings(told: Expression) -> tuple[str, ...]:
    first, *further = told.pieces()
    return () if further else first.spellings


def _readings(expression: str) -> Iterator[list[tuple[str, bool]]]:
    """The ways to write an expression, each a list of (word, as written).

    >>> list(_readings("=cease-fire now"))
    [[('cease', True), ('fire', True), ('now', False)], [('ceasefire', True), ('now', False)]]
    """
    chunks: list[list[list[tuple[str, bool]]]] = []
    for chunk in expression.split():
        marked = chunk.startswith("=")
        pieces = split_words(chunk).surfaces
        ways = [[(piece, marked) for piece in pieces]]
        if len(pieces) > 1:
            ways.append([("".join(pieces), marked)])
        chunks.append(ways)
    for choice in product(*chunks):
        yield [word for way in choice for word in way]
