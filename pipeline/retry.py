"""Try again what was rejected, as loads like any other."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import newsbeam
from pipeline.ingest import Progress, catch_up, pass_over, run_batches
from pipeline.options import ReadOptions
from pipeline.output import open_output
from pipeline.publish import Step
from pipeline.rejections import Filters, open_refusals
from pipeline.report import Report
from pipeline.retrying import inputs_of, plan_attempt
from pipeline.runs import Run, run_key
from pipeline.wording import counted
from schemas.rules import load_rules
from transforms.index import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryReport:
    """What came of another attempt."""

    report: Report
    refusals: int  #: that were chosen
    lost: Counter[str] = field(default_factory=Counter)  #: those that cannot be read again, by reason

    def as_json(self) -> dict[str, Any]:
        """The report of what was read, and what was not."""
        return {**self.report.as_json(), "refusals": self.refusals, "not_retried": dict(sorted(self.lost.items()))}

    def lines(self) -> list[str]:
        """What was tried and what not, then the report of what was read."""
        if not self.refusals and not self.report.loads:
            return [*self.report.notes, "Nothing is rejected that could be tried again."]
        tried = self.refusals - self.lost.total()
        lines = [f"Tried again {tried:,} of {counted(self.refusals, 'rejected delivery', 'rejected deliveries')}."]
        lines += [f"  {number:,} not: {reason}" for reason, number in sorted(self.lost.items())]
        return [*lines, *self.report.lines()] if self.report.loads or tried else [*self.report.notes, *lines]


def retry(
    options: ReadOptions,
    filters: Filters,
    *,
    progress: Progress,
    stop: Callable[[], bool],
    at: Callable[[Step], None] = pass_over,
) -> RetryReport:
    """Read again what was rejected and can be read again. Killed, the same call goes on where it was.

    What is good now is stored; what is refused again for the same reason is counted and makes no new row. Lines and
    records beside it that have to be read with it are counted as unchanged.

    Raises:
        OutputError: the output folder cannot be used.
        TaxonomyError, GazetteerError: the taxonomy or the gazetteer has a fault.
        RunnerFailed, WorkersFailed, NumbersDoNotAdd, CannotPublish: the run failed; nothing published is lost.
    """
    load_rules(options.topics, options.gazetteer)
    with (
        open_output(options.out, command=options.command, create=False) as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        notes = catch_up(output, index, at)
        run = Run(output.state, run_key(["rejected retry", *map(str, filters.parameters), repr(options.speakers)]))
        with newsbeam.open(output.path) as archive:
            attempt = plan_attempt(open_refusals(archive, filters), output.path)
        inputs = inputs_of(attempt, output.path, run, options)
        progress.begin(0)
        report = run_batches(output, index, options, run, inputs, progress=progress, stop=stop, at=at)
    report.notes = [*notes, *report.notes]
    return RetryReport(report=report, refusals=attempt.refusals, lost=attempt.lost)
