"""`newsbeam reprocess`: read again what was retrieved."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.commands.params import moment, place, print_report
from pipeline.commands.reading import reading, reading_options
from pipeline.errors import explain


@click.command(short_help="Read again all that was retrieved.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option("--since", callback=moment, metavar="DATE", help="Only what was asked for from this day on.")
@click.option("--now", callback=moment, metavar="TIME", help="Take this for the time of the run.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@reading
def reprocess(
    out: Path,
    since: datetime | None,
    now: datetime | None,
    as_json: bool,
    **how: Any,  # noqa: ANN401  # as `reading` gives them
) -> None:
    """Read DIR/raw again with today's program and taxonomy, and fill what is missing.

    Articles that could not be read then are stored, and so is richer evidence of those that are there; what is there
    stays as it is. Nothing is asked for on the network, and no feed's schedule changes. Killed, the same command goes
    on where it was.
    """
    with explain():
        from pipeline.interrupts import StopOnSignal
        from pipeline.progress import shown_progress
        from pipeline.reprocess import reprocess as run

        options = reading_options(out, "newsbeam reprocess", now=now, **how)
        with StopOnSignal() as stop, shown_progress(quiet=as_json) as progress:
            report = run(options, since=since, progress=progress, stop=stop)
        print_report(report, as_json=as_json)
