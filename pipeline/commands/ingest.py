"""`newsbeam ingest`: files and folders into tables."""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.commands.params import moment, place, print_report
from pipeline.commands.reading import reading, reading_options
from pipeline.errors import explain


@click.command(short_help="Read files and folders into Parquet tables.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder; made if there is none.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@reading
@click.option("--now", callback=moment, metavar="TIME", help="Take this for the time of the run.")
@click.pass_obj
def ingest(
    beam_args: tuple[str, ...],
    /,
    paths: tuple[str, ...],
    out: Path,
    dry_run: bool,
    as_json: bool,
    now: datetime | None,
    **how: Any,  # noqa: ANN401  # as `reading` gives them
) -> None:
    """Read files, folders, globs and `-` (standard input) into the output folder DIR.

    Reads plain text, HTML pages, RSS/Atom/JSON feeds, JSON Lines and WARC, also in .gz, .zst, .bz2 and .zip; what a
    file is comes from its content. What cannot be used is recorded in DIR/rejected with its reason. Run again, it
    stores only what is new; killed, it goes on where it was. Ctrl-C publishes the batch in hand and ends; once more
    ends at once. Beam's own options go after `--`.

    \b
    newsbeam ingest ~/wires 'drop/*.gz' --out archive
    zcat feed.jsonl.gz | newsbeam ingest - --out archive --json
    """  # noqa: D301  # \b is click's: keep these lines
    if "-" in paths and not dry_run:
        _check_stdin()
    paths = tuple(os.path.expanduser(path) for path in paths)  # noqa: PTH111  # the same as in place
    with explain(quiet=not beam_args):
        from pipeline.survey import survey

        options = reading_options(out, _said(paths), now=now, beam_args=beam_args, **how)
        if dry_run:
            found = survey(paths, out, topics=options.topics, gazetteer=options.gazetteer, limits=options.limits)
            print_report(found, as_json=as_json)
            return

        from pipeline.ingest import ingest as run
        from pipeline.interrupts import StopOnSignal
        from pipeline.progress import shown_progress

        with StopOnSignal() as stop, shown_progress(quiet=as_json) as progress:
            report = run(options, paths, progress=progress, stop=stop)
        print_report(report, as_json=as_json)


def _check_stdin() -> None:
    """Somebody who types at a terminal did not mean it; a service may have none at all."""
    if sys.stdin is None:
        raise click.UsageError("standard input is closed")
    if sys.stdin.isatty():
        raise click.UsageError(
            "standard input is a terminal; for example: zcat wires.gz | newsbeam ingest - --out archive"
        )


def _said(paths: Sequence[str]) -> str:
    """The command as it is noted down: names that are no UTF-8 escaped, a long list cut short."""
    import shlex

    said = shlex.join(["newsbeam", "ingest", *paths[:20]])
    more = f" … and {len(paths) - 20} more" if len(paths) > 20 else ""
    return os.fsencode(said[:2_000]).decode("utf-8", "backslashreplace") + more
