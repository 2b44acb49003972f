"""`newsbeam explain`: the whole story of one article."""

from pathlib import Path

import click

from pipeline.commands.params import place, print_report
from pipeline.errors import explain


@click.command("explain", short_help="Tell the whole story of an article.")
@click.argument("named", metavar="ARTICLE")
@click.option("--out", required=True, callback=place, metavar="DIR", help="The output folder.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
def explain_(named: str, out: Path, as_json: bool) -> None:
    """Tell on one screen where an article was seen, what each of its versions changed, where its story came from, what
    each outlet copied and changed, what was recalled, and which words earned its topics. ARTICLE is its article_id or
    how that begins, its provider's or feed's id, or its address.

    What may not be shown is told without a word of it. Takes no lock.

    \b
    newsbeam explain https://news.example.org/2026/ferry --out archive
    """  # noqa: D205, D301  # click joins the lines; \b is click's: keep these lines
    with explain():
        import newsbeam
        from pipeline.explain import explain_article
        from pipeline.explain_report import ExplainReport
        from pipeline.naming import one_article
        from pipeline.output import check_readable

        check_readable(out)
        with newsbeam.open(out) as archive:
            report = ExplainReport(told=explain_article(archive, one_article(archive, named)))
        print_report(report, as_json=as_json)
