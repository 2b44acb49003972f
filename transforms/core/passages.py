"""Which paragraphs of a text stand in another version of it: unchanged, moved, edited, or not at all.

Does no I/O. Paragraphs with the same `body_key` are the same; of several the first is the first. Those that kept their
order stay, the fewest possible were moved. The rest is aligned word by word: paragraphs of which two fifths of the
shorter one's words stand in the other are one passage, edited, split or joined.

Work is bounded: paragraphs as wholes cost n log n; of what is edited the first 5,000 words of either text are aligned,
and the first 20,000 are looked for elsewhere. Paragraphs beyond count as taken out and put in.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from rapidfuzz.distance import LCSseq

from transforms.core.normalise import body_key
from transforms.core.tokens import Token, tokens

#: What is aligned of either text at most.
MAX_WORDS: Final = 5_000
#: What is looked for elsewhere.
_MAX_CROSSED: Final = 20_000
#: Share of the shorter paragraph's words that stand in the other.
_SURVIVES: Final = 0.4
#: A lone word in common tells nothing, but in a paragraph of that many words or fewer.
_SHORT: Final = 8

#: Where a paragraph stands: [start, end) in its text.
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A passage that stands in both texts with other words: the paragraphs it has in either, in order."""

    before: tuple[Span, ...]
    after: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What became of the paragraphs of two texts; those that are not told stayed."""

    added: tuple[Span, ...]  #: in the later text
    removed: tuple[Span, ...]  #: in the earlier text
    moved: tuple[Span, ...]  #: in the later text, edited or not
    edited: tuple[Edited, ...]  #: in the order of the later text


class _Paragraph:
    """A paragraph, its words, as many as are compared, told when they are asked for."""

    __slots__ = ("_text", "_words", "key", "span")

    def __init__(self, text: str, span: Span) -> None:
        self._text, self.span, self.key = text, span, body_key(text[slice(*span)])
        self._words: list[Token] | None = None

    @property
    def words(self) -> list[Token]:
        if self._words is None:
            self._words = list(islice(tokens(self._text, *self.span), MAX_WORDS))
        return self._words


def compare(before: str, after: str) -> Passages:
    """What became of the paragraphs of `before` in `after`."""
    old, new = list(_paragraphs(before)), list(_paragraphs(after))
    same = _same(old, new)
    old_rest = _without(old, {here for here, _ in same})
    new_rest = _without(new, {there for _, there in same})
    links = _aligned(old, new, old_rest, new_rest)
    loose = (_without(old, {here for here, _ in same | links}), _without(new, {there for _, there in same | links}))
    crossed = _crossed(old, new, *loose)
    kept = same | links | crossed
    moved = {there for _, there in kept - _longest_rise(kept)}
    return Passages(
        added=tuple(new[place].span for place in _without(new, {there for _, there in kept})),
        removed=tuple(old[place].span for place in _without(old, {here for here, _ in kept})),
        moved=tuple(new[place].span for place in sorted(moved)),
        edited=tuple(_groups(old, new, links | crossed)),
    )


_Links: TypeAlias = set[tuple[int, int]]


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    start = 0
    for part in text.split("\n\n"):
        if part.strip():
            yield _Paragraph(text, (start, start + len(part)))
        start += len(part) + 2


def _without(paragraphs: Sequence[_Paragraph], places: set[int]) -> list[int]:
    return [place for place in range(len(paragraphs)) if place not in places]


def _same(old: Sequence[_Paragraph], new: Sequence[_Paragraph]) -> _Links:
    """The places of equal paragraphs, the nth of one with the nth of the other."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, paragraph in enumerate(old):
        places[paragraph.key].append(place)
    met: Counter[str] = Counter()
    found = set()
    for place, paragraph in enumerate(new):
        number = met[paragraph.key]
        if number < len(places.get(paragraph.key, ())):
            found.add((places[paragraph.key][number], place))
            met[paragraph.key] += 1
    return found


def _longest_rise(links: _Links) -> _Links:
    """The most links of which none crosses another: a longest rising subsequence, by patience sorting."""
    tops: list[int] = []
    piles: list[tuple[int, int]] = []
    below: dict[tuple[int, int], tuple[int, int] | None] = {}
    for link in sorted(links, key=lambda link: (link[1], link[0])):
        pile = bisect_right(tops, link[0])  # right: a paragraph that was split is linked twice
        below[link] = piles[pile - 1] if pile else None
        tops[pile : pile + 1] = [link[0]]
        piles[pile : pile + 1] = [link]
    rise: _Links = set()
    link_or_none = piles[-1] if piles else None
    while link_or_none is not None:
        rise.add(link_or_none)
        link_or_none = below[link_or_none]
    return rise


