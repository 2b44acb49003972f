"""One page, read as the pipeline reads it: from a file, or asked for with all manners; nothing is kept."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.clock import MachineClock
from pipeline.feedvisit import visiting
from transforms.core.dateline import split_dateline
from transforms.core.documents import kind_of
from transforms.core.errors import Refused
from transforms.core.language import detect
from transforms.core.page import PageRead, examine, item_of
from transforms.core.pieces import Limits
from transforms.core.polling import NetworkSettings
from transforms.core.records import Dated, Item
from transforms.core.settle import best_date
from transforms.core.sniff import HEAD_BYTES, Kind
from transforms.core.unpack import peel, unpack


class NoPage(Exception):
    """There is no page to read, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page's bytes, and where they are from."""

    named: str  #: as it was asked for
    data: bytes
    url: str = ""  #: that answered; empty: a file
    charset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What was concluded from a page."""

    source: Source
    read: PageRead
    item: Item  #: as it would be delivered
    published: Dated  #: the date that is believed
    unbelieved: tuple[Dated, ...]  #: of the dates those that cannot be
    language: str
    language_confidence: float
    language_alone: tuple[str, float]  #: of the text, whatever the page says of itself


def page_in(path: Path) -> Source:
    """The page in a file, which may be compressed.

    Raises:
        NoPage: where it is too large or damaged.
        OSError: where it cannot be read.
    """
    limits = Limits()
    try:
        with path.open("rb") as file:
            packing, _ = peel(file.read(HEAD_BYTES))
            file.seek(0)
            chunks = iter(lambda: file.read(1 << 18), b"")
            return Source(
                named=str(path), data=b"".join(unpack(chunks, packing, limits, max_bytes=limits.max_item_bytes))
            )
    except Refused as refused:
        raise NoPage(f"{path}: {refused.detail}") from refused


async def page_at(url: str, network: NetworkSettings) -> Source:
    """The page at an address, asked for as a guest does: robots.txt, pauses, no private addresses.

    Raises:
        NoPage: where none is given.
    """
    async with visiting(network, MachineClock()) as visitor:
        visited = await visitor.ask(url, purpose="page")
    if not visited.ok:
        raise NoPage(f"{url}: {visited.said}")
    return Source(named=url, data=visited.body, url=visited.final.url, charset=visited.charset)


def extract(source: Source, now: datetime) -> Extracted:
    """Read a page.

    Raises:
        NoPage: where it is no page at all, or cannot be parsed.
    """
    kind = kind_of(source.data)
    if kind.form is not Kind.HTML:
        raise NoPage(f"{source.named}: not a page but {kind.detail or str(kind.form).replace('_', ' ')}")
    try:
        read = examine(source.data, url=source.url, declared=source.charset, thorough=True)
    except Refused as refused:
        raise NoPage(f"{source.named}: {refused.reason}: {refused.detail}") from refused
    item = item_of(read, origin=source.named, url=source.url)
    dateline, text = split_dateline(item.text)
    language, confidence = detect(text, title=item.title, hint=item.language_hint)
    return Extracted(
        source=source,
        read=read,
        item=item,
        published=best_date(item, dateline, now),
        unbelieved=tuple(
            each
            for each in read.head.dates
            if best_date(replace(item, published=each, dated_also=()), None, now).at is None
        ),
        language=language,
        language_confidence=confidence,
        language_alone=detect(text, title=item.title),
    )
