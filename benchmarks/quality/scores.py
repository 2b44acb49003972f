r"""Agreement of what an engine read with the truth.

Word-F1 is that of the multisets of `\w+` tokens, case folded; where a script is written without spaces, each of its
letters is a token, for a whole sentence as one word would agree with nothing.
"""

import re
from collections import Counter
from dataclasses import dataclass

_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement of one text with the truth, each 0 to 1."""

    f1: float
    precision: float
    recall: float


def agreement(text: str, truth: str) -> Agreement:
    """Compare the words of a text with those of the truth.

    >>> agreement("a b", "A b c d")
    Agreement(f1=0.6666666666666666, precision=1.0, recall=0.5)
    >>> agreement("東京です", "東京だ").precision
    0.5
    """
    got, wanted = (Counter(_WORD.findall(each.casefold())) for each in (text, truth))
    common = (got & wanted).total()
    if not common:
        return Agreement(f1=0.0, precision=0.0, recall=0.0)
    precision, recall = common / got.total(), common / wanted.total()
    return Agreement(f1=2 * precision * recall / (precision + recall), precision=precision, recall=recall)


def is_title(title: str, truth: str) -> bool:
    """Whether two titles are the same but for case, white space and punctuation.

    >>> is_title("Ferry leaves \u2013 again", "ferry leaves: again"), is_title("Ferry leaves | Lantern", "Ferry leaves")
    (True, False)
    """
    return _letters(title) == _letters(truth)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
