"""`newsbeam rejected`: what could not be used, and another attempt at it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.params import Command, moment, number, place, print_report
from pipeline.commands.reading import reading, reading_options
from pipeline.errors import explain

if TYPE_CHECKING:
    from pipeline.rejections import Filters


def _since(context: click.Context, parameter: click.Parameter, value: str | None) -> int | datetime | None:
    """A load or a time."""
    if value is not None and value.isdecimal() and len(value) < 19:
        return int(value)
    return moment(context, parameter, value)


_FILTERS = (
    click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder."),
    click.option("--reason", default="", metavar="R", help="Only of this reason."),
    click.option("--stage", default="", metavar="S", help="Only of this stage."),
    click.option("--source", default="", metavar="S", help="Only of this source."),
    click.option("--since", callback=_since, metavar="LOAD|DATE", help="Only after this load, or from this day on."),
)


def _filtered(command: Command) -> Command:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def _filters(reason: str, stage: str, source: str, since: "int | datetime | None") -> "Filters":
    """The filters, if there are such a reason and such a stage."""
    from pipeline.rejections import Filters
    from transforms.core.records import Reason, Stage

    for name, value, known in (("--reason", reason, list(Reason)), ("--stage", stage, list(Stage))):
        if value and value not in known:
            raise click.BadParameter(f"{value!r} is none of {', '.join(known)}", param_hint=name)
    load = since if isinstance(since, int) else 0
    return Filters(
        reason=reason,
        stage=stage,
        source=source,
        after_load=load,
        since=since if isinstance(since, datetime) else None,
    )


@click.group(short_help="Tell what could not be used, and try it again.")
def rejected() -> None:
    """Tell what could not be used and why, and try again what can be read again.

    \b
    newsbeam rejected list --out archive --reason timed_out
    newsbeam rejected retry --out archive --reason timed_out --max-item-seconds 120
    """  # noqa: D301  # \b is click's: keep these lines


@rejected.command("list", short_help="Tell what could not be used.")
@_filtered
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--limit",
    type=str,
    callback=number(1, 10**9),
    default=50,
    show_default=True,
    metavar="N",
    help="At most so many, the newest.",
)
def list_(
    out: Path, reason: str, stage: str, source: str, since: "int | datetime | None", as_json: bool, limit: int
) -> None:
    """Tell what could not be used: when, why, where and what exactly; the newest first.

    What was read well at the same place since is left out. Takes no lock.
    """
    filters = _filters(reason, stage, source, since)
    with explain():
        from pipeline.rejections import list_refusals

        print_report(list_refusals(out, filters, limit=limit), as_json=as_json)


@rejected.command(short_help="Try again what can be read again.")
@_filtered
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@reading
def retry(
    out: Path,
    reason: str,
    stage: str,
    source: str,
    since: "int | datetime | None",
    as_json: bool,
    **how: Any,  # noqa: ANN401  # as `reading` gives them
) -> None:
    """Read again what was rejected, from files that are still there and from DIR/raw, and store what is good now.

    What cannot be read again is counted with its reason. What is refused again for the same reason is counted, too.
    """
    filters = _filters(reason, stage, source, since)
    with explain():
        from pipeline.interrupts import StopOnSignal
        from pipeline.progress import shown_progress
        from pipeline.retry import retry as run

        options = reading_options(out, "newsbeam rejected retry", **how)
        with StopOnSignal() as stop, shown_progress(quiet=as_json) as progress:
            report = run(options, filters, progress=progress, stop=stop)
        print_report(report, as_json=as_json)
