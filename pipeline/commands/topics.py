"""`newsbeam topics`: what is wrong or thin in a taxonomy, and what a text would get from it."""

import sys
from pathlib import Path

import click

from pipeline.commands.params import place, print_report
from pipeline.errors import explain


@click.group(short_help="Check a taxonomy, try it on a text.", no_args_is_help=False)
def topics() -> None:
    """Check a taxonomy of your own, or the one that comes with the program, and try it on a text.

    \b
    newsbeam topics check my.yaml
    newsbeam topics try "Trucks with flour reached Idlib" --topics my.yaml
    """  # noqa: D301  # \b is click's: keep these lines


@topics.command(short_help="Find what is wrong or thin in a taxonomy.")
@click.argument("path", required=False, callback=place, metavar="[FILE]")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check(path: Path | None, as_json: bool) -> None:
    """Find what is wrong in the taxonomy FILE, and print how many expressions each topic has in each language.

    A file that cannot be used: each fault with its line, and exit code 2. Rules that match nothing, add nothing or
    speak for two topics: each with its line, and exit code 1.
    """
    with explain():
        from pipeline.topicreport import check_report
        from schemas.taxonomy import fault_lines, parse_taxonomy, read_taxonomy

        content, name = read_taxonomy(path)
        if faults := fault_lines(content, name):
            sys.stderr.writelines(f"newsbeam: {fault}\n" for fault in faults)
            sys.exit(2)
        report = check_report(content, name, parse_taxonomy(content, name, trusted=True))
    print_report(report, as_json=as_json)
    sys.exit(1 if report.findings else 0)


@topics.command("try", short_help="Show the topics that a text would get.")
@click.argument("text")
@click.option("--title", default="", help="The title of the text.")
@click.option("--language", default="", metavar="CODE", help="Its language.  [default: found out]")
@click.option("--topics", "path", callback=place, metavar="FILE", help="A taxonomy of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def try_(text: str, title: str, language: str, path: Path | None, as_json: bool) -> None:
    """Show the topics that TEXT (`-`: standard input) would get, how central each is, and by which expressions."""
    with explain():
        from pipeline.topicreport import try_report
        from schemas.taxonomy import load_taxonomy
        from transforms.core.language import detect
        from transforms.core.normalise import nfc

        taxonomy = load_taxonomy(path)
        if text == "-":
            text = sys.stdin.buffer.read().decode("utf-8", "replace")
        text, title = nfc(text), nfc(title)
        report = try_report(taxonomy, title, text, language or detect(text, title=title)[0])
    print_report(report, as_json=as_json)
