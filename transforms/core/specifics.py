"""What is specific in two texts that are laid side by side: their figures, and their names where there are capitals.

Does no I/O. Names are words that are written with a capital within a sentence. Scripts without capitals have none here.
In languages that write every noun with a capital, a name that agrees says less. Two forms of a name, cut short or
inflected, are one. No list of words of any language is used.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from rapidfuzz.distance import Prefix

from transforms.core.align import Slot
from transforms.core.normalise import words

#: Share of words with a capital from which on nouns are written with one, and what a name that agrees then counts.
_NOUN_CAPITALS = 0.17
_NOUN_WEIGHT = 0.35
#: Letters that two forms of a name have in common at least, and the share of the longer, if neither is the other's
#: beginning.
_MIN_STEM = 3
_STEM_SHARE = 0.6
_CASE_CHARS = 400
_CASED_WORD = re.compile(r"(?<=[^\W\d_])[ ,] ?[\"'«“„‘(\[]{0,2}([^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Worded:
    """A text, what is compared of it, and the words of that."""

    text: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Specifics:
    """What is specific in either text: figures, and names where there are capitals."""

    names: Set[str]  #: of both texts, as `words` spells them; none in scripts without capitals
    by_case: bool  #: whether both are written in a script with capitals
    unspaced: bool  #: whether they are written without spaces
    name_weight: float  #: what a name counts that agrees
    in_a: Set[str]  #: the words of the first text
    in_b: Set[str]  #: the words of the second

    @classmethod
    def of(cls, a: Worded, b: Worded) -> Self:
        """Read both texts; linear in them."""
        by_case = _has_case(a.text) and _has_case(b.text)
        names = _names(a.text) | _names(b.text) if by_case else set()
        capitals = sum(word in names for text in (a, b) for word in text.words)
        nouns = capitals >= _NOUN_CAPITALS * (len(a.words) + len(b.words))
        return cls(names, by_case, _is_unspaced(a.words), _NOUN_WEIGHT if nouns else 1.0, set(a.words), set(b.words))

    def within(self, compared: Sequence[str]) -> set[str]:
        """The figures and names among some words."""
        return {word for word in compared if is_figure(word) or word in self.names}

    def weight(self, word: str) -> float:
        """What a specific counts that agrees."""
        return 1.0 if is_figure(word) else self.name_weight

    def figures_differ(self, slot: Slot) -> bool:
        """Whether figures were replaced by others."""
        return self._differ(set(filter(is_figure, slot.a)), set(filter(is_figure, slot.b)))

    def names_differ(self, slot: Slot) -> bool:
        """Whether names were replaced by others."""
        return self._differ(self.names & set(slot.a), self.names & set(slot.b))

    def _differ(self, here: Set[str], there: Set[str]) -> bool:
        """Whether something stands against something else that is not in both texts anyway."""
        return bool(here and there) and here != there and not (here <= self.in_b and there <= self.in_a)


def is_another_form(word: str, others: Iterable[str]) -> bool:
    """Whether a name is one of the others cut short or inflected: Wed and Wednesday, Ильи and Илья."""
    if is_figure(word):
        return False
    return any(
        (shared := Prefix.similarity(word, other)) >= _MIN_STEM
        and (shared == min(len(word), len(other)) or shared >= _STEM_SHARE * max(len(word), len(other)))
        for other in others
    )


def is_figure(word: str) -> bool:
    """Whether a word begins with a digit."""
    return word[0].isdigit()


def _is_unspaced(compared: Sequence[str]) -> bool:
    """Whether most words are overlapping pairs of characters, as `words` gives for scripts without spaces."""
    pairs = sum(len(one) == len(next_) == 2 and one[1] == next_[0] for one, next_ in pairwise(compared))
    return 2 * pairs > len(compared)


def _names(text: str) -> set[str]:
    """The words that are written with a capital after another word of the same sentence, as `words` spells them."""
    return set(words(" ".join({word for word in _CASED_WORD.findall(text) if word[0].isupper()})))


def _has_case(text: str) -> bool:
    """Whether most letters of a text's beginning come large and small."""
    letters = [letter for letter in text[:_CASE_CHARS] if letter.isalpha()]
    return 2 * sum(letter.lower() != letter.upper() for letter in letters) > len(letters)
