"""Expressions that are put together from phrases: over gaps, and by the company they keep.

Does no I/O. Costs a sort of the phrases' hits per expression, whatever the text.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from schemas.expressions import Company, Within
from transforms.core.wordforms import Words

#: A phrase in a text: number of the text, of its first and of its last word.
Hit = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """How an expression is put together from phrases, each known by its number."""

    pieces: tuple[int, ...]
    gaps: tuple[int, ...]
    company: Company | None
    wanted: tuple[int, ...]
    barred: tuple[int, ...]

    @property
    def simple(self) -> bool:
        """Whether it is one phrase and no more."""
        return len(self.pieces) == 1 and self.company is None

    @property
    def phrases(self) -> tuple[int, ...]:
        """All that decide where it stands."""
        return self.pieces + self.wanted + self.barred

    def lonely(self, there: Set[int]) -> bool:
        """Whether the company it wants is not there."""
        return bool(self.wanted) and there.isdisjoint(self.wanted)


def assembled(plan: Plan, kept: dict[int, list[Hit]], fields: Sequence[Words]) -> list[Hit]:
    """Where an expression stands that has gaps or company, given where all phrases stand, in order."""
    hits = kept.get(plan.pieces[0], [])
    if not hits or plan.lonely(kept.keys()):
        return []
    for number, gap in zip(plan.pieces[1:], plan.gaps[1:], strict=True):
        hits = _followed(hits, kept.get(number, []), gap, fields)
    if plan.company is None or not hits:
        return hits
    if barred := [hit for number in plan.barred for hit in kept.get(number, ())]:
        near = _reach(barred, plan.company.within, fields)
        hits = [hit for hit in hits if not near(hit)]
    if plan.wanted:
        near = _reach([hit for number in plan.wanted for hit in kept.get(number, ())], plan.company.within, fields)
        hits = [hit for hit in hits if near(hit)]
    return hits


def _followed(hits: list[Hit], nexts: list[Hit], gap: int, fields: Sequence[Words]) -> list[Hit]:
    """Hits prolonged by what comes next: each of the next by the nearest that can come before it; one per beginning."""
    if not hits or not nexts:
        return []
    before = sorted((field, last, first) for field, first, last in hits)
    found: dict[tuple[int, int], Hit] = {}
    for field, following, end in nexts:
        place = bisect_left(before, (field, following, -1)) - 1
        if place < 0 or before[place][0] != field:
            continue
        _, last, first = before[place]
        if following - last - 1 <= gap and fields[field].sentence(last) == fields[field].sentence(following):
            found.setdefault((field, first), (field, first, end))
    return list(found.values())


def _reach(others: list[Hit], within: Within, fields: Sequence[Words]) -> Callable[[Hit], bool]:
    """Whether a hit has one of the others within reach."""
    if within == "text":
        return lambda _: bool(others)
    if within == "sentence":
        sentences = {(field, fields[field].sentence(first)) for field, first, _ in others}
        return lambda hit: (hit[0], fields[hit[0]].sentence(hit[1])) in sentences
    occupied = {(field, word) for field, first, last in others for word in (first, last)}

    def near(hit: Hit) -> bool:
        field, first, last = hit
        words = fields[field]
        around = range(max(0, first - within - 1), last + within + 2)
        return any((field, word) in occupied and words.sentence(word) == words.sentence(first) for word in around)

    return near
