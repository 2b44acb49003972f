"""`newsbeam status`: how the archive and its feeds are."""

import sys
from pathlib import Path

import click

from pipeline.commands.params import FEED_LIST, feed_list, metrics_file, place, print_report
from pipeline.errors import explain


@click.command(short_help="Tell how the feeds are.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@feed_list("The feed list; feeds.toml if there is one, else every feed that was ever asked.", default=None)
@click.option("--check", is_flag=True, help="Tell only of feeds that need a person, and exit 1 if there are any.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@metrics_file(", too")
def status(out: Path, list_path: Path | None, check: bool, as_json: bool, metrics: Path | None) -> None:
    """Tell of each feed how it is, when something new came last, its own rhythm, when it is asked next, its errors,
    and how often it answered 304; first those that need a person: silent for much longer than their rhythm is, stopped,
    not a feed, failing for long.

    Takes no lock: it works while `newsbeam watch` runs.

    \b
    newsbeam status --out archive
    newsbeam status --out archive --check
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    with explain():
        from pipeline.clock import MachineClock
        from pipeline.feedlist import read_list
        from pipeline.status import read_status
        from pipeline.status_report import StatusReport

        path = list_path or (Path(FEED_LIST) if Path(FEED_LIST).is_file() else None)
        found = read_status(out, read_list(path) if path else None, MachineClock().now())
        if metrics is not None:
            from pipeline.metrics import write_metrics

            write_metrics(metrics, found)
        report = StatusReport(status=found, only_needy=check)
        if not check or as_json or report.needy:
            print_report(report, as_json=as_json)
    if check and report.needy:
        sys.exit(1)
