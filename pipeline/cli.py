"""The command line. Imports nothing heavy: what a command needs, it imports when it runs."""

import os
import re
import sys
from pathlib import Path
from typing import NoReturn

import click

from pipeline.commands.changes import changes
from pipeline.commands.compact import compact
from pipeline.commands.expire import expire
from pipeline.commands.explain import explain_
from pipeline.commands.extract import extract_
from pipeline.commands.feeds import feeds
from pipeline.commands.ingest import ingest
from pipeline.commands.params import place
from pipeline.commands.poll import poll
from pipeline.commands.purge import purge
from pipeline.commands.reading import SPEAKERS
from pipeline.commands.reindex import reindex
from pipeline.commands.rejected import rejected
from pipeline.commands.reprocess import reprocess
from pipeline.commands.retag import retag
from pipeline.commands.status import status
from pipeline.commands.topics import topics
from pipeline.commands.watch import watch
from pipeline.errors import explain
from pipeline.imports import spare
from pipeline.memory import keep_together

#: click's words for what was perhaps meant.
_NEAR = re.compile(r"\. ?\(?Did you mean (?:one of: )?([^?]*)\?\)?")
#: The configuration that counts where none is named.
NAME = "newsbeam.toml"
_EXAMPLE = "newsbeam ingest wires/ --out archive"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, no_args_is_help=False)
@click.version_option(package_name="newsbeam", message="%(prog)s %(version)s")
@click.option(
    "--config",
    envvar="NEWSBEAM_CONFIG",
    callback=place,
    metavar="FILE",
    help="What is typed every day.  [default: newsbeam.toml, if there is one]",
)
@click.pass_context
def newsbeam(context: click.Context, config: Path | None) -> None:
    """News wires and feeds in; clean, de-duplicated, explained Parquet out.

    \b
    newsbeam ingest wires/ --out archive     reads a folder, prints what came of it
    newsbeam feeds add https://example.org   finds a site's feed and puts it on the list
    newsbeam watch --out archive             asks the feeds of the list when they are due, for years
    newsbeam ingest --help                   tells the rest
    """  # noqa: D301  # \b is click's: keep these lines
    _configure(context, config)


def _configure(context: click.Context, config: Path | None) -> None:
    """Take what the configuration says for what is not typed."""
    path = config or Path(NAME)
    if config is None and not path.is_file():
        return
    with explain():
        from pipeline.configuration import read_configuration

        configured = read_configuration(path, newsbeam)
    context.default_map = configured.defaults
    context.meta[SPEAKERS] = configured.speakers


_COMMANDS = (
    *(ingest, feeds, poll, watch, status, extract_, explain_, changes, rejected, reprocess, retag),
    *(topics, compact, expire, reindex, purge),
)
for command in _COMMANDS:
    newsbeam.add_command(command)


def _meant(near: re.Match[str]) -> str:
    """What was perhaps meant, as the rest of a sentence."""
    return f"; did you mean {near[1].replace(', ', ' or ')}?"


def _complaint(error: click.ClickException) -> str:
    """What was wrong with a command line, and what would be right, in one line."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "newsbeam"
    said = _NEAR.sub(_meant, error.format_message().rstrip("."))
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
    if argv is None:  # this process is the program
        keep_together()
        spare("pandas")  # it has no use for it
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
