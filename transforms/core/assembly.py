"""Expressions that are put together from phrases: over gaps, and by the company they keep.

Does no I/O. Costs a sort of the phrases' hits per expression, whatever the text.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.expressions import Company, Within
from transforms.core.wordforms import Words


class Hit(NamedTuple):
    """A phrase in a text, by the numbers of its words."""

    field: int
    first: int
    last: int


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


def assembled(plan: Plan, kept: dict[int, list[Hit]], fields: Sequence[Words]) -> list[Hit]:
    """Where an expression stands that has gaps or company, given where all phrases stand."""
    hits = kept[plan.pieces[0]]
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
    before = sorted((hit.field, hit.last, hit.first) for hit in hits) if nexts else []
    found: dict[tuple[int, int], Hit] = {}
    for following in sorted(nexts):
        place = bisect_left(before, (following.field, following.first, -1)) - 1
        if place < 0 or before[place][0] != following.field:
            continue
        field, last, first = before[place]
        words = fields[field]
        if following.first - last - 1 <= gap and words.sentence(last) == words.sentence(following.first):
            found.setdefault((field, first), Hit(field, first, following.last))
    return list(found.values())


def _reach(others: list[Hit], within: Within, fields: Sequence[Words]) -> Callable[[Hit], bool]:
    """Whether a hit has one of the others within reach."""
    if within == "text":
        return lambda _: bool(others)
    sentences = {(other.field, fields[other.field].sentence(other.first)) for other in others}
    if within == "sentence":
        return lambda hit: (hit.field, fields[hit.field].sentence(hit.first)) in sentences
    occupied = sorted({(other.field, word) for other in others for word in (other.first, other.last)})

    def near(hit: Hit) -> bool:
        if (hit.field, fields[hit.field].sentence(hit.first)) not in sentences:
            return False
        place = bisect_left(occupied, (hit.field, hit.first - within - 1))
        return place < len(occupied) and occupied[place] <= (hit.field, hit.last + within + 1)

    return near
