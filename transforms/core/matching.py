"""Finds an editor's expressions in a text, whatever form their words have there, with exact offsets.

Does no I/O. The words of the text and of the expressions are brought to comparable forms (`wordforms`) and joined by
spaces; an Aho-Corasick automaton then finds all expressions in one pass, the nested ones too, and cannot start or end
inside a word. A hit counts if

- no sentence or list mark stands between its words ("... a siege. Fire ..." is no *siege fire*), and
- each word written with `=` stands there as written: spelling, diacritics, and capitals where the editor wrote them
  (`=Hama` is not Hamas, `=Turkey` no turkey, `=UN` not the French *un*). Arabic words keep their proclitics under `=`.
  In a text without any small letter capitals prove nothing: there a `=` word of capitals only does not match.

A hyphen, apostrophe or full stop inside a chunk of an expression may be missing in the text: `cease-fire` matches
ceasefire and cease fire.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from schemas.taxonomy import Expression
from transforms.core.wordforms import Forms, Words, bare, split_words

#: What may stand between two words of an expression: white space without a blank line, hyphens, apostrophes, quotes.
_JOINT: Final = re.compile(
    r"[^\S\n]*\n?[^\S\n]*"
    r"|[ \u00a0]?[-_/'\"`´«»„“”‘’‚‹›‐‑‒–־\u00a0\u200b-\u200f\u2066-\u2069\ufeff]{1,3}[ \u00a0]?"
)
#: After a single letter also a full stop: U.N. Security Council.
_INITIAL: Final = re.compile(r"\.[^\S\n]?")


@dataclass(frozen=True, slots=True)
class Found:
    """An expression in a text: `text[start:end]` are its words; `word` is the number of the first, from 0."""

    rule: int  #: index of the expression among those the matcher was made from
    start: int
    end: int
    word: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One way to write an expression."""

    rule: int
    exact: tuple[str, ...]  #: per word what must stand there; empty: any form


class Matcher:
    """All given expressions, to be found in texts of one language.

    Args:
        language: of the texts; decides how words are inflected.
        expressions: of whatever language; those of another are looked for as if they were words of this one.
    """

    def __init__(self, language: str, expressions: Sequence[Expression]) -> None:
        readings = [[way for spelling in told.spellings() for way in _readings(spelling)] for told in expressions]
        plain = Forms(language)
        vocabulary = {plain.key(word) for rule in readings for reading in rule for word, _ in reading}
        self._forms = Forms(language, vocabulary - {""})
        self._language = language
        patterns: dict[str, dict[_Pattern, None]] = {}
        for rule, rule_readings in enumerate(readings):
            for reading in rule_readings:
                keys = [plain.key(word) for word, _ in reading]
                if all(keys):
                    exact = tuple(bare(word) if marked else "" for word, marked in reading)
                    pattern = _Pattern(rule, exact if any(exact) else ())
                    patterns.setdefault(f" {' '.join(keys)} ", {})[pattern] = None
        self._patterns = [tuple(group) for group in patterns.values()]
        self._automaton = AhoCorasick(list(patterns), matchkind=MatchKind.Standard, store_patterns=False)

    def find(self, text: str, words: Words | None = None) -> Iterator[Found]:
        """Every expression in the text, in order of where it ends; nested and overlapping ones too.

        Args:
            text: any string.
            words: its words, where they are known already.
        """
        words = words or split_words(text)
        forms = [self._forms[word] for word in words.surfaces]
        hits = self._automaton.find_matches_as_indexes(f" {' '.join(forms)} ", overlapping=True)
        if not hits:
            return
        starts = list(accumulate((len(form) + 1 for form in forms), initial=0))
        shouted = text.isupper()
        seen: set[tuple[int, int, int]] = set()
        for index, hit_start, hit_end in hits:
            first, last = bisect_right(starts, hit_start) - 1, bisect_right(starts, hit_end - 2) - 1
            if not self._joined(text, words, first, last):
                continue
            for pattern in self._patterns[index]:
                key = (pattern.rule, first, last)
                if key not in seen and self._as_written(pattern.exact, words, first, shouted=shouted):
                    seen.add(key)
                    yield Found(pattern.rule, words.spans[first][0], words.spans[last][1], first)

    @staticmethod
    def _joined(text: str, words: Words, first: int, last: int) -> bool:
        for number in range(first, last):
            (start, end), (following, _) = words.spans[number], words.spans[number + 1]
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
        if self._language == "ar":
            return word.endswith(wanted) or (wanted.startswith("ال") and word.endswith("لل" + wanted[2:]))
        if wanted.isupper() and len(wanted) > 1:
            return word == wanted and not shouted
        return word in (wanted, wanted.upper(), wanted[:1].upper() + wanted[1:])


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
