"""The region of a page where the article stands, and the blocks of it that are the article's.

Does no I/O. The engine (trafilatura) says which blocks it kept. It is right about most of them, and blind to what its
rules did not foresee: a second container of the same article, lists and headings between paragraphs, the first lines.
So the region is the smallest element that holds most of the running text, what the engine kept counting more; in it:

- what is marked as furniture (`pagemarks`) goes, even if the engine kept it, unless the mark is a weak one;
- what the engine kept and what reads like running text stays;
- headings, items, rows and short paragraphs stay between the first and the last of these, unless they are links;
- a paragraph that is little but a link and no sentence points elsewhere ("Read also: ...") and goes;
- running text that stands there twice (once for small screens) stays once.

A mark counts for nothing on a page where much of the text, or of what the engine kept, stands under it: there it is the
name of the article's own container. Comments are the exception: they may be longer than the article.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from transforms.core.pageblocks import HEADINGS, Block, Blocks
from transforms.core.pagemarks import WEAK


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionConfig:
    """The measures that decide; lengths are in letters of the Latin script, wide ones count for more."""

    running: int = 32  #: shorter blocks are no running text
    linked: float = 0.2  #: nor are those with a larger share of links
    pointing: float = 0.7  #: a paragraph with this share of links that is no sentence points elsewhere
    trust: float = 3.0  #: how much more a block counts that the engine kept
    most: float = 0.75  #: the region holds this share of what its own container holds
    under_mark: float = 0.4  #: a mark under which more of the page's text stands counts for nothing
    kept_under_mark: float = 0.5  #: the same for what the engine kept
    enough_kept: int = 300  #: the engine's word counts on marks if it kept so much
    twice: int = 40  #: a repeated block that is longer is a copy


CONFIG: Final = RegionConfig()
_LETTERS: Final = re.compile(r"[\W_]+")
_NO_LETTERS: Final = {code: None for code in range(128) if _LETTERS.match(chr(code))}
_WIDE: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
#: Blocks that may be short in an article.
_PARTS: Final = HEADINGS | {"li", "tr", "dd", "dt", "p", "blockquote", "pre"}
_PARAGRAPHS: Final = frozenset(("p", "div"))
_SENTENCE_ENDS: Final = (".", "!", "?", "…", "。", "！", "？", "؟", "।", "۔", '"', "”", "»")
#: Elements that are no region: parts of one.
_PIECES: Final = HEADINGS | {"p", "li", "td", "th", "tr", "blockquote", "ul", "ol", "span", "a"}
#: Of a key: what the engine joined may be found in its whole text, if it is no word that stands anywhere.
_MIN_JOINED: Final = 15
#: Characters that are searched, and how often in vain.
_MAX_JOINED: Final = 300_000
_MAX_MISSES: Final = 3_000


def letters_of(text: str) -> str:
    """What texts are compared by: letters and digits, case folded.

    >>> letters_of("Ferry leaves \u2013 again!")
    'ferryleavesagain'
    """
    return text.casefold().translate(_NO_LETTERS) if text.isascii() else _LETTERS.sub("", text.casefold())


def article_blocks(page: Blocks, kept: str, config: RegionConfig = CONFIG) -> list[Block]:
    """The blocks of the article in order.

    Args:
        page: all blocks.
        kept: the text that the engine kept, a line for each block of its own.
        config: the measures.
    """
    return _Region(page, kept, config).blocks() if page.blocks else []


class _Region:
    """One page, weighed."""

    def __init__(self, page: Blocks, kept: str, config: RegionConfig) -> None:
        self.page, self.config = page, config
        self.keys = [letters_of(block.text) for block in page.blocks]
        self.kept = _in_text(self.keys, kept)
        self.lengths = [weight(block.text) for block in page.blocks]
        self.text = [
            length if block.linked < config.linked * len(block.text) and length >= config.running else 0
            for block, length in zip(page.blocks, self.lengths, strict=True)
        ]
        void = self._void_marks()
        self.furniture = [page.marks[block.container] - void for block in page.blocks]
        self.running = [
            bool(length) and not marks and page.tags[block.container] not in HEADINGS
            for block, length, marks in zip(page.blocks, self.text, self.furniture, strict=True)
        ]

    def blocks(self) -> list[Block]:
        inside = self._inside(self._find())
        sure = [place for place in inside if self._is_sure(place)]
        if not sure:
            return []
        first, last = sure[0], sure[-1]
        chosen = [place for place in inside if first <= place <= last and (self._is_sure(place) or self._fits(place))]
        while chosen and self._tag(chosen[-1]) in HEADINGS:
            chosen.pop()
        return [self.page.blocks[place] for place in self._once(chosen)]

    def _tag(self, place: int) -> str:
        return self.page.tags[self.page.blocks[place].container]

    def _is_sure(self, place: int) -> bool:
        marks = self.furniture[place]
        return (self.kept[place] and marks <= WEAK and not self._points(place)) or self.running[place]

    def _points(self, place: int) -> bool:
        block = self.page.blocks[place]
        points = block.linked >= self.config.pointing * len(block.text) and self._tag(place) in _PARAGRAPHS
        return points and not block.text.endswith(_SENTENCE_ENDS)

    def _fits(self, place: int) -> bool:
        block = self.page.blocks[place]
        return not self.furniture[place] and self._tag(place) in _PARTS and 2 * block.linked <= len(block.text)

    def _void_marks(self) -> set[str]:
        """The marks that count for nothing on this page."""
        under: dict[str, float] = {}
        kept_under: dict[str, float] = {}
        total = sum(self.text)
        total_kept = 0
        for block, length, kept in zip(self.page.blocks, self.text, self.kept, strict=True):
            if kept:
                total_kept += length
            if length:
                for mark in self.page.marks[block.container]:
                    under[mark] = under.get(mark, 0) + length
                    if kept:
                        kept_under[mark] = kept_under.get(mark, 0) + length
        heard = total_kept >= self.config.enough_kept
        void = {
            mark
            for mark, length in under.items()
            if length > self.config.under_mark * total and not (heard and mark == "comment")
        }
        if heard:
            void |= {mark for mark, length in kept_under.items() if length > self.config.kept_under_mark * total_kept}
        return void

    def _find(self) -> int:
        """The region: from the outermost container down, while one holds most of what is in it."""
        page = self.page
        mass = [0.0] * len(page.parents)
        for block, length, running, kept in zip(page.blocks, self.lengths, self.running, self.kept, strict=True):
            mass[block.container] += length * (running + self.config.trust * kept)
        heaviest = [-1] * len(page.parents)
        for place in range(len(page.parents) - 1, 0, -1):  # inner ones first
            parent = page.parents[place]
            mass[parent] += mass[place]
            if heaviest[parent] < 0 or mass[place] > mass[heaviest[parent]]:
                heaviest[parent] = place
        region = 0
        while (inner := heaviest[region]) >= 0 and mass[inner] >= self.config.most * mass[region] > 0:
            region = inner
        while page.tags[region] in _PIECES and page.parents[region] >= 0:
            region = page.parents[region]
        return region

    def _inside(self, region: int) -> list[int]:
        inside = [False] * len(self.page.parents)
        for place, parent in enumerate(self.page.parents):
            inside[place] = place == region or (parent >= 0 and inside[parent])
        return [place for place, block in enumerate(self.page.blocks) if inside[block.container]]

    def _once(self, places: Iterable[int]) -> list[int]:
        met: set[str] = set()
        once = []
        for place in places:
            key = self.keys[place]
            if key not in met or weight(key) < self.config.twice:
                once.append(place)
            met.add(key)
        return once


def weight(text: str) -> int:
    """The length of a text in letters of the Latin script: one of a wide script says as much as two and a half.

    >>> weight("four"), weight("東京")
    (4, 5)
    """
    return len(text) if text.isascii() else len(text) + 3 * len(_WIDE.findall(text)) // 2


def _in_text(keys: Sequence[str], kept: str) -> list[bool]:
    """Which of the blocks the engine kept, as lines of their own or joined to others."""
    letters = [*map(letters_of, kept.split("\n"))]
    lines, joined = set(letters) - {""}, "".join(letters)[:_MAX_JOINED]
    misses, found = 0, []
    for key in keys:
        is_kept = key in lines
        if not is_kept and len(key) >= _MIN_JOINED and misses < _MAX_MISSES:
            is_kept = key in joined
            misses += not is_kept
        found.append(is_kept)
    return found
