"""`newsbeam poll`: ask every feed that is due, once."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.commands.params import feed_list, metrics_file, moment, place, print_report
from pipeline.commands.reading import reading, reading_options
from pipeline.errors import explain


@click.command(short_help="Ask every feed that is due, once.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder; made if there is none.")
@feed_list()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@metrics_file(" after the round")
@reading
@click.option("--now", callback=moment, metavar="TIME", help="Take this for the time at the start.")
def poll(
    out: Path,
    list_path: Path,
    as_json: bool,
    metrics: Path | None,
    now: datetime | None,
    **how: Any,  # noqa: ANN401  # as `reading` gives them
) -> None:
    """Ask every feed of the list that is due, fetch the pages of entries that carry only a summary, and store what is
    new in DIR.

    A feed is due when the longest of all that asks for a pause is over: your interval, what the feed and its server
    say, and its own rhythm. Nothing due: nothing is asked. Run it from cron or a timer as often as you like, or let
    `newsbeam watch` do it.

    \b
    newsbeam feeds add https://news.example.org
    newsbeam poll --out archive
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    with explain():
        from pipeline.clock import MachineClock, ShiftedClock
        from pipeline.feedlist import read_list
        from pipeline.interrupts import StopOnSignal
        from pipeline.poll import polling

        feeds = read_list(list_path)
        options = reading_options(out, "newsbeam poll", **how)
        clock = MachineClock() if now is None else ShiftedClock(now)
        with StopOnSignal() as stop, polling(options, clock=clock, stop=stop) as poller:
            report = poller.poll(feeds)
        if metrics is not None:
            from pipeline.metrics import write_metrics
            from pipeline.status import read_status

            write_metrics(metrics, read_status(out, feeds, clock.now()))
        print_report(report, as_json=as_json)
