"""`newsbeam expire`: what nobody needs any more is deleted."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from pipeline.commands.params import moment, place, print_report
from pipeline.errors import explain


def _age(_context: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    """A duration."""
    from pipeline.durations import EXAMPLES, duration_s

    try:
        return timedelta(seconds=duration_s(value))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not {EXAMPLES}") from None


def _age_or_never(context: click.Context, parameter: click.Parameter, value: str) -> timedelta | None:
    """A duration, or None for never."""
    return None if value == "never" else _age(context, parameter, value)


@click.command(short_help="Delete files that nobody needs any more.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option(
    "--grace",
    default="7d",
    show_default=True,
    callback=_age,
    metavar="AGE",
    help="How long files stay that have left the tables.",
)
@click.option(
    "--raw",
    default="90d",
    show_default=True,
    callback=_age_or_never,
    metavar="AGE",
    help="How long published answers stay.",
)
@click.option(
    "--requests",
    default="never",
    show_default=True,
    callback=_age_or_never,
    metavar="AGE",
    help="How long requests/ reaches back.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--now", callback=moment, metavar="TIME", help="Take this for the time of the run.")
def expire(
    out: Path,
    grace: timedelta,
    raw: timedelta | None,
    requests: timedelta | None,
    dry_run: bool,
    as_json: bool,
    now: datetime | None,
) -> None:
    """Delete what is old enough: files that compaction or a kill has taken out of the tables, and published answers of
    feeds and pages in DIR/raw.

    An AGE is such as 12h or 90d; `never` keeps answers and requests for good. A file that has left the tables stays as
    long as a reader may have opened an older version. No file that the tables hold is touched, nor one that they do not
    know.

    \b
    newsbeam expire --out archive --dry-run
    newsbeam expire --out archive --grace 7d --raw 30d --requests 365d
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    with explain():
        from datetime import UTC
        from functools import partial

        from pipeline.expire import LEAST_REQUESTS, Ages, survey_expiry
        from pipeline.expire import expire as run
        from pipeline.interrupts import StopOnSignal
        from pipeline.output import check_readable, open_output
        from pipeline.publish import recover
        from pipeline.runs import move_on

        if requests is not None and requests < LEAST_REQUESTS:
            raise click.UsageError(f"--requests: {LEAST_REQUESTS.days}d are needed to know when feeds are due")
        ages = Ages(grace=grace, raw=raw, requests=requests)
        now = now or datetime.now(UTC)
        if dry_run:
            check_readable(out)
            print_report(survey_expiry(out, now=now, ages=ages), as_json=as_json)
            return
        with StopOnSignal() as stop, open_output(out, command="newsbeam expire", create=False) as output:
            recover(output, update_state=partial(move_on, output.state))
            report = run(output, now=now, ages=ages, stop=stop, update_state=partial(move_on, output.state))
        print_report(report, as_json=as_json)
