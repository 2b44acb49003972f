"""`newsbeam watch`: poll and look into drop folders until told to stop."""

from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import click

from pipeline.commands.params import feed_list, metrics_file, place
from pipeline.commands.reading import reading, reading_options
from pipeline.errors import explain


def _seconds(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    """A duration such as 15m."""
    from pipeline.durations import duration_s

    try:
        seconds = duration_s(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a duration such as 15m or 1h") from None
    if seconds < 1:
        raise click.BadParameter(f"{value!r} is shorter than a second")
    return seconds


@click.command(short_help="Poll and look into drop folders until told to stop.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder; made if there is none.")
@feed_list("The feed list; read again when it changes.")
@click.option(
    "--every",
    "every_s",
    default="15m",
    show_default=True,
    callback=_seconds,
    metavar="TIME",
    help="How long to wait between two rounds.",
)
@metrics_file(" after each round")
@reading
@click.option(
    "--log", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of log lines."
)
def watch(
    out: Path,
    list_path: Path,
    every_s: float,
    metrics: Path | None,
    form: Literal["text", "json"],
    **how: Any,  # noqa: ANN401  # as `reading` gives them
) -> None:
    """Ask every feed of the list when it is due and read what is dropped into its folders, until told to stop.

    Tells each round in a log line on standard error. SIGTERM or Ctrl-C finish the batch in hand and end; what was
    retrieved is published now or, at the latest, by the next start. Days that are over are compacted on the way.

    \b
    newsbeam watch --out archive --every 15m
    """  # noqa: D301  # \b is click's: keep these lines
    with explain():
        import sys

        from pipeline.clock import MachineClock
        from pipeline.dropfolders import DropFolders
        from pipeline.interrupts import StopOnSignal
        from pipeline.logs import say, set_up_logs
        from pipeline.metrics import write_metrics
        from pipeline.poll import polling
        from pipeline.status import read_status
        from pipeline.watch import ListFile, Watching
        from pipeline.watch import watch as run

        set_up_logs(form, sys.stderr)
        feeds = ListFile(path=list_path, complain=lambda line: say("feed list", level="warning", fault=line))
        feeds.current()  # complains of it before anything is made
        clock = MachineClock()
        options = reading_options(out, "newsbeam watch", **how)

        with StopOnSignal() as stop:

            def wait(seconds: float) -> bool:
                if metrics is not None:
                    write_metrics(metrics, read_status(out, feeds.current(), clock.now()))
                return stop.wait(seconds)

            with (
                polling(options, clock=clock, stop=stop) as poller,
                closing(DropFolders(out)) as drops,
            ):
                say("watching", out=str(out), feeds=str(list_path), every_s=every_s)
                run(
                    Watching(poller=poller, drops=drops, options=options, feeds=feeds, clock=clock, stop=stop),
                    every_s=every_s,
                    wait=wait,
                    tell=lambda report: _say_round(report, say),
                    tell_drops=lambda report: say("dropped files", **_counts(report)),
                    complain=lambda line: say("drop folder", level="warning", fault=line),
                )
                say("stopped", out=str(out))


def _say_round(report: Any, say: Any) -> None:  # noqa: ANN401  # not to import what watching imports
    """A line for a round in which something was asked, and one for each feed that gave nothing."""
    for note in report.report.notes:
        say("noted", what=note)
    if not report.requests:
        return
    asked = {f"feeds_{outcome}": count for outcome, count in sorted(report.feeds().items())}
    say("round", round=report.rounds[-1], requests=len(report.requests), **asked, **_counts(report.report))
    for request in report.failures():
        say("feed", level="warning", url=request.feed_url, outcome=request.outcome.value, detail=request.detail)


def _counts(report: Any) -> dict[str, Any]:  # noqa: ANN401  # the same
    return {outcome.value: count for outcome, count in report.outcomes().items() if count}
