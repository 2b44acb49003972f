"""Read again all that was retrieved, with today's code and taxonomy: `raw/` through the same graph.

An exchange read again gives the same deliveries, seen when they were received. What the archive holds of an article
stays as it is, so a better extractor makes no versions; what is missing is filled: articles that were rejected then,
and richer evidence of those that are there. Requests are not recorded again, and no feed is asked earlier or later.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from pipeline.batches import Input
from pipeline.durable import write_synced
from pipeline.ingest import Progress, catch_up, pass_over, run_batches
from pipeline.options import ReadOptions
from pipeline.output import Output, open_output
from pipeline.publish import Step, next_load_id
from pipeline.raw import Round
from pipeline.report import Report
from pipeline.runs import Run, input_key, run_key
from schemas.rules import load_rules
from transforms.index import Index

_BEGAN: Final = "began-after"
_DIGITS: Final = re.compile(rb"\d{1,18}")


def reprocess(
    options: ReadOptions,
    *,
    since: datetime | None,
    progress: Progress,
    stop: Callable[[], bool],
    at: Callable[[Step], None] = pass_over,
) -> Report:
    """Read the published rounds of `raw/` again, the oldest first. Killed, the same call goes on where it was.

    Args:
        options: how to read.
        since: only what was asked for from then on.
        progress: is told of each batch.
        stop: asked between batches.
        at: called at each step of each publish.

    Raises:
        OutputError: the output folder cannot be used.
        TaxonomyError, GazetteerError: the taxonomy or the gazetteer has a fault.
        RunnerFailed, WorkersFailed, NumbersDoNotAdd, CannotPublish: the run failed; nothing published is lost.
    """
    rules = load_rules(options.topics, options.gazetteer)
    with (
        open_output(options.out, command=options.command, create=False) as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        notes = catch_up(output, index, at)
        run = Run(output.state, run_key(["reprocess", str(since), rules.version]))
        progress.begin(sum(each.size for each in _inputs(output.raw, since, run)))
        report = run_batches(
            output,
            index,
            options,
            run,
            _inputs(output.raw, since, run),
            progress=progress,
            stop=stop,
            at=at,
            fills=_began_after(output, run),
        )
    report.opened = "document"
    report.notes = [*notes, *report.notes]
    return report


def _inputs(raw: Path, since: datetime | None, run: Run) -> Iterator[Input]:
    """The exchanges that are kept and that the run has not read."""
    for round_ in Round.all(raw):
        if not round_.published:
            continue
        for request in round_.requests():
            if request.raw_address and (since is None or request.started_at >= since):
                piece = round_.piece(request)
                key = input_key(f"{round_.number}", piece)
                if key not in run.done:
                    yield Input(given=piece, key=key, begins=True, size=piece.length or 0)


def _began_after(output: Output, run: Run) -> int:
    """The last load before the run began, also if it was killed since: what later ones stored is its own."""
    note = run.folder / _BEGAN
    if note.exists() and (known := _DIGITS.fullmatch(note.read_bytes())):
        return int(known[0])
    last = next_load_id(output) - 1
    write_synced(note, b"%d" % last)
    return last