def _aligned(
    old: Sequence[_Paragraph], new: Sequence[_Paragraph], old_rest: Sequence[int], new_rest: Sequence[int]
) -> _Links:
    """Which paragraphs share their words when the two rests are laid side by side."""
    old_owners, old_keys = _laid_out(old, old_rest)
    new_owners, new_keys = _laid_out(new, new_rest)
    if not old_keys or not new_keys:
        return set()
    shared: Counter[tuple[int, int]] = Counter()
    alone: Counter[tuple[int, int]] = Counter()
    for block in LCSseq.opcodes(old_keys, new_keys).as_matching_blocks():
        owners = Counter(
            zip(
                old_owners[block.a : block.a + block.size],
                new_owners[block.b : block.b + block.size],
                strict=True,
            )
        )
        for link, number in owners.items():
            (shared if number > 1 else alone)[link] += number
    old_sizes, new_sizes = Counter(old_owners), Counter(new_owners)
    found = set()
    for here, there in shared | alone:
        least = min(old_sizes[here], new_sizes[there])
        number = shared[here, there] + (alone[here, there] if least <= _SHORT else 0)
        if number >= _SURVIVES * least:
            found.add((here, there))
    return found


def _laid_out(paragraphs: Sequence[_Paragraph], places: Sequence[int]) -> tuple[list[int], list[str]]:
    """The words of some paragraphs in a row: whose each is, and what is compared of it."""
    owned = list(islice(((place, word.key) for place in places for word in paragraphs[place].words), MAX_WORDS))
    return [place for place, _ in owned], [key for _, key in owned]


def _crossed(old: Sequence[_Paragraph], new: Sequence[_Paragraph], old_rest: list[int], new_rest: list[int]) -> _Links:
    """Of what found nothing at its place, the paragraphs that share their runs of three words."""
    homes: dict[tuple[str, ...], int] = {}
    sizes: dict[int, int] = {}
    for place in _first(old, old_rest):
        runs = _runs(old[place])
        sizes[place] = len(runs)
        for run in runs:
            homes.setdefault(run, place)
    taken: set[int] = set()
    found = set()
    for place in _first(new, new_rest):
        runs = _runs(new[place])
        met = Counter(homes[run] for run in runs if run in homes)
        for home, number in met.most_common(1):
            if home not in taken and number >= _SURVIVES * min(len(runs), sizes[home]):
                taken.add(home)
                found.add((home, place))
    return found


def _first(paragraphs: Sequence[_Paragraph], places: Sequence[int]) -> Iterator[int]:
    """The places of the first paragraphs, as many as are looked for."""
    left = _MAX_CROSSED
    for place in places:
        if left <= 0:
            return
        left -= len(paragraphs[place].words)
        yield place


def _runs(paragraph: _Paragraph) -> set[tuple[str, ...]]:
    keys = [word.key for word in paragraph.words]
    return set(zip(keys, keys[1:], keys[2:], strict=False))


def _groups(old: Sequence[_Paragraph], new: Sequence[_Paragraph], links: _Links) -> Iterator[Edited]:
    """The linked paragraphs, all that hang together as one passage; not those that were only split or joined."""
    heres: defaultdict[int, set[int]] = defaultdict(set)
    theres: defaultdict[int, set[int]] = defaultdict(set)
    for here, there in links:
        heres[there].add(here)
        theres[here].add(there)
    done: set[int] = set()
    for first in sorted(heres):
        if first in done:
            continue
        group_old: set[int] = set()
        group_new, reached = set(), {first}
        while reached:
            group_new |= reached
            group_old |= {here for there in reached for here in heres[there]}
            reached = {there for here in group_old for there in theres[here]} - group_new
        done |= group_new
        if " ".join(old[place].key for place in sorted(group_old)) != " ".join(
            new[place].key for place in sorted(group_new)
        ):
            yield Edited(
                before=tuple(old[place].span for place in sorted(group_old)),
                after=tuple(new[place].span for place in sorted(group_new)),
            )
