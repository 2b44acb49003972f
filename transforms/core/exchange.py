"""One exchange of a round of retrieving: what was asked for and why, and the answer. Opens no files.

It lies in a WARC file as two records: `metadata`, which holds `Kept` as JSON, and the `response`. Read again, at any
time, it gives the same deliveries.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO, Final, Literal, TypeVar

import msgspec
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from transforms.core.documents import FEEDS, kind_of, read_entries
from transforms.core.entries import WithoutText
from transforms.core.errors import Refused, rejected
from transforms.core.pieces import Limits
from transforms.core.polling import Request
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.sniff import Kind, Sniffed
from transforms.core.warc import DAMAGE, Boundary, Window, body_of, record_end, type_of

Refusal = TypeVar("Refusal", bound=Rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Why something was asked for, and all that its reading depends on besides the answer."""

    purpose: Literal["feed", "page"]
    feed_url: str  #: as it stands in the list
    received_at: datetime | None = None  #: None: not yet
    source: str = ""  #: as the user calls the outlet; empty: as the feed does
    language: str = ""  #: as the user says; stands where the document says none
    entry: Item | None = None  #: of a page: the entry that led to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an exchange's metadata record holds: enough to know it again if the journal's last line was lost."""

    context: Context
    request: Request  #: as it ended; its raw_address is empty, that is where this lies


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An answer, ready to be read."""

    context: Context
    url: str  #: the address that answered
    content_type: str  #: without parameters, lower case
    charset: str  #: as the transport said it
    body: bytes  #: unpacked
    raw_address: str


encode_kept = msgspec.json.Encoder().encode
decode_kept = msgspec.json.Decoder(Kept).decode

#: What the metadata record says it is.
METADATA_TYPE: Final = "application/json"
#: No entry that leads to a page is larger.
_MAX_METADATA: Final = 100_000_000


def kept_at(stream: BinaryIO, start: int, end: int) -> tuple[Kept, Boundary]:
    """What the exchange at an offset holds, and where its metadata record ends.

    Raises:
        Refused: OPEN/CORRUPT: no whole metadata record of ours begins here.
    """
    try:
        metadata, after = _record(stream, start, end)
        if metadata.rec_type != "metadata":
            raise _corrupt(f"a {metadata.rec_type} record where an exchange should begin")
        return decode_kept(metadata.raw_stream.read(_MAX_METADATA)), after
    except (*DAMAGE, msgspec.MsgspecError) as error:
        raise _corrupt(type(error).__name__) from error


def read_exchange(stream: BinaryIO, *, start: int, end: int, raw_address: str, limits: Limits) -> Exchange:
    """Read the exchange that lies between two offsets of a WARC file.

    Raises:
        Refused: OPEN: CORRUPT where there is none; as `undo` does for its body.
    """
    kept, after = kept_at(stream, start, end)
    try:
        response, _ = _record(stream, after.offset, end)
        if response.rec_type != "response" or response.http_headers is None:
            raise _corrupt("no response behind what was asked")
        content_type, charset = type_of(response)
        body = body_of(response, limits)
    except DAMAGE as error:
        raise _corrupt(type(error).__name__) from error
    return Exchange(
        context=kept.context,
        url=kept.request.url,
        content_type=content_type,
        charset=charset,
        body=body,
        raw_address=raw_address,
    )


def deliveries_of(exchange: Exchange) -> Iterator[Item | Rejected]:
    """The entries of a feed, or the article of a page with what its entry said.

    Their origin is the address that was asked for, as the list or the entry writes it: the same place from poll to
    poll, so it names no entry. Never raises for what the bytes are: what is no feed gives one `Rejected`, not_a_feed;
    a page without an article one with the page's address.
    """
    context = exchange.context
    if context.purpose == "page":
        yield _page(exchange)
        return
    yield from entries_of(exchange)


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


def _placed(refused: Refusal, context: Context) -> Refusal:
    return replace(refused, origin=context.feed_url, source=context.source or refused.source)


def _seen(item: Item, context: Context) -> Item:
    return replace(
        item,
        origin=context.feed_url,
        feed_url=context.feed_url,
        source=context.source or item.source,
        language_hint=item.language_hint or context.language,
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
        return rejected(
            refused,
            origin=asked,
            source=(entry.source if entry else "") or context.source,
            title=entry.title if entry else "",
            url=asked,
            raw_address=exchange.raw_address,
        )
    return replace(
        page,
        feed_url=context.feed_url,
        source=context.source or page.source,
        language_hint=page.language_hint or context.language,
        seen_at=context.received_at,
    )


def _check_page(exchange: Exchange) -> None:
    sniffed = kind_of(exchange.body)
    if sniffed.form is Kind.EMPTY:
        raise Refused(Stage.OPEN, Reason.EMPTY, "an empty answer, not a page")
    if sniffed.form is not Kind.HTML:
        raise Refused(Stage.OPEN, Reason.UNSUPPORTED, f"{_named(sniffed)}, not a page{_sent_as(exchange)}")


def _record(stream: BinaryIO, start: int, end: int) -> tuple[ArcWarcRecord, Boundary]:
    """The record that begins here, and where it ends.

    Raises:
        any of `DAMAGE`: where there is no whole record.
    """
    after = record_end(stream, start, end)
    if not after.whole:
        raise EOFError("no whole record")
    stream.seek(start)
    record = next(iter(ArchiveIterator(Window(stream, after.offset - start))), None)
    if record is None:
        raise EOFError("no record where one should be")
    return record, after


def _corrupt(what: str) -> Refused:
    return Refused(Stage.OPEN, Reason.CORRUPT, f"a damaged exchange: {what}")
