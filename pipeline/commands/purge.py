"""`newsbeam purge`: an article is removed for the law."""

import sys
from pathlib import Path

import click

from pipeline.commands.params import place, print_report


@click.command(short_help="Remove an article for good, every byte of it.")
@click.argument("named", metavar="ID")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option("--copies", is_flag=True, help="Remove its verified copies, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def purge(named: str, out: Path, copies: bool, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Remove every version of an article from the tables, the files of older versions, what was retrieved, quarantine
    and the index, because the law asks for it. ID is its article_id, its provider's or feed's id, or its address.

    Nothing brings it back: what delivers it again is rejected as `purged`, without a word of it. Only its article_id
    stays, a hash, in `recalls`. Files that were read are not touched; remove them yourself. Killed at any moment, the
    next command that writes finishes it. A feed that goes on offering the article fills DIR/raw with it again until
    that expires or you purge it again.

    \b
    newsbeam purge https://news.example.org/2026/ferry --out archive --dry-run
    newsbeam purge urn:newsml:example.org:20260301:ferry --out archive --copies
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    from pipeline.errors import explain

    if not (yes or dry_run or sys.stdin.isatty()):
        raise click.UsageError("nobody is there to ask; say --yes, or --dry-run to see what would be removed")
    with explain(quiet=True):
        from contextlib import closing
        from datetime import UTC, datetime
        from functools import partial

        import newsbeam
        from pipeline.output import check_readable, open_output
        from pipeline.publish import recover
        from pipeline.purge import purge as run
        from pipeline.purge import survey_purge
        from pipeline.purge_report import told
        from pipeline.purgefind import find_target
        from pipeline.reindex import INDEX
        from pipeline.runs import move_on
        from transforms.index import Index

        if dry_run:
            check_readable(out)
            with newsbeam.open(out) as archive:
                target = find_target(archive, named, copies=copies)
            if target is None:
                raise click.UsageError(f"nothing is known by {named!r}")
            print_report(survey_purge(out, target), as_json=as_json)
            return
        with open_output(out, command="newsbeam purge", create=False) as output:
            update_state = partial(move_on, output.state)
            recover(output, update_state=update_state)
            with newsbeam.open(output.path) as archive:
                target = find_target(archive, named, copies=copies)
            if target is None:
                raise click.UsageError(f"nothing is known by {named!r}")
            if not yes:
                click.echo("\n".join(told(target.doomed, "This removes")), err=True)
                click.confirm("Go on?", abort=True, err=True)
            report = run(output, target, now=datetime.now(UTC), update_state=update_state)
            with closing(Index.open(output.state / INDEX, readonly=False)) as index:
                index.catch_up(output.path)
        print_report(report, as_json=as_json)
        if report.unreadable:
            sys.exit(1)
