"""What the commands share: kinds of parameters, options of several, and how a report is printed."""

import json
import math
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

Callback = Callable[[click.Context, click.Parameter, Any], Any]
Command = TypeVar("Command", bound=Callable[..., Any])

#: The feed list where none is named.
FEED_LIST = "feeds.toml"


def number(low: float, high: float, *, whole: bool = True) -> Callback:
    """A number within bounds, and a complaint that names them."""

    def convert(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
        try:
            given = int(value) if whole else float(value)
        except ValueError:
            given = math.nan
        if not low <= given <= high:
            kind = "whole number" if whole else "number"
            raise click.BadParameter(f"{value!r} is not a {kind} from {low:,} to {high:,}")
        return given

    return convert


def place(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Path | None:
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


def moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """A time in ISO 8601; without a zone it is UTC."""
    if value is None:
        return None
    try:
        now = datetime.fromisoformat(value)
        return now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is not a time such as 2026-01-31T12:00:00Z") from None


def feed_list(about: str = "The feed list.", *, default: str | None = FEED_LIST) -> Callable[[Command], Command]:
    """The option that names the feed list; a command takes it as `list_path`."""
    return click.option(
        "--feeds",
        "list_path",
        default=default,
        show_default=True,
        envvar="NEWSBEAM_FEEDS",
        callback=place,
        metavar="FILE",
        help=about,
    )


def metrics_file(about: str) -> Callable[[Command], Command]:
    """The option that names a file for Prometheus; a command takes it as `metrics`, a path or None."""
    return click.option("--metrics", callback=place, metavar="FILE", help=f"Write a text file for Prometheus{about}.")


class Printable(Protocol):
    """What a command has to tell."""

    def lines(self) -> list[str]:
        """For a person."""

    def as_json(self) -> dict[str, Any]:
        """For a machine."""


def print_report(report: Printable, *, as_json: bool) -> None:
    """Print on standard output; whoever reads it may leave early."""
    printed = json.dumps(report.as_json()) if as_json else "\n".join(report.lines())
    try:
        sys.stdout.write(printed + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
