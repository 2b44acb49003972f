"""The command line. Imports nothing heavy: a pipeline is imported by the command that runs one."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

IN_USE = 75


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="newsbeam", message="%(prog)s %(version)s")
def newsbeam() -> None:
    """News wires and feeds in; clean, de-duplicated, explained Parquet out.

    Beam's own options go after `--`.
    """


def _parse_now(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        now = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time such as 2026-01-31T12:00:00Z") from None
    return now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)


@newsbeam.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The output folder.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    show_default="one per core",
    help="Processes that read.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, 100_000),
    default=5_000,
    show_default=True,
    help="Deliveries published at once.",
)
@click.option(
    "--topics", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE", help="Your own taxonomy."
)
@click.option(
    "--max-item-mb",
    type=click.IntRange(1, 4_000),
    default=20,
    show_default=True,
    help="Largest document or line, unpacked.",
)
@click.option(
    "--max-item-seconds",
    type=click.FloatRange(0.1, 3_600),
    default=30.0,
    show_default=True,
    help="Longest one may take.",
)
@click.option(
    "--max-item-memory-mb",
    type=click.IntRange(64, 64_000),
    default=1_024,
    show_default=True,
    help="Most memory one may take.",
)
@click.option("--now", callback=_parse_now, metavar="TIME", help="Take this for the time of the run.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def ingest(
    beam_args: tuple[str, ...],
    paths: tuple[str, ...],
    out: Path,
    workers: int,
    batch_size: int,
    topics: Path | None,
    max_item_mb: int,
    max_item_seconds: float,
    max_item_memory_mb: int,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Read files, folders, globs and `-` (standard input) into the output folder DIR.

    Reads plain text, HTML pages, RSS/Atom/JSON feeds, JSON Lines and WARC, also in .gz, .zst, .bz2 and .zip; what a
    file is comes from its content. What cannot be used is recorded in DIR/rejected with its reason. Run again, it
    stores only what is new; killed, it goes on where it was.
    """
    from pipeline.errors import explain
    from pipeline.ingest import IngestOptions
    from pipeline.ingest import ingest as run
    from pipeline.progress import shown_progress
    from transforms.core.pieces import Limits

    options = IngestOptions(
        paths=paths,
        out=out,
        command=" ".join(["newsbeam ingest", *paths]),
        workers=workers,
        batch_size=batch_size,
        limits=Limits(
            max_item_bytes=max_item_mb * 1_000_000, max_item_s=max_item_seconds, max_item_mb=max_item_memory_mb
        ),
        topics=topics,
        now=now,
        beam_args=beam_args,
    )
    stop = _StopOnSignal()
    with explain(), shown_progress(quiet=as_json) as progress:
        report = run(options, progress=progress, stop=stop)
    if as_json:
        import json

        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        click.echo("\n".join(report.lines()))


class _StopOnSignal:
    """The first SIGINT or SIGTERM asks the run to finish its batch, a second one ends it at once.

    Nothing is damaged by either.
    """

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def __call__(self) -> bool:
        return self._asked

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._asked:
            os._exit(128 + number)
        self._asked = True
        os.write(2, b"\nFinishing the batch in hand; once more to stop at once.\n")


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line. Exit codes: 0 well, 1 the run failed, 2 wrong usage, 75 the output folder is in use."""
    words = sys.argv[1:] if argv is None else argv
    cut = words.index("--") if "--" in words else len(words)
    newsbeam.main(args=words[:cut], prog_name="newsbeam", obj=tuple(words[cut + 1 :]))
    sys.exit(0)
