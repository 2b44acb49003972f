"""What could not be used: which deliveries, and why."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import newsbeam
from pipeline.output import check_readable
from pipeline.wording import counted, printable

#: A refusal is settled when something was read at its place by a later load. Entries share their feed's place.
_OPEN: Final = """
FROM rejected
WHERE load_id > $1 AND ($2 IS NULL OR seen_at >= $2::TIMESTAMPTZ)
    AND ($3 = '' OR reason = $3) AND ($4 = '' OR stage = $4) AND ($5 = '' OR source = $5)
    AND NOT (
        (url IN ('', origin) OR NOT starts_with(origin, 'http'))
        AND EXISTS (FROM sightings WHERE sightings.origin = rejected.origin AND sightings.load_id > rejected.load_id)
    )
"""
_COLUMNS: Final = ("seen_at", "stage", "reason", "origin", "detail", "source", "title", "url", "raw_address", "load_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which refusals are meant; empty, 0, None: any."""

    reason: str = ""
    stage: str = ""
    source: str = ""
    after_load: int = 0
    since: datetime | None = None

    @property
    def parameters(self) -> tuple[int, datetime | None, str, str, str]:
        """As queries take them; they also name the choice."""
        return self.after_load, self.since, self.reason, self.stage, self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row of `rejected/`, as far as a person or another attempt needs it."""

    seen_at: datetime
    stage: str
    reason: str
    origin: str
    detail: str
    source: str
    title: str
    url: str
    raw_address: str
    load_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionsReport:
    """Refusals as they are printed, the newest first."""

    shown: tuple[Refusal, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        """All columns."""
        rows = [{name: getattr(each, name) for name in _COLUMNS} for each in self.shown]
        return {"rejected": [{**row, "seen_at": row["seen_at"].isoformat()} for row in rows], "total": self.total}

    def lines(self) -> list[str]:
        """When, reason, where, detail; at the end how many there are."""
        width = max((len(each.reason) for each in self.shown), default=0)
        lines = [
            f"{each.seen_at:%Y-%m-%d %H:%M}  {each.reason:<{width}}  {printable(each.origin)}  {printable(each.detail)}"
            for each in self.shown
        ]
        if not self.total:
            return ["Nothing is rejected."]
        if more := self.total - len(self.shown):
            lines.append(f"… and {counted(more, 'older one')}.")
        return [*lines, f"{counted(self.total, 'delivery', 'deliveries')} rejected."]


def open_refusals(archive: newsbeam.Archive, filters: Filters, *, limit: int | None = None) -> list[Refusal]:
    """The refusals that nothing has settled since, the newest first; all of them, or so many."""
    rows = archive.sql(
        f"SELECT {', '.join(_COLUMNS)} {_OPEN} ORDER BY seen_at DESC, origin, url, title LIMIT $6",
        *filters.parameters,
        limit,
    )
    return [Refusal(**dict(zip(_COLUMNS, row, strict=True))) for row in rows.fetchall()]


def list_refusals(out: Path, filters: Filters, *, limit: int) -> RejectionsReport:
    """The newest refusals of an output folder. Takes no lock.

    Raises:
        OutputError: it is none.
    """
    check_readable(out)
    with newsbeam.open(out) as archive:
        shown = open_refusals(archive, filters, limit=limit)
        ((total,),) = archive.sql(f"SELECT count(*) {_OPEN}", *filters.parameters).fetchall()
    return RejectionsReport(shown=tuple(shown), total=total)
