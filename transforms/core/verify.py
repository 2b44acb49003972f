"""Whether two texts are copies of one another, judged on the texts themselves.

Does no I/O. A pair is a match where most of the shorter text stands in the longer one word for word, its first half
too, and what differs is not what the story is about:

- *Most* counts words within shared runs of 4 words, wherever they stand, so paragraphs may be moved, cut or added.
- *The first half too*, because outlets end their reports with the same background for months: a shared tail is no copy.
- Wires that are filled in day by day (markets, weather, results, earnings) share their sentences and differ in figures
  and names. So the texts are aligned, and the places where a word or a few were replaced by others within the same
  sentence are read: a figure against another, a name against another. If those that differ are many and outnumber those
  that agree, it is another story. An updated story has some that differ and more that agree; one figure never decides.
- A short text has too few of either to tell. Below 30 words nearly everything must agree: no figure or name may differ,
  and the titles, if both have one, must share a word.

Names are words that are written with a capital within a sentence. In scripts without capitals any other word that was
replaced counts as half a name. No list of words of any language is used.

Work is bounded: the first 5,000 words (at most 50,000 characters) of each text are compared.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from rapidfuzz.distance import LCSseq

from transforms.core.normalise import body_key, words
from transforms.core.records import Match

#: What is compared of a text at most.
MAX_WORDS = 5_000
_MAX_CHARS = 50_000
_TITLE_CHARS = 1_000

_RUN = 4
#: Share of the shorter text, and of its first half, that must stand in the other.
_MIN_COVER = 0.58
_MIN_HEAD = 0.35
#: A replacement is at most that many words on either side, between words that agree.
_MAX_SLOT = 6
_MIN_FLANK = 2
#: Figures that must differ, and figures and names together, before they can make another story of it.
_MIN_FIGURES = 3
_MIN_SPECIFICS = 4
#: ... in a stretch that is at least this share of the text, and that often for each of its words.
_STRETCH = 0.4
_DENSITY = 0.025
#: ... and not all in one place: a new toll in the lead is an update.
_SPREAD = 0.5
_SHORT = 30
_SHORT_COVER = 0.85
#: Words that stand in one text only, in a row, from which on something was cut or added.
_PASSAGE = 12
#: Words before the first that agree that make a head or dateline.
_HEAD_WORDS = 15

_CASE_CHARS = 400
_CASED_WORD = re.compile(r"(?<=[^\W\d_][ ,])[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is compared of an article."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _Slot:
    """What stands in the place of what, between words that agree."""

    a: tuple[str, ...]
    b: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Alignment:
    """Two texts laid side by side in order."""

    runs: tuple[tuple[int, int, int], ...]  #: (start in a, start in b, length) of what agrees
    slots: tuple[tuple[int, _Slot], ...]  #: where in a, and what; the same replacement counts once


def verify(a: Text, b: Text) -> Match | None:
    """Return how two texts are copies of one another, None where they are not.

    Swapping the texts swaps the containments, and "cut" with "extended", and nothing else: `changes` tells what b is to
    a.
    """
    if (len(b.text), b.text, b.title) < (len(a.text), a.text, a.title):
        match = _compare(b, a)
        return None if match is None else _swapped(match)
    return _compare(a, b)


def _compare(a: Text, b: Text) -> Match | None:
    words_a, words_b = words(a.text[:_MAX_CHARS])[:MAX_WORDS], words(b.text[:_MAX_CHARS])[:MAX_WORDS]
    if not words_a or not words_b:
        return None
    titles_agree = body_key(a.title[:_TITLE_CHARS]) == body_key(b.title[:_TITLE_CHARS])
    if words_a == words_b:
        if len(words_a) < _SHORT and not _titles_meet(a.title, b.title):
            return None
        return Match(jaccard=1.0, containment_a=1.0, containment_b=1.0, changes=() if titles_agree else ("title",))
    shorter, longer = (words_a, words_b) if len(words_a) <= len(words_b) else (words_b, words_a)
    if not _is_covered(shorter, longer):
        return None
    aligned = _align(words_a, words_b)
    if len(shorter) < _SHORT and not _titles_meet(a.title, b.title):
        return None
    if _is_another_story(aligned, words_a, a.text, words_b, b.text):
        return None
    agreeing = sum(length for _, _, length in aligned.runs)
    shingles_a, shingles_b = _shingles(words_a, 3), _shingles(words_b, 3)
    return Match(
        jaccard=len(shingles_a & shingles_b) / max(1, len(shingles_a | shingles_b)),
        containment_a=agreeing / len(words_a),
        containment_b=agreeing / len(words_b),
        changes=_changes(aligned, len(words_a), len(words_b), titles_agree=titles_agree),
    )


def _swapped(match: Match) -> Match:
    opposite = {"cut": "extended", "extended": "cut"}
    return Match(
        jaccard=match.jaccard,
        containment_a=match.containment_b,
        containment_b=match.containment_a,
        changes=tuple(sorted(opposite.get(change, change) for change in match.changes)),
    )


def _shingles(compared: Sequence[str], width: int) -> set[tuple[str, ...]]:
    return set(zip(*(islice(compared, start, None) for start in range(width)), strict=False))


def _is_covered(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    """Whether most of the shorter text, and enough of its first half, stands in the longer one."""
    known = _shingles(longer, _RUN)
    covered = bytearray(len(shorter))
    mark = b"\x01" * _RUN
    for place, shingle in enumerate(zip(*(islice(shorter, start, None) for start in range(_RUN)), strict=False)):
        if shingle in known:
            covered[place : place + _RUN] = mark
    half = len(shorter) // 2
    least = _SHORT_COVER if len(shorter) < _SHORT else _MIN_COVER
    return sum(covered) >= least * len(shorter) and sum(covered[:half]) >= _MIN_HEAD * half


def _align(a: Sequence[str], b: Sequence[str]) -> _Alignment:
    blocks = [block for block in LCSseq.opcodes(a, b).as_matching_blocks() if block.size >= _MIN_FLANK]
    runs = tuple((block.a, block.b, block.size) for block in blocks)
    slots: dict[_Slot, int] = {}
    for (a_start, b_start, length), (a_next, b_next, _) in pairwise(runs):
        left_out_a, left_out_b = a[a_start + length : a_next], b[b_start + length : b_next]
        if 0 < len(left_out_a) <= _MAX_SLOT and 0 < len(left_out_b) <= _MAX_SLOT:
            slots.setdefault(_Slot(tuple(left_out_a), tuple(left_out_b)), a_start + length)
    return _Alignment(runs, tuple((place, slot) for slot, place in slots.items()))


def _is_another_story(aligned: _Alignment, a: Sequence[str], text_a: str, b: Sequence[str], text_b: str) -> bool:
    """Whether, somewhere in a good part of the text, the figures or names that differ outnumber those that agree."""
    names = _names(text_a) | _names(text_b)
    by_case = _has_case(text_a)
    all_a, all_b = set(a), set(b)
    figures: dict[int, float] = {}
    named: dict[int, float] = {}
    for place, slot in aligned.slots:
        if _differs(
            {word for word in slot.a if _is_figure(word)}, {word for word in slot.b if _is_figure(word)}, all_a, all_b
        ):
            figures[place] = 1
        elif by_case and _differs(names.intersection(slot.a), names.intersection(slot.b), all_a, all_b):
            named[place] = 1
        elif not by_case and not any(map(_is_figure, (*slot.a, *slot.b))):
            named[place] = 0.5
    if len(a) < _SHORT:
        return bool(figures or named)
    met: set[str] = set()
    for start, _, length in aligned.runs:
        for place in range(start, start + length):
            word = a[place]
            if word not in met and (_is_figure(word) or word in names):
                met.add(word)
                (figures if _is_figure(word) else named)[place] = -1
    return (
        _prevails(figures, _MIN_FIGURES, len(a))
        or _prevails(named, _MIN_FIGURES, len(a))
        or _prevails(figures | named, _MIN_SPECIFICS, len(a))
    )


def _differs(here: Collection[str], there: Collection[str], all_a: set[str], all_b: set[str]) -> bool:
    """Whether something specific stands against something specific that is not in both texts anyway."""
    return bool(here and there) and here != there and not (all_b.issuperset(here) and all_a.issuperset(there))


def _prevails(told: dict[int, float], least: int, length: int) -> bool:
    """Whether what differs (+) outweighs what agrees (-) in some stretch that is long enough, and is dense in it.

    Looks at the stretch with the largest balance: the difference of two prefix sums, the later against the smallest
    early enough.
    """
    if sum(weight for weight in told.values() if weight > 0) < least:
        return False
    width = max(_SHORT, int(_STRETCH * length))
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


def _is_figure(word: str) -> bool:
    return word[0].isdigit()


def _names(text: str) -> set[str]:
    """The words that are written with a capital after another word of the same sentence, as `words` spells them."""
    found = {word for word in _CASED_WORD.findall(text[:_MAX_CHARS]) if word[0].isupper()}
    return set(words(" ".join(found)))


def _has_case(text: str) -> bool:
    """Whether most letters of a text's beginning come large and small."""
    letters = [letter for letter in text[:_CASE_CHARS] if letter.isalpha()]
    return 2 * sum(letter.lower() != letter.upper() for letter in letters) > len(letters)


