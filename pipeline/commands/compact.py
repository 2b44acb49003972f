"""`newsbeam compact`: many small files become few."""

from datetime import datetime
from pathlib import Path

import click

from pipeline.commands.params import moment, place, print_report
from pipeline.errors import explain


@click.command(short_help="Put the small files of closed days together.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option("--dry-run", is_flag=True, help="Say what would be put together, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--now", callback=moment, metavar="TIME", help="Take this for the time of the run.")
def compact(out: Path, dry_run: bool, as_json: bool, now: datetime | None) -> None:
    """Put the small files of days that are over together, so that reading years of polling stays fast.

    Every batch adds a file to each day it has something for. No row changes, and no answer. The old files stay, for
    readers of older versions, until `newsbeam expire`; a reader that knows nothing of the tables' logs sees rows twice
    until then. Ctrl-C publishes what is put together by then; `newsbeam watch` compacts by itself.

    \b
    newsbeam compact --out archive
    """  # noqa: D301  # \b is click's: keep these lines
    with explain():
        from datetime import UTC
        from functools import partial

        from pipeline.compact import compact as run
        from pipeline.compact import survey_compaction
        from pipeline.interrupts import StopOnSignal
        from pipeline.output import check_readable, open_output
        from pipeline.publish import recover
        from pipeline.runs import move_on

        now = now or datetime.now(UTC)
        if dry_run:
            check_readable(out)
            print_report(survey_compaction(out, now=now), as_json=as_json)
            return
        with StopOnSignal() as stop, open_output(out, command="newsbeam compact", create=False) as output:
            recover(output, update_state=partial(move_on, output.state))
            report = run(output, now=now, stop=stop, update_state=partial(move_on, output.state))
        print_report(report, as_json=as_json)
