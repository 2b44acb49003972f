"""Whether two texts are copies of one another, judged on the texts themselves.

First version: the share of the shorter text that stands in the longer one, in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from transforms.core.normalise import words
from transforms.core.records import Match

MAX_WORDS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is compared of an article."""

    title: str
    text: str


def verify(a: Text, b: Text) -> Match | None:
    """Return how two texts are copies of one another, None where they are not."""
    words_a, words_b = words(a.text)[:MAX_WORDS], words(b.text)[:MAX_WORDS]
    if not words_a or not words_b:
        return None
    in_order = _in_order(words_a, words_b)
    if in_order / min(len(words_a), len(words_b)) < 0.6:
        return None
    shingles_a = set(zip(words_a, words_a[1:], words_a[2:], strict=False))
    shingles_b = set(zip(words_b, words_b[1:], words_b[2:], strict=False))
    union = len(shingles_a | shingles_b)
    return Match(
        jaccard=len(shingles_a & shingles_b) / union if union else float(words_a == words_b),
        containment_a=in_order / len(words_a),
        containment_b=in_order / len(words_b),
        changes=(),
    )


def _in_order(a: Sequence[str], b: Sequence[str]) -> int:
    return sum(block.size for block in LCSseq.opcodes(a, b).as_matching_blocks() if block.size >= 3)
