"""How an article stands to a thing it names: whether it denies it, tells it as past, quotes it, or points elsewhere.

Does no I/O. Cheap rules over the words of `schemas/cues.yaml`, the same for every topic:

- denied: a word such as *no* or *without* up to two words before, or one such as *yok* up to two words after, and no
  mark between that divides;
- past: words such as *two years ago* up to three words away in the sentence; or a year up to two words away, or
  three if the article names a later one. A year with a day beside it is the date of the news;
- quoted: inside quotation marks that hold twenty characters or more;
- aside: on a line that points to other articles (*Read also: ...*), or below one that does nothing else, as long as the
  lines are short.

They tell how much a hit counts for the score. Only what is aside proves nothing at all.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final, Literal

from schemas.cues import Cue
from transforms.core.matching import Found
from transforms.core.wordforms import Words

Stance = Literal["", "denied", "past", "quoted", "aside"]
#: What a hit counts, as a share of what it would.
SHARE: Final[dict[Stance, float]] = {"": 1.0, "denied": 0.5, "past": 0.6, "quoted": 0.75, "aside": 0.0}

_DENIAL_REACH: Final = 3
_PAST_REACH: Final = 4
_YEAR_REACH: Final = 3
#: Words of a line up to which it may be the headline of another article.
_SHORT_LINE: Final = 20
_DAY: Final = re.compile(r"\d{1,2}(?:st|nd|rd|th)?")
_QUOTED: Final = re.compile(r"[“„«\"](?:(?<!\")[^“”„«»\n]{20,800}[”“»]|(?<=\")[^\"\n]{20,800}\")")
_DIVIDER: Final = re.compile(r"[,;:،؛!?؟۔\n]|\.\s")
_STOP: Final = re.compile(r"[!?؟۔]|\.\s|\n\s*\n")


class Stances:
    """How one of an article's texts stands to what its words name.

    Args:
        words: of the text.
        cues: those found in it.
        aside: finds the openings of lines that point to other articles.
        latest: the latest year that the article names; 0: none.
    """

    def __init__(
        self, words: Words, cues: Iterable[tuple[Cue, Found]], aside: re.Pattern[str] | None, latest: int
    ) -> None:
        self._words = words
        self._latest = latest
        self._denied: dict[Cue, set[int]] = {"not_before": set(), "not_after": set()}
        self._past: set[int] = set()
        self._asides = list(_asides(words.text, aside)) if aside else []
        for cue, found in cues:
            self._mark(cue, found)
        self._mark_years()
        self._quoted = [found.span() for found in _QUOTED.finditer(words.text)]
        self._neutral = not (self._past or self._asides or self._quoted or any(self._denied.values()))

    def of(self, hit: Found, *, deniable: bool) -> Stance:
        """The stance to a hit; `deniable`: what it names can be there or not, as a place cannot."""
        if self._neutral:
            return ""
        if self._asides and _inside(self._asides, hit.start):
            return "aside"
        if hit.word in self._past or hit.last in self._past:
            return "past"
        if deniable and (hit.word in self._denied["not_before"] or hit.last in self._denied["not_after"]):
            return "denied"
        return "quoted" if self._quoted and _inside(self._quoted, hit.start) else ""

    def _mark(self, cue: Cue, found: Found) -> None:
        if cue == "past":
            self._past.update(self._around(found.word, found.last, _PAST_REACH))
        elif cue == "not_before":
            self._denied[cue].update(self._beside(found.last, range(1, _DENIAL_REACH + 1), _DIVIDER))
        else:
            self._denied[cue].update(self._beside(found.word, range(-1, -_DENIAL_REACH - 1, -1), _DIVIDER))

    def _around(self, first: int, last: int, reach: int) -> Iterator[int]:
        yield from self._beside(first, range(-1, -reach - 1, -1), _STOP)
        yield from self._beside(last, range(1, reach + 1), _STOP)

    def _beside(self, word: int, steps: range, divider: re.Pattern[str]) -> Iterator[int]:
        """The words that so many steps from one lead to, up to a mark that divides."""
        words, text = self._words, self._words.text
        for step in steps:
            there = word + step
            if not 0 <= there < len(words.surfaces):
                return
            earlier = there - 1 if step > 0 else there
            if divider.search(text, words.ends[earlier], words.start(earlier + 1)):
                return
            yield there

    def _mark_years(self) -> None:
        """Mark the words beside a year that is no date of the news."""
        for word, year in self._words.years:
            nearby = self._words.surfaces[max(0, word - 2) : word + 2]
            if not any(_DAY.fullmatch(other) for other in nearby):
                reach = _YEAR_REACH + (year < self._latest)
                self._past.update(self._around(word, word, reach))


def aside_pattern(openings: Iterable[str]) -> re.Pattern[str] | None:
    """What finds the openings of lines that point to other articles; single words only before a colon or alone."""
    ways = [re.escape(opening) + (r"(?!\w)" if " " in opening else r"(?=[ \t]*(?:[:：|–—]|$))") for opening in openings]
    joined = "|".join(sorted(ways, key=len, reverse=True))
    return re.compile(rf"[^\w\n]{{0,8}}(?:{joined})[ \t]*[:：|–—.…]?", re.IGNORECASE | re.MULTILINE) if ways else None


def _asides(text: str, opening: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where lines stand that are of other articles."""
    start = end = 0
    while start < len(text):
        here, start = start, _line_end(text, start) + 1
        if here < end or not (found := opening.match(text, here)):
            continue
        end = _line_end(text, found.end())
        if not text[found.end() : end].strip():
            while end < len(text):
                following = _line_end(text, end + 1)
                if len(text[end:following].split()) > _SHORT_LINE:
                    break
                end = following
        yield here, end


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _inside(spans: list[tuple[int, int]], place: int) -> bool:
    """Whether a place lies in one of the spans, which are in order."""
    number = bisect_right(spans, place, key=itemgetter(0)) - 1
    return number >= 0 and place < spans[number][1]
