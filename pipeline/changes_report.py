"""What changed after a load, for a person and for a machine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

import newsbeam
from pipeline.output import check_readable
from pipeline.wording import counted, printable


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesReport:
    """Changes as they are printed."""

    changes: pa.Table
    since: int
    until: int
    as_lines: bool = False  #: `lines()` are JSON, one object each

    def as_json(self) -> dict[str, Any]:
        """Everything; `next` is the number to ask with the next time."""
        return {"since": self.since, "changes": list(self._rows()), "next": self.until}

    def lines(self) -> list[str]:
        """A line for each change, and the number to ask with the next time."""
        if self.as_lines:
            return [json.dumps(each) for each in (*self._rows(), {"next": self.until})]
        rows = list(self._rows())
        lines = [
            f"{each['load_id']:>6}  {each['change']:<11}  {each['article_id']}  {printable(each['title'] or '-')}"
            for each in rows
        ]
        told = counted(len(rows), "article") if rows else "nothing"
        return [*lines, f"Since load {self.since}: {told} changed. Next time: --since {self.until}"]

    def _rows(self) -> Iterator[dict[str, Any]]:
        for batch in self.changes.to_batches(2_000):
            for each in batch.to_pylist():
                yield {**each, "date": each["date"] and each["date"].isoformat()}


def report_changes(out: Path, since: int, *, as_lines: bool) -> ChangesReport:
    """What changed in an output folder after a load.

    Raises:
        OutputError: it is no output folder, or the load has not happened.
    """
    check_readable(out)
    with newsbeam.open(out) as archive:
        return ChangesReport(changes=archive.changes(since), since=since, until=archive.load_id, as_lines=as_lines)
