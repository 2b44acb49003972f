"""What readers raise when a delivery cannot be used; the caller makes it a `Rejected`.

Does no I/O. Survives pickling, as a worker process needs.
"""

from transforms.core.records import Reason, Rejected, Stage


class Refused(Exception):
    """A delivery cannot be used: where, why, and one line of detail for a person."""

    def __init__(self, stage: Stage, reason: Reason, detail: str) -> None:
        super().__init__(stage, reason, detail)
        self.stage = stage
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.stage}: {self.reason}: {self.detail}"


def rejected(
    refused: Refused,
    *,
    origin: str,
    source: str = "",
    title: str = "",
    url: str = "",
    excerpt: str = "",
    raw_address: str = "",
) -> Rejected:
    """The row that tells of a refusal; the excerpt is cut to 200 characters."""
    return Rejected(
        stage=refused.stage,
        reason=refused.reason,
        detail=refused.detail,
        origin=origin,
        source=source,
        title=title,
        url=url,
        excerpt=excerpt[:200],
        raw_address=raw_address,
    )
