"""The command line. Imports nothing heavy: a pipeline is imported by the command that runs one."""

import math
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

_EXAMPLE = "newsbeam ingest wires/ --out archive"


_Callback = Callable[[click.Context, click.Parameter, Any], Any]


def _number(low: float, high: float, *, whole: bool = True) -> _Callback:
    """A number within bounds, and a complaint that names them."""

    def convert(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
        try:
            number = int(value) if whole else float(value)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            kind = "whole number" if whole else "number"
            raise click.BadParameter(f"{value!r} is not a {kind} from {low:,} to {high:,}")
        return number

    return convert


def _place(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Path | None:
    """A path; `~` at its beginning is the user's folder, also where the shell leaves it."""
    if value is None:
        return None
    if not value:
        raise click.BadParameter("the path is empty")
    path = Path(os.path.expanduser(value))  # noqa: PTH111  # Path's raises where there is no such user
    try:
        str(path.absolute()).encode("utf-8")
    except UnicodeEncodeError:
        raise click.BadParameter(f"{value!r} is no UTF-8, which the tables' paths must be") from None
    except FileNotFoundError:
        raise click.BadParameter(f"{value!r} lies in the current folder, which is gone") from None
    return path


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """A time in ISO 8601; without a zone it is UTC."""
    if value is None:
        return None
    try:
        now = datetime.fromisoformat(value)
        return now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is not a time such as 2026-01-31T12:00:00Z") from None


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, no_args_is_help=False)
@click.version_option(package_name="newsbeam", message="%(prog)s %(version)s")
def newsbeam() -> None:
    """News wires and feeds in; clean, de-duplicated, explained Parquet out.

    \b
    newsbeam ingest wires/ --out archive     reads a folder, prints what came of it
    newsbeam ingest --help                   tells the rest
    """  # noqa: D301  # \b is click's: keep these lines


@newsbeam.command(short_help="Read files and folders into Parquet tables.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--out", required=True, callback=_place, metavar="DIR", help="The output folder; made if there is none.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--topics", callback=_place, metavar="FILE", help="A taxonomy of your own.")
@click.option(
    "--workers",
    type=str,
    callback=_number(1, 256),
    default=os.cpu_count() or 1,
    show_default="one per core",
    metavar="N",
    help="Processes that read.",
)
@click.option(
    "--batch-size",
    type=str,
    callback=_number(1, 100_000),
    default=5_000,
    show_default=True,
    metavar="N",
    help="Deliveries published at once.",
)
@click.option(
    "--max-item-mb",
    type=str,
    callback=_number(1, 4_000),
    default=20,
    show_default=True,
    metavar="MB",
    help="Largest document, line or record, unpacked.",
)
@click.option(
    "--max-item-seconds",
    type=str,
    callback=_number(0.1, 3_600, whole=False),
    default=30,
    show_default=True,
    metavar="S",
    help="Longest that reading one may take.",
)
@click.option(
    "--max-item-memory-mb",
    type=str,
    callback=_number(64, 64_000),
    default=1_024,
    show_default=True,
    metavar="MB",
    help="Most memory that reading one may take.",
)
@click.option("--now", callback=_moment, metavar="TIME", help="Take this for the time of the run.")
@click.pass_obj
def ingest(
    beam_args: tuple[str, ...],
    paths: tuple[str, ...],
    out: Path,
    dry_run: bool,
    as_json: bool,
    topics: Path | None,
    workers: int,
    batch_size: int,
    max_item_mb: int,
    max_item_seconds: float,
    max_item_memory_mb: int,
    now: datetime | None,
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
    from pipeline.errors import explain

    paths = tuple(os.path.expanduser(path) for path in paths)  # noqa: PTH111  # the same as in _Place
    with explain(quiet=not beam_args):
        from pipeline.survey import survey
        from transforms.core.pieces import Limits

        limits = Limits(
            max_item_bytes=max_item_mb * 1_000_000, max_item_s=max_item_seconds, max_item_mb=max_item_memory_mb
        )
        if dry_run:
            _print(survey(paths, out, topics=topics, limits=limits), as_json=as_json)
            return

        from pipeline.ingest import IngestOptions
        from pipeline.ingest import ingest as run
        from pipeline.interrupts import StopOnSignal
        from pipeline.progress import shown_progress

        options = IngestOptions(
            paths=paths,
            out=out,
            command=_said(paths),
            workers=workers,
            batch_size=batch_size,
            limits=limits,
            topics=topics,
            now=now,
            beam_args=beam_args,
        )
        with StopOnSignal() as stop, shown_progress(quiet=as_json) as progress:
            report = run(options, progress=progress, stop=stop)
        _print(report, as_json=as_json)


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


def _print(report: Any, *, as_json: bool) -> None:  # noqa: ANN401  # what has lines() and as_json()
    """On standard output; whoever reads it may leave early."""
    import json

    printed = json.dumps(report.as_json()) if as_json else "\n".join(report.lines())
    try:
        sys.stdout.write(printed + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complaint(error: click.ClickException) -> str:
    """What was wrong with a command line, and what would be right, in one line."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "newsbeam"
    said = error.format_message().rstrip(".").replace("'. Did", "'; did")
    if isinstance(error, click.MissingParameter):
        return f"{_named(error)} is missing; for example: {_EXAMPLE}"
    if said == "Missing command":
        return f"what to do is missing; for example: {_EXAMPLE}"
    if isinstance(error, click.NoSuchOption):
        meant = " or ".join(sorted(error.possibilities or ()))
        hint = f"did you mean {meant}?" if meant else "options of Beam go after `--`"
        said = f"no such option {error.option_name}; {hint}"
    return f"{said[0].lower()}{said[1:]} ({path} --help tells more)"


def _named(error: click.MissingParameter) -> str:
    """A parameter as help shows it."""
    parameter = error.param
    if isinstance(parameter, click.Option):
        return f"{parameter.opts[0]} {parameter.metavar}"
    return (parameter.metavar if isinstance(parameter, click.Argument) else None) or "something"


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line.

    Exit codes: 0 well, 1 the run failed, 2 wrong usage, 75 the output folder is in use, 130 interrupted at the start.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    os.environ["PYTHONSAFEPATH"] = "1"  # for every process that is started from here: nothing of the user's is a module
    words = sys.argv[1:] if argv is None else argv
    cut = words.index("--") if "--" in words else len(words)
    try:
        newsbeam.main(args=words[:cut], prog_name="newsbeam", obj=tuple(words[cut + 1 :]), standalone_mode=False)
    except click.ClickException as error:
        sys.stderr.write(f"newsbeam: {_complaint(error)}\n")
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    sys.exit(0)
