"""The options of commands that read: with what, how much at once, and how much of one item."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.params import Command, number, place

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.options import ReadOptions

#: Where the command line keeps whose word counts for a provider.
SPEAKERS = "newsbeam.speakers"

_OPTIONS = (
    click.option("--topics", callback=place, metavar="FILE", help="A taxonomy of your own."),
    click.option(
        "--gazetteer", callback=place, metavar="FILE", help="Places of your own: a table, or a GeoNames dump."
    ),
    click.option(
        "--workers",
        type=str,
        callback=number(1, 256),
        default=os.cpu_count() or 1,
        show_default="one per core",
        metavar="N",
        help="Processes that read.",
    ),
    click.option(
        "--batch-size",
        type=str,
        callback=number(1, 100_000),
        default=5_000,
        show_default=True,
        metavar="N",
        help="Deliveries published at once.",
    ),
    click.option(
        "--max-item-mb",
        type=str,
        callback=number(1, 4_000),
        default=20,
        show_default=True,
        metavar="MB",
        help="Largest document, line or record, unpacked.",
    ),
    click.option(
        "--max-item-seconds",
        type=str,
        callback=number(0.1, 3_600, whole=False),
        default=30,
        show_default=True,
        metavar="S",
        help="Longest that reading one may take.",
    ),
    click.option(
        "--max-item-memory-mb",
        type=str,
        callback=number(64, 64_000),
        default=1_024,
        show_default=True,
        metavar="MB",
        help="Most memory that reading one may take.",
    ),
)


def reading(command: Command) -> Command:
    """Give a command the options of how to read; it takes them as keywords, for `reading_options`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def reading_options(
    out: Path,
    command: str,
    *,
    topics: Path | None,
    gazetteer: Path | None,
    workers: int,
    batch_size: int,
    max_item_mb: int,
    max_item_seconds: float,
    max_item_memory_mb: int,
    now: "datetime | None" = None,
    beam_args: tuple[str, ...] = (),
) -> "ReadOptions":
    """The options as a run takes them; `command` names it to whoever finds the folder in use."""
    from pipeline.options import ReadOptions
    from transforms.core.pieces import Limits

    return ReadOptions(
        out=out,
        command=command,
        workers=workers,
        batch_size=batch_size,
        limits=Limits(
            max_item_bytes=max_item_mb * 1_000_000, max_item_s=max_item_seconds, max_item_mb=max_item_memory_mb
        ),
        topics=topics,
        gazetteer=gazetteer,
        speakers=click.get_current_context().meta.get(SPEAKERS, ()),
        now=now,
        beam_args=beam_args,
    )
