"""`newsbeam reindex`: what can be rebuilt from the tables is."""

from pathlib import Path

import click

from pipeline.commands.params import place, print_report


@click.command(short_help="Rebuild the index and what is known of feeds from the tables.")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option("--dry-run", is_flag=True, help="Say how they are, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def reindex(out: Path, dry_run: bool, as_json: bool) -> None:
    """Rebuild DIR/state from the tables: the index that finds what is stored, and when feeds are due.

    Never needed: every command notices when they are lost, damaged, behind the tables or another folder's, and rebuilds
    them, and no answer depends on them. Killed at any moment, the old index is there, or the new one, or none.

    \b
    newsbeam reindex --out archive
    """  # noqa: D301  # \b is click's: keep these lines
    from pipeline.errors import explain

    with explain(quiet=True):
        from functools import partial

        from pipeline.output import check_readable, open_output
        from pipeline.publish import recover
        from pipeline.reindex import reindex as run
        from pipeline.reindex import survey_reindex
        from pipeline.runs import move_on

        if dry_run:
            check_readable(out)
            print_report(survey_reindex(out), as_json=as_json)
            return
        with open_output(out, command="newsbeam reindex", create=False) as output:
            recover(output, update_state=partial(move_on, output.state))
            report = run(output)
        print_report(report, as_json=as_json)
