"""The numbers of a load: they add up, or the load fails."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from transforms.tally import Count


class NumbersDoNotAdd(RuntimeError):
    """Deliveries and outcomes differ: a fault of this program. Names the sources and both numbers."""


def check_sums(counts: Iterable[Count]) -> None:
    """Raise NumbersDoNotAdd unless every source has as many outcomes as deliveries."""
    delivered: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for count in counts:
        if count.kind == "delivered":
            delivered[count.source] += count.count
        elif count.kind == "outcome":
            outcomes[count.source] += count.count
    wrong = [
        f"{source or 'unnamed source'}: {delivered[source]} delivered, {outcomes[source]} accounted for"
        for source in sorted(delivered.keys() | outcomes.keys())
        if delivered[source] != outcomes[source]
    ]
    if wrong:
        raise NumbersDoNotAdd("the numbers do not add up: " + "; ".join(wrong))


def columns_of(counts: Sequence[Count]) -> dict[str, Any]:
    """The counts as columns of `loads`."""
    return {
        "delivered": sum(count.count for count in counts if count.kind == "delivered"),
        "counts": [
            {
                "source": count.source,
                "kind": count.source_kind,
                "outcome": count.name,
                "reason": count.reason,
                "count": count.count,
            }
            for count in counts
            if count.kind == "outcome"
        ],
        "languages": [{"language": count.name, "count": count.count} for count in counts if count.kind == "language"],
        "topics": [{"id": count.name, "count": count.count} for count in counts if count.kind == "topic"],
    }


def add_up(parts: Iterable[Sequence[Count]]) -> tuple[Count, ...]:
    """The counts of several loads as one."""
    total: Counter[tuple[str, str, str, str, str]] = Counter()
    for counts in parts:
        for count in counts:
            total[count.kind, count.name, count.source, count.source_kind, count.reason] += count.count
    return tuple(
        Count(kind=kind, name=name, source=source, source_kind=source_kind, reason=reason, count=number)  # type: ignore[arg-type]  # kind came from a Count
        for (kind, name, source, source_kind, reason), number in sorted(total.items())
    )
