"""Whether two texts are copies of one another, judged on the texts themselves.

Does no I/O. A pair is a match where most of the shorter text stands in the longer one word for word, its first half
too, and what differs is not what the story is about:

- *Most* counts words within shared runs of 4 words, wherever they stand, so paragraphs may be moved, cut or added.
- *The first half too*, because outlets end their reports with the same background for months: a shared tail is no copy.
- Wires that are filled in day by day (markets, weather, results, earnings) share their sentences and differ in figures
  and names: `transforms.core.templates` tells them from an updated story. One figure never decides.
- A short text has too few of either to tell. Below 30 words nearly everything must agree: no figure or name may differ,
  and the titles, if both have one, must share a word.

No list of words of any language is used.

Work is bounded: the first 5,000 words (at most 50,000 characters) of each text are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from transforms.core.align import Alignment, align
from transforms.core.normalise import body_key, words
from transforms.core.records import Match
from transforms.core.specifics import Worded
from transforms.core.templates import has_other_specifics, is_another_filling

#: What is compared of a text at most.
MAX_WORDS = 5_000
_MAX_CHARS = 50_000
_TITLE_CHARS = 1_000

_RUN = 4
#: Share of the shorter text, and of its first half, that must stand in the other.
_MIN_COVER = 0.58
_MIN_HEAD = 0.35
_SHORT = 30
_SHORT_COVER = 0.85
#: Words that stand in one text only, in a row, from which on something was cut or added.
_PASSAGE = 12
#: A replacement is at most that many words on either side; beyond, a passage was rewritten.
_MAX_SLOT = 6
#: Words before the first that agree that make a head or dateline.
_HEAD_WORDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is compared of an article."""

    title: str
    text: str


def verify(a: Text, b: Text) -> Match | None:
    """Return how two texts are copies of one another, None where they are not.

    Swapping the texts swaps the containments, and "cut" with "extended", and nothing else: `changes` tells what b is to
    a.
    """
    if (len(b.text), b.text, b.title) < (len(a.text), a.text, a.title):
        match = _compare(b, a)
        return None if match is None else swapped(match)
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
    aligned = align(words_a, words_b)
    if not aligned.runs:
        return None
    if len(shorter) < _SHORT and not _titles_meet(a.title, b.title):
        return None
    worded_a, worded_b = Worded(a.text[:_MAX_CHARS], words_a), Worded(b.text[:_MAX_CHARS], words_b)
    differ = has_other_specifics if len(words_a) < _SHORT else is_another_filling
    if differ(aligned, worded_a, worded_b):
        return None
    agreeing = sum(length for _, _, length in aligned.runs)
    shingles_a, shingles_b = _shingles(words_a, 3), _shingles(words_b, 3)
    return Match(
        jaccard=len(shingles_a & shingles_b) / max(1, len(shingles_a | shingles_b)),
        containment_a=agreeing / len(words_a),
        containment_b=agreeing / len(words_b),
        changes=_changes(aligned, len(words_a), len(words_b), titles_agree=titles_agree),
    )


def swapped(match: Match) -> Match:
    """The match of b and a, given that of a and b."""
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


def _titles_meet(a: str, b: str) -> bool:
    """Whether two titles share a word that is not a mere particle; an absent title does not tell."""
    words_a, words_b = set(words(a[:_TITLE_CHARS])), set(words(b[:_TITLE_CHARS]))
    return not words_a or not words_b or any(len(word) > 3 or not word.isascii() for word in words_a & words_b)


def _changes(aligned: Alignment, length_a: int, length_b: int, *, titles_agree: bool) -> tuple[str, ...]:
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
        if slot.width > _MAX_SLOT:
            continue
        figures = [{word for word in side if word[0].isdigit()} for side in (slot.a, slot.b)]
        found.add("numbers" if figures[0] != figures[1] else "wording")
    if any(0 < gap_a + gap_b < _PASSAGE for gap_a, gap_b in gaps[1:]) and "numbers" not in found:
        found.add("wording")
    return tuple(sorted(found))
