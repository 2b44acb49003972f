"""`newsbeam extract`: what is taken from one page, from where, and why."""

from pathlib import Path

import click

from pipeline.commands.params import feed_list, place, print_report
from pipeline.errors import complain, explain


@click.command("extract", short_help="Tell what is taken from one page, from where, and why.")
@click.argument("named", metavar="FILE|URL")
@feed_list("A feed list; its [network] settings count where an address is asked.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def extract_(named: str, list_path: Path, as_json: bool) -> None:
    """Read one page as the pipeline would, and tell what it is, its text, title, date, authors and language, with the
    evidence for each. An address is asked for once, as `newsbeam poll` asks: robots.txt counts, and addresses that are
    not public are refused unless the feed list allows them. Nothing is written.

    \b
    newsbeam extract story.html
    newsbeam extract https://news.example.org/2026/ferry --json
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    from pipeline.feedkeys import address_fault

    is_address = "://" in named
    if is_address and (fault := address_fault(named)):
        raise click.UsageError(fault)
    path = None if is_address else place(click.get_current_context(), click.Argument(["named"]), named)
    if path is not None and not path.is_file():
        raise click.UsageError(f"{named}: there is no such file")
    with explain():
        import asyncio

        from pipeline.clock import MachineClock
        from pipeline.extract import NoPage, extract, page_at, page_in
        from pipeline.extract_report import ExtractReport
        from pipeline.feedlist import FeedList, read_list

        try:
            if path is not None:
                source = page_in(path)
            else:
                network = (read_list(list_path) if list_path.exists() else FeedList()).network
                source = asyncio.run(page_at(named, network))
            report = ExtractReport(found=extract(source, MachineClock().now()))
        except NoPage as no_page:
            complain(str(no_page))
            raise SystemExit(1) from None
        print_report(report, as_json=as_json)
