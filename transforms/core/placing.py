"""Which table a stored version belongs into now: what was recalled is held, what an embargo held is not any more.

Does no I/O. `schemas/views.sql` says the same of what is shown: a version's state is the greatest that was sighted, its
row counting as a sighting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from transforms.core.deliveries import Recall
from transforms.core.recall import covers

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of when a version was delivered and how its source counts it."""

    source_version: int | None
    updated_at: datetime | None
    first_at: datetime  #: when it was first seen

    def merged(self, other: "State") -> "State":
        """The greater of two states, first seen at the earlier time."""
        greater = max(self, other, key=State._order)
        return State(
            source_version=greater.source_version,
            updated_at=greater.updated_at,
            first_at=min(self.first_at, other.first_at),
        )

    def is_recalled(self, recalls: Iterable[Recall]) -> bool:
        """Whether any notice about its article covers it."""
        return any(covers(recall, self, delivered_later=self.first_at > recall.seen_at) for recall in recalls)

    def _order(self) -> tuple[int, datetime]:
        return -1 if self.source_version is None else self.source_version, self.updated_at or _NEVER
