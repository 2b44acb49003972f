"""Two texts laid side by side: what agrees, in order, and what stands in the place of what.

Does no I/O. Texts are given as words. Work is quadratic in the words at worst, so callers bound them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import LCSseq

#: Words that agree by themselves, without a neighbour that does, agree by chance.
_MIN_RUN = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands in the place of what, between words that agree."""

    a: tuple[str, ...]
    b: tuple[str, ...]

    @property
    def width(self) -> int:
        """The words on the longer side."""
        return max(len(self.a), len(self.b))


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two texts laid side by side in order."""

    runs: tuple[tuple[int, int, int], ...]  #: (start in a, start in b, length) of what agrees
    slots: tuple[tuple[int, Slot], ...]  #: where in a, and what; the same replacement counts once, where it is first


def align(a: Sequence[str], b: Sequence[str]) -> Alignment:
    """Align by a longest common subsequence. A slot has words on both sides; what one side adds or lacks is none.

    >>> align("a ferry sank on Monday off Torvey".split(), "a ferry sank on Tuesday off Torvey".split()).slots
    ((4, Slot(a=('Monday',), b=('Tuesday',))),)
    """
    blocks = [block for block in LCSseq.opcodes(a, b).as_matching_blocks() if block.size >= _MIN_RUN]
    runs = tuple((block.a, block.b, block.size) for block in blocks)
    slots: dict[Slot, int] = {}
    for (a_start, b_start, length), (a_next, b_next, _) in pairwise(runs):
        slot = Slot(tuple(a[a_start + length : a_next]), tuple(b[b_start + length : b_next]))
        if slot.a and slot.b:
            slots.setdefault(slot, a_start + length)
    return Alignment(runs, tuple((place, slot) for slot, place in slots.items()))
