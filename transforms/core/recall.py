"""What a kill or withhold covers.

Does no I/O. A kill covers every version of the item, for ever; so does a purge, which leaves nothing to cover. A
withhold covers what is not known to be later than it: by the numbers of their versions, where both have one and they
differ; else by the times that the agency gave; else by when they were delivered. `schemas/views.sql` says the same of
what is stored.
"""

from datetime import datetime
from typing import Protocol

from transforms.core.deliveries import Notice, Recall


class Counted(Protocol):
    """What its source counts or dates: a delivery, or a version that is stored."""

    @property
    def source_version(self) -> int | None:
        """As the source counts it."""

    @property
    def updated_at(self) -> datetime | None:
        """When the source last changed it."""


def covers(said: Notice | Recall, head: Counted, *, delivered_later: bool) -> bool:
    """Whether a notice about an article covers a version of it.

    Args:
        said: the notice.
        head: a delivery of the same article, or what is stored of it.
        delivered_later: whether its text was first delivered after the notice; counts only where nothing
            better is known.
    """
    if said.kind in ("kill", "purge"):
        return True
    told, known = said.source_version, head.source_version
    if told is not None and known is not None and told != known:
        return known < told
    if said.at is not None and head.updated_at is not None:
        return head.updated_at <= said.at
    return not delivered_later
