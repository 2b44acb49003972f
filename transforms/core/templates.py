"""Whether two texts that share their sentences are one template filled twice: another day, another match, another town.

Does no I/O. Markets, weather, results, earnings and daily tolls are filled in day by day. Two fillings share sentences
and differ in what is specific: figures and names. An updated story has specifics that differ, too; but most agree, and
what changed stands between long passages that nobody touched. So the texts are aligned and three things are asked:

- **Nothing specific in common**: the specifics that were replaced outnumber those that agree, and hardly any passage is
  longer than the distance between two slots of a form. One figure never decides, nor do two.
- **A stretch of replacements**: somewhere in a good part of the text the places where a figure or name was replaced
  outnumber the specifics that agree, whatever both texts end with.
- **Another opening**: nothing specific of either opening is found in the other text, and the openings share no passage.
  What the texts share is then what desks put under a report for weeks.

Names are words that are written with a capital within a sentence. Scripts without capitals have no names: another word
counts as half of one, where figures differ as well, for rewording alone is no template. In languages that write every
noun with a capital a name that agrees says less. No list of words of any language is used.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from rapidfuzz.distance import Prefix

from transforms.core.align import Alignment, Slot
from transforms.core.normalise import words

#: A replacement is at most that many words on either side; beyond, a passage was rewritten.
_MAX_SLOT = 6
_MAX_PASSAGE = 14
#: A run of so many words is a passage that nobody touched; characters in scripts without spaces.
_LONG_RUN = 16
_LONG_RUN_UNSPACED = 28
#: Below this share of passages in what agrees, so many specifics that differ are enough, if as many as agree.
_MAX_LONG = 0.6
_MIN_SPECIFICS = 3
_MIN_BALANCE = 0.8
#: ... and not all in one sentence: from the first to the last lies at least this share of the text.
_MIN_SPREAD = 0.15
#: So many make another story of it whatever the passages, if twice as many as agree.
_MANY_SPECIFICS = 7

#: For a stretch: figures that must differ, and figures and names together.
_MIN_FIGURES = 3
_MIN_BOTH = 4
#: ... in a stretch that is at least this share of the text, and that often for each of its words.
_STRETCH = 0.4
_DENSITY = 0.025
#: ... and not all in one place: a new toll in the lead is an update.
_SPREAD = 0.5
_MIN_STRETCH = 30

#: In scripts without capitals, figures that must differ before other words that were replaced count.
_MIN_FIGURES_BESIDE_WORDS = 2

#: Words of an opening, the specifics it must have to tell, and the share of them that the other text may have.
_OPENING = 40
_OPENING_SPECIFICS = 2
_OPENING_SHARED = 0.34

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


def is_another_filling(aligned: Alignment, a: Worded, b: Worded) -> bool:
    """Whether the texts are two fillings of a template, or share only what both end with."""
    specifics = _Specifics.of(a, b)
    return (
        _has_little_in_common(aligned, specifics, a.words)
        or _has_a_stretch(aligned, specifics, a.words)
        or _opens_otherwise(aligned, specifics, a.words, b.words)
    )


def has_other_specifics(aligned: Alignment, a: Worded, b: Worded) -> bool:
    """Whether any figure or name was replaced; in scripts without capitals, any word."""
    specifics = _Specifics.of(a, b)
    return any(
        specifics.figures_differ(slot) or specifics.names_differ(slot) or not specifics.by_case
        for _, slot in aligned.slots
        if slot.width <= _MAX_SLOT
    )


@dataclass(frozen=True, slots=True)
class _Specifics:
    """What is specific in either text: figures, and names where there are capitals."""

    names: Set[str]
    by_case: bool
    name_weight: float  #: of a name that agrees
    in_a: Set[str]
    in_b: Set[str]

    @classmethod
    def of(cls, a: Worded, b: Worded) -> Self:
        by_case = _has_case(a.text) and _has_case(b.text)
        names = _names(a.text) | _names(b.text) if by_case else set()
        capitals = sum(word in names for text in (a, b) for word in text.words)
        nouns = capitals >= _NOUN_CAPITALS * (len(a.words) + len(b.words))
        return cls(names, by_case, _NOUN_WEIGHT if nouns else 1.0, set(a.words), set(b.words))

    def within(self, compared: Sequence[str]) -> set[str]:
        return {word for word in compared if _is_figure(word) or word in self.names}

    def weight(self, word: str) -> float:
        """What a specific counts that agrees."""
        return 1.0 if _is_figure(word) else self.name_weight

    def figures_differ(self, slot: Slot) -> bool:
        return self._differ(set(filter(_is_figure, slot.a)), set(filter(_is_figure, slot.b)))

    def names_differ(self, slot: Slot) -> bool:
        return self._differ(self.names & set(slot.a), self.names & set(slot.b))

    def _differ(self, here: Set[str], there: Set[str]) -> bool:
        """Whether something stands against something else that is not in both texts anyway."""
        return bool(here and there) and here != there and not (here <= self.in_b and there <= self.in_a)


def _has_little_in_common(aligned: Alignment, specifics: _Specifics, compared: Sequence[str]) -> bool:
    """Whether more specifics were replaced than agree, without long passages, or twice as many and many."""
    replaced = _replaced(aligned, specifics)
    differing = len(replaced)
    if differing < _MIN_SPECIFICS or replaced[-1] - replaced[0] < _MIN_SPREAD * len(compared):
        return False
    agreeing: set[str] = set()
    for start, _, length in aligned.runs:
        agreeing |= specifics.within(compared[start : start + length])
    common = sum(map(specifics.weight, agreeing))
    if differing >= _MANY_SPECIFICS and differing >= 2 * common:
        return True
    long_run = _LONG_RUN_UNSPACED if _is_unspaced(compared) else _LONG_RUN
    untouched = sum(length for _, _, length in aligned.runs if length >= long_run)
    return differing >= _MIN_BALANCE * common and untouched < _MAX_LONG * sum(length for _, _, length in aligned.runs)


def _replaced(aligned: Alignment, specifics: _Specifics) -> list[int]:
    """Where distinct specifics of one text stand in the place of such of the other; two forms of one are the same."""
    found_a: set[str] = set()
    found_b: set[str] = set()
    replaced: list[int] = []
    for place, slot in sorted(aligned.slots, key=lambda at: at[0]):
        if slot.width <= _MAX_PASSAGE:
            only_a = {w for w in specifics.within(slot.a) - specifics.in_b if not _is_another_form(w, slot.b)}
            only_b = {w for w in specifics.within(slot.b) - specifics.in_a if not _is_another_form(w, slot.a)}
            replaced += [place] * min(len(only_a - found_a), len(only_b - found_b))
            found_a |= only_a
            found_b |= only_b
    return replaced


def _is_another_form(word: str, others: Iterable[str]) -> bool:
    """Whether a name is one of the others cut short or inflected: Wed and Wednesday, Ильи and Илья."""
    if _is_figure(word):
        return False
    return any(
        (shared := Prefix.similarity(word, other)) >= _MIN_STEM
        and (shared == min(len(word), len(other)) or shared >= _STEM_SHARE * max(len(word), len(other)))
        for other in others
    )


def _has_a_stretch(aligned: Alignment, specifics: _Specifics, compared: Sequence[str]) -> bool:
    figures: dict[int, float] = {}
    named: dict[int, float] = {}
    reworded: dict[int, float] = {}
    for place, slot in aligned.slots:
        if slot.width > _MAX_SLOT:
            continue
        if specifics.figures_differ(slot):
            figures[place] = 1
        elif specifics.names_differ(slot):
            named[place] = 1
        elif not specifics.by_case and not any(map(_is_figure, (*slot.a, *slot.b))):
            reworded[place] = 0.5
    if len(figures) >= _MIN_FIGURES_BESIDE_WORDS:
        named |= reworded
    met: set[str] = set()
    for start, _, length in aligned.runs:
        for place in range(start, start + length):
            word = compared[place]
            if word not in met and (_is_figure(word) or word in specifics.names):
                met.add(word)
                (figures if _is_figure(word) else named)[place] = -specifics.weight(word)
    return (
        _prevails(figures, _MIN_FIGURES, len(compared))
        or _prevails(named, _MIN_FIGURES, len(compared))
        or _prevails(figures | named, _MIN_BOTH, len(compared))
    )


def _prevails(told: dict[int, float], least: int, length: int) -> bool:
    """Whether what differs (+) outweighs what agrees (-) in some stretch that is long enough, and is dense in it.

    Looks at the stretch with the largest balance: the difference of two prefix sums, the later against the smallest
    early enough.
    """
    if sum(weight for weight in told.values() if weight > 0) < least:
        return False
    width = max(_MIN_STRETCH, int(_STRETCH * length))
    sums, differing = [0.0], [0.0]
    for place in range(length):
        weight = told.get(place, 0.0)
        sums.append(sums[-1] + weight)
        differing.append(differing[-1] + max(weight, 0.0))
    best, lowest = (0.0, 0, 0), 0
    for end in range(min(width, length), length + 1):
        start = max(0, end - width)
        if sums[start] < sums[lowest]:
            lowest = start
        best = max(best, (sums[end] - sums[lowest], lowest, end), key=lambda stretch: stretch[0])
    balance, start, end = best
    places = [place for place, weight in told.items() if weight > 0 and start <= place < end]
    if balance <= 0 or max(places) - min(places) < _SPREAD * (end - start):
        return False
    return differing[end] - differing[start] >= max(least, _DENSITY * (end - start))


def _opens_otherwise(aligned: Alignment, specifics: _Specifics, a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether next to nothing specific of either opening is in the other text, and no passage is in both openings."""
    last = _OPENING - _LONG_RUN
    if not specifics.by_case or any(
        max(start_a, start_b) <= last and length >= _LONG_RUN for start_a, start_b, length in aligned.runs
    ):
        return False
    told_a, told_b = specifics.within(a[:_OPENING]), specifics.within(b[:_OPENING])
    return min(len(told_a), len(told_b)) >= _OPENING_SPECIFICS and not any(
        len(told & there) > _OPENING_SHARED * len(told)
        or sum(_is_another_form(word, names) for word in told - there) + len(told & there) > _OPENING_SHARED * len(told)
        for told, there, names in (
            (told_a, specifics.in_b, specifics.names & specifics.in_b),
            (told_b, specifics.in_a, specifics.names & specifics.in_a),
        )
    )


def _is_figure(word: str) -> bool:
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
