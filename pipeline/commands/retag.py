"""`newsbeam retag`: what is stored gets the topics and places of another taxonomy."""

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from pipeline.commands.params import moment, number, place, print_report
from pipeline.errors import explain


@click.command(short_help="Give what is stored the topics and places of today's rules.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option("--topics", callback=place, metavar="FILE", help="A taxonomy of your own.")
@click.option("--gazetteer", callback=place, metavar="FILE", help="Places of your own: a table, or a GeoNames dump.")
@click.option("--all", "everything", is_flag=True, help="Also what these have tagged already.")
@click.option(
    "--workers",
    type=str,
    callback=number(1, 256),
    default=os.cpu_count() or 1,
    show_default="one per core",
    metavar="N",
    help="Processes that tag.",
)
@click.option("--dry-run", is_flag=True, help="Tag, say what would change, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--now", callback=moment, metavar="TIME", help="Take this for the time of the run.")
def retag(
    out: Path,
    topics: Path | None,
    gazetteer: Path | None,
    everything: bool,
    workers: int,
    dry_run: bool,
    as_json: bool,
    now: datetime | None,
) -> None:
    """Tag again what another taxonomy or gazetteer has tagged, without reading the sources again, and tell which topics
    and places how many articles gained (+) and lost (-).

    Readers see the old tags until they see the new ones, all at once. Ctrl-C changes nothing. The old files stay, for
    readers of older versions, until `newsbeam expire`. `newsbeam changes` tells the articles as `retagged`.

    \b
    newsbeam retag --out archive --topics my.yaml --dry-run
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    with explain():
        from datetime import UTC
        from functools import partial

        from pipeline.interrupts import StopOnSignal
        from pipeline.output import check_readable, open_output
        from pipeline.publish import recover
        from pipeline.retag import retag as run
        from pipeline.retag import survey_retag
        from pipeline.runs import move_on
        from schemas.rules import load_rules
        from transforms.core.tagging import Tagging

        tagging = Tagging(load_rules(topics, gazetteer))
        with StopOnSignal() as stop:
            if dry_run:
                check_readable(out)
                report = survey_retag(out, tagging, everything=everything, workers=workers, stop=stop)
            else:
                with open_output(out, command="newsbeam retag", create=False) as output:
                    update_state = partial(move_on, output.state)
                    recover(output, update_state=update_state)
                    report = run(
                        output,
                        tagging,
                        everything=everything,
                        workers=workers,
                        now=now or datetime.now(UTC),
                        stop=stop,
                        update_state=update_state,
                    )
        print_report(report, as_json=as_json)
        if report.skipped:
            sys.exit(1)
