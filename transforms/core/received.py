"""What an exchange delivers: the entries of a feed, or the article of a page with what its entry said.

Does no I/O. The same exchange gives the same deliveries whenever it is read.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, TypeVar

from transforms.core.documents import FEEDS, kind_of, read_entries
from transforms.core.entries import WithoutText
from transforms.core.errors import Refused, rejected
from transforms.core.exchange import Context, Exchange
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.sniff import Kind, Sniffed
from transforms.core.wanted import leads_to_page

_Refusal = TypeVar("_Refusal", bound=Rejected)


def deliveries_of(exchange: Exchange) -> Iterator[Item | Rejected]:
    """The entries of a feed, or the article of a page with what its entry said.

    An entry without text whose page is asked for is no delivery: its page is one, or the failure to get it.

    Their origin is the address that was asked for, as the list or the entry writes it: the same place from poll to
    poll, so it names no entry. Never raises for what the bytes are: what is no feed gives one `Rejected`, not_a_feed;
    a page without an article one with the page's address.
    """
    if exchange.context.purpose == "page":
        yield _page(exchange)
        return
    for found in entries_of(exchange):
        if not (exchange.context.wants_pages and isinstance(found, WithoutText) and leads_to_page(found.url)):
            yield found


def entries_of(exchange: Exchange) -> Iterator[Item | Rejected]:
    """The entries of a feed as `deliveries_of` gives them."""
    context = exchange.context
    for found in _entries(exchange):
        if isinstance(found, WithoutText):
            yield replace(_placed(found, context), item=_seen(found.item, context))
        elif isinstance(found, Rejected):
            yield _placed(found, context)
        else:
            yield _seen(found, context)


def _placed(refused: _Refusal, context: Context) -> _Refusal:
    """Without an excerpt: a refusal that is the same at the next poll is told once."""
    return replace(refused, origin=context.feed_url, source=context.source or refused.source, excerpt="")


def _seen(item: Item, context: Context) -> Item:
    return replace(
        item,
        origin=context.feed_url,
        feed_url=context.feed_url,
        source=context.source or item.source,
        source_language=context.language or item.source_language,
        seen_at=context.received_at,
    )


def _entries(exchange: Exchange) -> Iterator[Item | Rejected]:
    asked = exchange.context.feed_url
    sniffed = kind_of(exchange.body)
    if sniffed.form in FEEDS:
        yield from read_entries(
            exchange.body,
            sniffed.form,
            origin=asked,
            url=exchange.url,
            declared=exchange.charset,
            raw_address=exchange.raw_address,
        )
    else:
        yield rejected(_no_feed(sniffed, exchange), origin=asked, url=asked, raw_address=exchange.raw_address)


def _no_feed(sniffed: Sniffed, exchange: Exchange) -> Refused:
    """Without the document's words: they change from poll to poll, and the refusal is the same."""
    if sniffed.form is Kind.EMPTY:
        return Refused(Stage.OPEN, Reason.EMPTY, "an empty answer, not a feed")
    return Refused(Stage.PARSE, Reason.NOT_A_FEED, f"{_named(sniffed)}, not a feed{_sent_as(exchange)}")


def _named(sniffed: Sniffed) -> str:
    return sniffed.detail or _NAMES.get(sniffed.form, sniffed.form)


def _sent_as(exchange: Exchange) -> str:
    return f", sent as {exchange.content_type[:60]}" if exchange.content_type else ""


_NAMES: Final = {
    Kind.HTML: "a page",
    Kind.TEXT: "plain text",
    Kind.JSON: "JSON",
    Kind.JSON_LINES: "JSON",
    Kind.XML: "other XML",
    Kind.BINARY: "no text",
}


def _page(exchange: Exchange) -> Item | Rejected:
    from transforms.core.joined import join
    from transforms.core.page import read_page

    context, entry = exchange.context, exchange.context.entry
    asked = (entry.url if entry else "") or exchange.url
    try:
        _check_page(exchange)
        page = read_page(
            exchange.body,
            origin=asked,
            url=exchange.url,
            declared=exchange.charset,
            raw_address=exchange.raw_address,
        )
    except Refused as refused:
        return _without_article(refused, exchange, asked)
    page = replace(
        page,
        feed_url=context.feed_url,
        source=context.source or page.source,
        source_language=context.language,
        seen_at=context.received_at,
    )
    joined = join(entry, page) if entry else page
    if joined.text:
        return joined
    other = f"the entry has no text, and its page is about something else: {page.title[:80]}"
    return _without_article(Refused(Stage.EXTRACT, Reason.NO_TEXT, other), exchange, asked)


def _without_article(refused: Refused, exchange: Exchange, asked: str) -> Rejected:
    entry = exchange.context.entry
    return rejected(
        refused,
        origin=asked,
        source=(entry.source if entry else "") or exchange.context.source,
        title=entry.title if entry else "",
        url=asked,
        raw_address=exchange.raw_address,
    )


def _check_page(exchange: Exchange) -> None:
    sniffed = kind_of(exchange.body)
    if sniffed.form is Kind.EMPTY:
        raise Refused(Stage.OPEN, Reason.EMPTY, "an empty answer, not a page")
    if sniffed.form is not Kind.HTML:
        raise Refused(Stage.OPEN, Reason.UNSUPPORTED, f"{_named(sniffed)}, not a page{_sent_as(exchange)}")
