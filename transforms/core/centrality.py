"""How central a topic is to an article: from where its words stand, how often, how many they are, and how sure.

Does no I/O. A hit counts w, the weight of its expression times the share that its stance leaves it. The mass of a topic
is

      .70 x best w in the title
    + .40 x best w in the text, where a hit counts in full within the first 50 words and ever less up to word 150
            (.55 where there is no title: the first sentence has its part)
    + .40 x ln(1 + n), n = sum of w in the text, per 500 words where the text is longer
    + .08 x (distinct expressions beyond the first, at most 4)

and its score 1 - exp(-mass x (.5 + .5 x its mass / the greatest mass of the article)): what an article is about stands
out from the rest. So each further hit can only raise the score of its topic. From .5 on the topic is a subject of the
article: of the greatest mass, a title alone suffices (.50), so does the lead with one more mention (.57); one mention
further down is .24. The figures are round: they lie in the middle of a region in which the subjects of articles and the
places that wires are about are told about equally well.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

#: From here on a topic is a subject of the article; below, it is mentioned.
SUBJECT: Final = 0.5

_TITLE: Final = 0.70
_LEAD: Final = 0.40
_LEAD_WITHOUT_TITLE: Final = 0.55
_OFTEN: Final = 0.40
_DISTINCT: Final = 0.08
_MANY_EXPRESSIONS: Final = 4
_LEAD_WORDS: Final = 50
_LEAD_ENDS: Final = 150
_USUAL_WORDS: Final = 500
_OWN_MERIT: Final = 0.5


class Weighed(NamedTuple):
    """A hit of a topic, as it counts."""

    titled: bool
    word: int  #: number of its first word in its field
    weight: float


def mass(hits: Sequence[Weighed], *, distinct: int, words: int, headless: bool) -> float:
    """What the hits of a topic come to.

    Args:
        hits: all of them.
        distinct: different expressions among them.
        words: length of the text.
        headless: the article has no title.
    """
    title = lead = often = 0.0
    for titled, word, weight in hits:
        if titled:
            title = max(title, weight)
        else:
            often += weight
            early = min(1.0, (_LEAD_ENDS - word) / (_LEAD_ENDS - _LEAD_WORDS))
            lead = max(lead, weight * early)
    often /= max(1.0, words / _USUAL_WORDS)
    further = min(max(distinct - 1, 0), _MANY_EXPRESSIONS)
    leading = _LEAD_WITHOUT_TITLE if headless else _LEAD
    return _TITLE * title + leading * lead + _OFTEN * math.log1p(often) + _DISTINCT * further


def score(own: float, greatest: float) -> float:
    """How central a topic of a mass is in an article whose greatest mass is given, 0-1, to three decimals."""
    return round(1 - math.exp(-own * (_OWN_MERIT + (1 - _OWN_MERIT) * own / greatest)), 3) if own > 0 else 0.0
