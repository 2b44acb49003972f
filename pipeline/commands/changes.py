"""`newsbeam changes`: what a reader that keeps a mirror has to bring up to date."""

from pathlib import Path

import click

from pipeline.commands.params import number, place, print_report
from pipeline.errors import explain


@click.command(short_help="Tell what changed after a load.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option(
    "--since",
    required=True,
    type=str,
    callback=number(0, 2**63 - 1),
    metavar="LOAD",
    help="The last load you have; 0: none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="jsonl: one JSON object a line.",
)
def changes(out: Path, since: int, as_json: bool, form: str) -> None:
    """Tell for each article what differs between load LOAD and the last one: new, a new version (and which one was
    there before), moved, retagged, released, held or recalled; with load, version, title, address, partition and files.

    The last line (or the last key, `next`) is the number to ask with the next time. Takes no lock.

    \b
    newsbeam changes --out archive --since 0 --format jsonl
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    with explain():
        from pipeline.changes_report import report_changes

        report = report_changes(out, since, as_lines=form == "jsonl")
        print_report(report, as_json=as_json or form == "json")
