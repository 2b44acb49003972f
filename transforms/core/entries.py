"""One entry of a feed, whatever the format of the feed, to a delivery.

Does no I/O.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from transforms.core.fragment import looks_like_html, text_of_html
from transforms.core.people import clean_names
from transforms.core.records import Dated, Item, Reason, Rejected, Stage, TextFrom

#: A title made of a text is not longer than this.
MAX_MADE_TITLE: Final = 120
_SENTENCE_END: Final = re.compile(r"[.!?…](?=\s|$)|[。！？]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as its feed wrote it. Texts may be HTML or plain; empty string: not said."""

    origin: str
    extractor: str
    source: str = ""
    feed_url: str = ""
    title: str = ""
    contents: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    url: str = ""
    item_id: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: Dated = field(default_factory=Dated)
    updated_at: datetime | None = None
    language: str = ""  #: of the entry
    source_language: str = ""  #: of its feed
    image_url: str = ""
    rights: str = ""
    raw_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutText(Rejected):
    """An entry that carries no text, and what it says besides: its page may have one."""

    item: Item  #: its text is empty


def deliver(entry: Entry) -> Item | Rejected:
    """The item an entry carries: its fullest text; a title made of the first sentence where it has none.

    Returns:
        `WithoutText` (no_text) with title and address for an entry without text: one answer for each entry.
    """
    item = _item(entry)
    if item.text:
        return item
    return WithoutText(
        stage=Stage.EXTRACT,
        reason=Reason.NO_TEXT,
        detail="the entry has no text",
        origin=entry.origin,
        source=entry.source,
        title=item.title,
        url=entry.url,
        raw_address=entry.raw_address,
        item=item,
    )


def _item(entry: Entry) -> Item:
    title = line_of(entry.title)
    content, summary = _fullest(entry.contents), _fullest(entry.summaries)
    text_from: TextFrom = "content" if len(content) >= len(summary) and content else "summary" if summary else "title"
    text = content if text_from == "content" else summary
    return Item(
        origin=entry.origin,
        source_kind="feed",
        source=entry.source,
        title=title or first_sentence(text),
        text=text,
        text_from=text_from,
        extractor=entry.extractor,
        lead=summary if text_from == "content" and summary not in text else "",
        authors=clean_names(entry.authors),
        byline=", ".join(entry.authors),
        feed_url=entry.feed_url,
        url=entry.url,
        item_id=entry.item_id,
        published=entry.published,
        updated_at=entry.updated_at,
        language_hint=entry.language,
        source_language=entry.source_language,
        rights=entry.rights,
        image_url=entry.image_url,
        publisher_tags=distinct(map(line_of, entry.tags)),
        raw_address=entry.raw_address,
    )


def _fullest(texts: tuple[str, ...]) -> str:
    return max(map(text_of_html, texts), key=len, default="")


def line_of(text: str) -> str:
    """A title on one line, its markup taken off.

    >>> line_of("  Fish &amp;amp; <b>chips</b>")
    'Fish & chips'
    """
    for _ in range(2):  # titles are often escaped twice
        if not looks_like_html(text):
            break
        text = text_of_html(text)
    return " ".join(text.split())


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that say something, each once, in order."""
    return tuple(dict.fromkeys(filter(None, texts)))


def first_sentence(text: str) -> str:
    """The first sentence of the first paragraph, cut between words where it is longer than a title may be.

    >>> first_sentence("Two dead. Three hurt.")
    'Two dead.'
    """
    line = " ".join(text.partition("\n")[0].split())
    found = _SENTENCE_END.search(line, 0, MAX_MADE_TITLE + 1)
    if found and found.end() <= MAX_MADE_TITLE:
        return line[: found.end()]
    if len(line) <= MAX_MADE_TITLE:
        return line
    return (line[:MAX_MADE_TITLE].rpartition(" ")[0] or line[: MAX_MADE_TITLE - 1]) + "…"
