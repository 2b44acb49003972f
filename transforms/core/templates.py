"""Whether two texts that share their sentences are one template filled twice: another day, another match, another town.

Does no I/O. Markets, weather, results, earnings and daily tolls are filled in day by day. Two fillings share sentences
and differ in what is specific: figures and names. An updated story has specifics that differ, too; but most agree, and
what changed stands between long passages that nobody touched. So the texts are aligned and three things are asked:

- **Nothing specific in common**: the specifics that were replaced outnumber those that agree, and hardly any passage is
  longer than the distance between two slots of a form. One figure never decides, nor do two.
- **A stretch of replacements**: somewhere in a good part of the text the places where a figure or name was replaced
  outnumber the specifics that agree, whatever both texts end with.
- **Another opening**: next to no name of either opening is found in the other text. What the texts share is then what
  desks put under a report for weeks. Figures do not tell here: a new toll is news.

What is specific, `transforms.core.specifics` says. Scripts without capitals have no names: another word counts as half
of one, where figures differ as well, for rewording alone is no template.
"""

from collections.abc import Sequence, Set

from transforms.core.align import Alignment, Slot
from transforms.core.specifics import Specifics, Worded, is_another_form, is_figure

#: A replacement is at most that many words on either side; beyond, a passage was rewritten.
_MAX_SLOT = 6
_MAX_PASSAGE = 14
_MAX_PASSAGE_UNSPACED = 26
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

#: For a stretch: figures that must differ, or names, and both together; one more figure where this share are passages.
_MIN_FIGURES = 3
_MIN_BOTH = 4
_MOSTLY_LONG = 0.5
#: ... in a stretch that is at least this share of the text, and that often for each of its words.
_STRETCH = 0.4
_DENSITY = 0.025
#: ... and not all in one place: a new toll in the lead is an update.
_SPREAD = 0.5
_MIN_STRETCH = 30

#: In scripts without capitals, figures that must differ before other words that were replaced count.
_MIN_FIGURES_BESIDE_WORDS = 2

#: Words of an opening, the names it must have to tell, and the share of them that the other text may have.
_OPENING = 40
_OPENING_NAMES = 2
_OPENING_SHARED = 0.34


def is_another_filling(aligned: Alignment, a: Worded, b: Worded) -> bool:
    """Whether the texts are two fillings of a template, or share only what both end with."""
    specifics = Specifics.of(a, b)
    return (
        _has_little_in_common(aligned, specifics, a.words, b.words)
        or _has_a_stretch(aligned, specifics, a.words)
        or _opens_otherwise(specifics, a.words, b.words)
    )


def has_other_specifics(aligned: Alignment, a: Worded, b: Worded) -> bool:
    """Whether any figure or name was replaced; in scripts without capitals, any word."""
    specifics = Specifics.of(a, b)
    return any(
        specifics.figures_differ(slot) or specifics.names_differ(slot) or not specifics.by_case
        for _, slot in aligned.slots
        if slot.width <= _MAX_SLOT
    )


def _has_little_in_common(aligned: Alignment, specifics: Specifics, a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether more specifics were replaced than agree, without long passages, or twice as many and many."""
    replaced = _replaced(aligned, specifics, _beginning(aligned, a, b))
    differing = len(replaced)
    if differing < _MIN_SPECIFICS or replaced[-1] - replaced[0] < _MIN_SPREAD * len(a):
        return False
    agreeing: set[str] = set()
    for start, _, length in aligned.runs:
        agreeing |= specifics.within(a[start : start + length])
    common = sum(map(specifics.weight, agreeing))
    if differing >= _MANY_SPECIFICS and differing >= 2 * common:
        return True
    return differing >= _MIN_BALANCE * common and _untouched(aligned, specifics) < _MAX_LONG


def _beginning(aligned: Alignment, a: Sequence[str], b: Sequence[str]) -> Slot:
    """The figures before anything agrees; names there are of datelines."""
    start_a, start_b, _ = aligned.runs[0]
    return Slot(tuple(filter(is_figure, a[:start_a])), tuple(filter(is_figure, b[:start_b])))


def _untouched(aligned: Alignment, specifics: Specifics) -> float:
    """The share that passages have in what agrees."""
    long_run = _LONG_RUN_UNSPACED if specifics.unspaced else _LONG_RUN
    passages = sum(length for _, _, length in aligned.runs if length >= long_run)
    return passages / max(1, sum(length for _, _, length in aligned.runs))


def _replaced(aligned: Alignment, specifics: Specifics, beginning: Slot) -> list[int]:
    """Where distinct specifics of one text stand in the place of such of the other; two forms of one are the same."""
    found_a: set[str] = set()
    found_b: set[str] = set()
    replaced: list[int] = []
    widest = _MAX_PASSAGE_UNSPACED if specifics.unspaced else _MAX_PASSAGE
    for place, slot in [(0, beginning), *sorted(aligned.slots, key=lambda at: at[0])]:
        if slot.width <= widest:
            only_a = {w for w in specifics.within(slot.a) - specifics.in_b if not is_another_form(w, slot.b)}
            only_b = {w for w in specifics.within(slot.b) - specifics.in_a if not is_another_form(w, slot.a)}
            replaced += [place] * min(len(only_a - found_a), len(only_b - found_b))
            found_a |= only_a
            found_b |= only_b
    return replaced


def _has_a_stretch(aligned: Alignment, specifics: Specifics, compared: Sequence[str]) -> bool:
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
        elif not specifics.by_case and not any(map(is_figure, (*slot.a, *slot.b))):
            reworded[place] = 0.5
    if len(figures) >= _MIN_FIGURES_BESIDE_WORDS:
        named |= reworded
    met: set[str] = set()
    for start, _, length in aligned.runs:
        for place in range(start, start + length):
            word = compared[place]
            if word not in met and (is_figure(word) or word in specifics.names):
                met.add(word)
                (figures if is_figure(word) else named)[place] = -specifics.weight(word)
    more = int(_untouched(aligned, specifics) >= _MOSTLY_LONG)
    return (
        _prevails(figures, _MIN_FIGURES + more, len(compared))
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


def _opens_otherwise(specifics: Specifics, a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether next to no name of either opening is in the other text."""
    told_a, told_b = specifics.names & set(a[:_OPENING]), specifics.names & set(b[:_OPENING])
    return min(len(told_a), len(told_b)) >= _OPENING_NAMES and not (
        _finds(told_a, specifics.names & specifics.in_b) or _finds(told_b, specifics.names & specifics.in_a)
    )


def _finds(told: Set[str], there: Set[str]) -> bool:
    """Whether more of some names than may be there by chance are there, in any form."""
    found = sum(name in there or is_another_form(name, there) for name in told)
    return found > _OPENING_SHARED * len(told)
