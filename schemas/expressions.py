"""How an editor writes an expression: words, choices, gaps, slots, and what must or must not stand nearby.

    truce                        a word, in any form that its language gives it
    =Hama                        as written: same letters, no endings, its capitals are capitals
    (open|secure) a corridor     a choice; one side may be empty
    humanitarian … corridor      a gap: up to three words between, within the sentence; …6 up to six; three dots will do
    <number> civilians           a slot: any number; <name> any of the words that the taxonomy lists under `words:`
    Luftangriff~                 the beginning of a word; ~angriff the end of one

`transforms.core.matching` decides what they match.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

#: Spellings that one piece of an expression, between two gaps, may stand for.
MAX_SPELLINGS: Final = 300
#: Words that a gap may span, and those it spans where no number is written.
MAX_GAP: Final = 12
USUAL_GAP: Final = 3
#: Pieces that gaps may divide an expression into.
MAX_PIECES: Final = 4
#: Letters that the beginning or end of a word must have at least.
MIN_PART: Final = 3
#: The slot that any number fills, in digits or words.
NUMBER: Final = "<number>"

#: How far company may stand: in the same sentence, anywhere in the article, or as many words away.
Within = Literal["sentence", "text"] | int

_GAP: Final = re.compile(r"\s*(?:…|\.\.\.)(\d*)\s*")
_CHOICE: Final = re.compile(r"\(([^()]*)\)")
_SLOT: Final = re.compile(r"<([^<>]*)>")
_UNBALANCED: Final = re.compile(r"[()<>|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Which expressions decide whether a hit counts: one of `wanted` must stand within reach, none of `barred` may."""

    wanted: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    within: Within = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """Words that speak for a topic in one language; slots of listed words are choices already."""

    text: str
    language: str
    weight: float = 1.0  #: above 0 to 1; expressions whose weights do not add up to .5 claim nothing
    company: Company | None = None

    def pieces(self) -> tuple["Piece", ...]:
        """What stands between the gaps, in order."""
        return pieces(self.text)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that follow one another, and how many may stand between the piece before and this one."""

    spellings: tuple[str, ...]
    gap: int = 0


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of an expression.

    >>> pieces("(open|secure) a corridor")
    (Piece(spellings=('open a corridor', 'secure a corridor'), gap=0),)
    >>> pieces("open …5 safe (passage|corridor)")[1]
    Piece(spellings=('safe passage', 'safe corridor'), gap=5)
    """
    if "…" not in text and "..." not in text:
        return (Piece(_spellings(text)),)
    parts = _GAP.split(text)
    gaps = [0, *(int(number or USUAL_GAP) for number in parts[1::2])]
    return tuple(Piece(_spellings(part), gap) for part, gap in zip(parts[::2], gaps, strict=True))


def filled(text: str, lists: Mapping[str, Sequence[str]]) -> str:
    """The expression with the words of each slot written out as a choice; unknown slots stay.

    >>> filled("<aid> convoy", {"aid": ["aid", "relief"]})
    '(aid|relief) convoy'
    """
    return _SLOT.sub(lambda slot: f"({'|'.join(lists[slot[1]])})" if slot[1] in lists else slot[0], text)


def faults(text: str) -> Iterator[str]:
    """What is wrong with an expression whose slots are filled, one line each; nothing else is said after the first."""
    bare = _CHOICE.sub(lambda choice: choice[1].replace("|", " "), text)
    if slots := [slot for slot in _SLOT.findall(bare) if f"<{slot}>" != NUMBER]:
        yield f"{text!r}: no list of words is called {slots[0]!r} in this language"
    elif _UNBALANCED.search(bare.replace(NUMBER, "")):
        yield f"{text!r}: brackets do not match, or | stands outside of them"
    elif any(_GAP.search(choice) for choice in _CHOICE.findall(text)):
        yield f"{text!r}: a gap may not stand inside a choice"
    elif problem := _gap_fault(text):
        yield f"{text!r}: {problem}"
    elif any(math.prod(_counts(part)) > MAX_SPELLINGS for part in _GAP.split(text)[::2]):
        yield f"{text!r} stands for more than {MAX_SPELLINGS} spellings"
    else:
        yield from _word_faults(text)


def _gap_fault(text: str) -> str:
    parts = _GAP.split(text)
    if len(parts[::2]) > MAX_PIECES:
        return f"more than {MAX_PIECES - 1} gaps"
    if len(parts) > 1 and not all(part.strip() for part in parts[::2]):
        return "a gap needs words on both sides"
    if any(number and not 1 <= int(number[:4]) <= MAX_GAP for number in parts[1::2]):
        return f"a gap spans 1 to {MAX_GAP} words"
    return ""


def _word_faults(text: str) -> Iterator[str]:
    for piece in pieces(text):
        for spelling in piece.spellings:
            words = spelling.split()
            if not any(letter.isalnum() for letter in spelling):
                yield f"{text!r} may be no word at all"
                return
            for number, word in enumerate(words):
                begins, ends = word.endswith("~"), word.startswith("~")
                if "~" not in word:
                    continue
                if "~" in word.strip("~") or (ends and number) or (begins and number < len(words) - 1) or "=" in word:
                    yield f"{text!r}: ~ stands before the first or after the last word of a phrase"
                    return
                if len(word.strip("~")) < MIN_PART:
                    yield f"{text!r}: {word!r} would match too much; {MIN_PART} letters at least"
                    return


def _counts(text: str) -> list[int]:
    return [choice.count("|") + 1 for choice in _CHOICE.findall(text)]


def _spellings(text: str) -> tuple[str, ...]:
    if "(" not in text:
        return (" ".join(text.split()),)
    parts = [part.split("|") if odd % 2 else [part] for odd, part in enumerate(_CHOICE.split(text))]
    return tuple(dict.fromkeys(" ".join("".join(choice).split()) for choice in product(*parts)))