def _titles_meet(a: str, b: str) -> bool:
    """Whether two titles share a word that is not a mere particle; an absent title does not tell."""
    words_a, words_b = set(words(a[:_TITLE_CHARS])), set(words(b[:_TITLE_CHARS]))
    return not words_a or not words_b or any(len(word) > 3 or not word.isascii() for word in words_a & words_b)


def _changes(aligned: _Alignment, length_a: int, length_b: int, *, titles_agree: bool) -> tuple[str, ...]:
    found = set() if titles_agree else {"title"}
    first_a, first_b, _ = aligned.runs[0]
    if first_a + first_b > 0 and max(first_a, first_b) <= _HEAD_WORDS:
        found.add("dateline")
    ends = [*aligned.runs, (length_a, length_b, 0)]
    gaps = [(first_a, first_b)] + [
        (a_next - a_start - length, b_next - b_start - length)
        for (a_start, b_start, length), (a_next, b_next, _) in pairwise(ends)
    ]
    if any(gap_a - gap_b >= _PASSAGE for gap_a, gap_b in gaps):
        found.add("cut")
    if any(gap_b - gap_a >= _PASSAGE for gap_a, gap_b in gaps):
        found.add("extended")
    for _, slot in aligned.slots:
        figures = [{word for word in side if _is_figure(word)} for side in (slot.a, slot.b)]
        found.add("numbers" if figures[0] != figures[1] else "wording")
    if any(0 < gap_a + gap_b < _PASSAGE for gap_a, gap_b in gaps[1:]) and "numbers" not in found:
        found.add("wording")
    return tuple(sorted(found))
