"""`newsbeam feeds`: the feed list, and a look at feeds before they are in it."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.feedlines import Said, added, listed, plain
from pipeline.commands.params import feed_list, place, print_report
from pipeline.errors import complain, explain
from pipeline.wording import counted

if TYPE_CHECKING:
    from pipeline.feedfind import Found
    from pipeline.feedlist import FeedList
    from transforms.core.polling import NetworkSettings

_list_option = feed_list()
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(short_help="Keep the list of feeds; look at one before it is in the list.", no_args_is_help=False)
def feeds() -> None:
    """Keep the list of feeds that `newsbeam poll` asks: a TOML file, which you may also edit by hand.

    \b
    newsbeam feeds add https://news.example.org      finds the site's feed and adds it
    newsbeam feeds check https://news.example.org/feed
    """  # noqa: D301  # \b is click's: keep these lines


def _setting(key: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A setting as the list itself reads it."""

    def convert(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Any:  # noqa: ANN401  # any
        from pipeline.feedkeys import FEED, Wrong

        if value is None:
            return None
        try:
            return FEED[key][1](value)
        except Wrong as wrong:
            raise click.BadParameter(str(wrong)) from None

    return convert


@feeds.command(short_help="Add feeds; a site's address finds its feed.")
@click.argument("urls", nargs=-1, required=True, metavar="URL…")
@_list_option
@click.option("--source", callback=_setting("source"), metavar="NAME", help="The outlet, if not the feed's own title.")
@click.option("--interval", callback=_setting("interval"), metavar="TIME", help="Ask no more often, such as 15m or 1h.")
@click.option(
    "--language",
    callback=_setting("language"),
    metavar="TAG",
    help="Language of its articles, such as en: tips the balance.",
)
@click.option(
    "--full-text/--no-full-text",
    "full_text",
    default=None,
    help="Fetch the pages of entries that carry only a summary.",
)
def add(
    urls: tuple[str, ...],
    list_path: Path,
    source: str | None,
    interval: int | None,
    language: str | None,
    full_text: bool | None,
) -> None:
    """Ask each URL, and add the feed that it is or that its site has.

    A site is asked for what its page names, then at the places where feeds usually lie, one request at a time. The
    first that is a feed is added; others that the site names are told, to be added by their own address.
    """
    urls = tuple(_whole_address(url) for url in urls)
    with explain():
        from pipeline.feededit import add_feed

        current = _current(list_path)
        found = _visit(current.network, urls)
        failed = False
        for url, each in zip(urls, found, strict=True):
            if each.fault:
                complain(f"{url}: {each.fault}")
                failed = True
                continue
            feed = replace(
                current.defaults, url=each.url, source=source or "", interval_s=interval or 0, language=language or ""
            )
            if full_text is not None:
                feed = replace(feed, full_text="auto" if full_text else "never")
            print_report(added(each, is_new=add_feed(list_path, feed)), as_json=False)
    sys.exit(1 if failed else 0)


@feeds.command("list", short_help="Show the list.")
@_list_option
@_json_option
def show(list_path: Path, as_json: bool) -> None:
    """Show the feeds and drop folders of the list, in its order, after checking it."""
    with explain():
        from pipeline.feedlist import read_list

        print_report(listed(read_list(list_path)), as_json=as_json)


@feeds.command(short_help="Take feeds out of the list.")
@click.argument("urls", nargs=-1, required=True, metavar="URL…")
@_list_option
def remove(urls: tuple[str, ...], list_path: Path) -> None:
    """Take feeds out of the list; the rest of the file stays as it is. What was stored of them stays, too."""
    with explain():
        from pipeline.feededit import remove_feed

        missing = False
        for url in urls:
            gone = remove_feed(list_path, url)
            missing = missing or not gone
            if gone:
                print_report(Said(told=(f"removed {gone}",), said={}), as_json=False)
            else:
                complain(f"{url} is not in {list_path}")
    sys.exit(1 if missing else 0)


@feeds.command("import", short_help="Add the feeds of an OPML file.")
@click.argument("opml", callback=place, metavar="FILE.opml")
@_list_option
def import_(opml: Path, list_path: Path) -> None:
    """Add the feeds of an OPML file, of whatever program and also slightly malformed; none of them is asked."""
    with explain():
        from pipeline.feededit import add_feeds
        from pipeline.opml import MAX_BYTES, OpmlError, read_opml

        try:
            with opml.open("rb") as file:
                found = read_opml(file.read(MAX_BYTES + 1))
        except (OpmlError, OSError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            raise click.UsageError(f"{opml}: {said}") from None
        full_text = _current(list_path).defaults.full_text
        new = add_feeds(list_path, [replace(feed, full_text=full_text) for feed in found.feeds])
        for line in (*found.refused, *(f"{url} is another list, which is not read" for url in found.lists)):
            complain(f"not added: {line}")
        there = len(found.feeds) - len(new)
        already = f"; {there} there already" if there else ""
        print_report(Said(told=(f"{counted(len(new), 'feed')} added to {list_path}{already}",), said={}), as_json=False)


@feeds.command(short_help="Write the list as OPML.")
@click.argument("opml", required=False, callback=place, metavar="[FILE]")
@_list_option
def export(opml: Path | None, list_path: Path) -> None:
    """Write the feeds of the list as OPML 2.0 to FILE, or to standard output."""
    with explain():
        from pipeline.durable import write_synced
        from pipeline.feedlist import read_list
        from pipeline.opml import write_opml

        document = write_opml(read_list(list_path).feeds)
        if opml is None:
            sys.stdout.buffer.write(document)
        else:
            write_synced(opml, document)


@feeds.command(short_help="Say what a feed offers, how it behaves and what is wrong with it.")
@click.argument("url", metavar="URL")
@_list_option
@_json_option
def check(url: str, list_path: Path, as_json: bool) -> None:
    """Say what a feed offers, how it behaves and what is wrong: asks for it twice, and for its first entry's page.

    Exits with 1 if it is no usable feed.
    """
    url = _whole_address(url)
    with explain():
        import asyncio

        from pipeline.clock import MachineClock
        from pipeline.feedkeys import feed_key
        from pipeline.feedreport import check_feed
        from pipeline.feedvisit import visiting

        current, clock = _current(list_path), MachineClock()
        headers = next((feed.headers for feed in current.feeds if feed_key(feed.url) == feed_key(url)), ())

        async def ask() -> Said:
            async with visiting(current.network, clock) as visitor:
                report = await check_feed(visitor, url, headers=headers)
            return Said(told=tuple(report.lines()), said=report.as_json())

        report = asyncio.run(ask())
        print_report(report, as_json=as_json)
    sys.exit(0 if report.said["usable"] else 1)


def _current(list_path: Path) -> "FeedList":
    """The list as it is; an empty one where there is none yet."""
    from pipeline.feedlist import FeedList, read_list

    return read_list(list_path) if list_path.exists() else FeedList()


def _whole_address(url: str) -> str:
    """An address as typed, with the scheme that people leave out."""
    from pipeline.feedkeys import address_fault

    url = url.strip()
    if "://" not in url and "." in url.partition("/")[0] and not address_fault(f"https://{url}"):
        url = f"https://{url}"
    if fault := address_fault(url):
        raise click.UsageError(fault)
    return url


def _visit(network: "NetworkSettings", urls: Iterable[str]) -> "list[Found]":
    import asyncio

    from pipeline.clock import MachineClock
    from pipeline.feedfind import find_feed
    from pipeline.feedvisit import visiting

    def tell(url: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(plain(f"asking {url}") + "\n")

    async def find_all() -> "list[Found]":
        async with visiting(network, MachineClock()) as visitor:
            return [await find_feed(visitor, url, told=tell) for url in urls]

    return asyncio.run(find_all())
