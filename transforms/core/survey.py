"""A feed document as far as polling cares: which entries it holds, which of them want their page, when to ask again.

Does no I/O. The entries are those that reading the same exchange will deliver, by the same functions. Which entries
carry their whole text is a guess, made so that a page is rather asked for once too often than never:

- text of the feed's content elements is whole, unless it says that it goes on elsewhere (`is_teaser`) or is shorter
  than 600 characters and has an address where there may be more;
- text of summary elements is not, but for feeds that put the article there: from 1,500 characters in three paragraphs
  on, if it does not say that it goes on elsewhere;
- an entry without text is not.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import msgspec

from transforms.core.charsets import characters
from transforms.core.documents import FEEDS, excerpt_of, kind_of
from transforms.core.entries import WithoutText, line_of
from transforms.core.entrykey import entry_key
from transforms.core.exchange import Exchange
from transforms.core.feedhints import FeedHead, head_of
from transforms.core.identity import version_of
from transforms.core.polling import FeedSurvey, SurveyedEntry
from transforms.core.received import entries_of
from transforms.core.records import Item, Reason, Rejected
from transforms.core.settle import identify
from transforms.core.sniff import Kind
from transforms.core.teasers import is_teaser

#: Shorter content with an address is taken for a teaser.
SHORT: Final = 600
#: A summary from this length on, in so many paragraphs, is taken for the article.
LONG: Final = 1_500
LONG_PARAGRAPHS: Final = 3
#: A date that all entries share, and that is the poll's own within this, tells nothing of the entries.
_NOW: Final = timedelta(hours=1)
_MANY: Final = 3
#: What refuses a document, not an entry of it.
_FAULTS: Final = frozenset(
    {Reason.NOT_A_FEED, Reason.NOT_JSON, Reason.HOSTILE_MARKUP, Reason.UNDECODABLE, Reason.EMPTY, Reason.TOO_LARGE}
)
_HEAD: Final = 300_000  #: bytes of a page that are looked at
_PASSWORD: Final = re.compile(rb"<input\b[^>]{0,400}\btype\s{0,3}=\s{0,3}[\"']?password", re.IGNORECASE)
_TITLE: Final = re.compile(rb"<title\b[^>]{0,200}>([^<]{1,400})", re.IGNORECASE)
_ROOT: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(rss|rdf|feed|entry)[\s>]", re.IGNORECASE)

_encode = msgspec.json.Encoder().encode


def survey_exchange(exchange: Exchange) -> FeedSurvey:
    """Survey the answer to a request for a feed. Never raises for what the bytes are.

    A document that is no feed has a `fault` and nothing else, and so has a feed none of whose entries can be read.
    """
    kind = kind_of(exchange.body)
    found = list(entries_of(exchange))
    if kind.form not in FEEDS or _is_refused(found):
        return FeedSurvey(fault=_fault(exchange, kind.form, found))
    items = [item for each in found if (item := _item_of(each)) is not None]
    if found and not items:
        return FeedSurvey(fault=f"none of its {len(found)} entries can be read")
    head = head_of(exchange.body, exchange.charset) if kind.form is Kind.FEED else FeedHead()
    return FeedSurvey(
        title=_title(exchange, kind.form) or head.title,
        form=_form(exchange.body, kind.form),
        hints=head.hints,
        entries=tuple(entry for entry, _ in survey_items(items)),
        unreadable=len(found) - len(items),
    )


def survey_items(items: list[Item]) -> Iterator[tuple[SurveyedEntry, Item]]:
    """Each entry as polling sees it, in order."""
    undated = _share_a_date_of_now(items)
    for item in items:
        article_id = identify(item, speaks_for=lambda _: False)
        yield (
            SurveyedEntry(
                key=_key(item, article_id, dated=not undated),
                article_id=article_id,
                url=item.url,
                title=item.title,
                has_text=_has_text(item),
                published_at=item.published.at,
                item=_encode(item) if item.url else b"",
            ),
            item,
        )


def _is_refused(found: list[Item | Rejected]) -> bool:
    return len(found) == 1 and isinstance(found[0], Rejected) and found[0].reason in _FAULTS


def _item_of(found: Item | Rejected) -> Item | None:
    """What an entry says; of one without text only if its page may have some."""
    if isinstance(found, WithoutText):
        return found.item if found.url else None
    return None if isinstance(found, Rejected) else found


def _fault(exchange: Exchange, form: Kind, found: list[Item | Rejected]) -> str:
    """What the document is instead, for a person."""
    head = exchange.body[:_HEAD]
    refused = found[0] if isinstance(found[0], Rejected) else None
    said = refused.detail if refused else ""
    if refused and refused.reason in (Reason.HOSTILE_MARKUP, Reason.UNDECODABLE):
        return f"{refused.reason.replace('_', ' ')}: {said}"
    if form is Kind.HTML:
        what = "a login page" if _PASSWORD.search(head) else "a page"
        title = _TITLE.search(head)
        return f"{what}, not a feed{_quoted(excerpt_of(title[1])) if title else ''}"
    return said + (_quoted(excerpt_of(head)) if form in (Kind.TEXT, Kind.JSON, Kind.JSON_LINES) else "")


def _quoted(text: str) -> str:
    line = line_of(text)
    return f": {line[:79] + '…' if len(line) > 80 else line}" if line else ""


def _form(body: bytes, form: Kind) -> str:
    if form is Kind.JSON_FEED:
        return "json"
    if form is Kind.NEWS_SITEMAP:
        return "sitemap"
    root = _ROOT.search(body[:_HEAD].replace(b"\0", b""))
    name = root[1].lower() if root else b""
    return {b"feed": "atom", b"entry": "atom", b"rdf": "rdf"}.get(name, "rss")


def _title(exchange: Exchange, form: Kind) -> str:
    """Of a JSON Feed; it was read before, so it is one."""
    if form is not Kind.JSON_FEED:
        return ""
    title = json.loads(characters(exchange.body)).get("title")
    return line_of(title.encode("utf-8", "replace").decode()) if isinstance(title, str) else ""


def _has_text(item: Item) -> bool:
    if is_teaser(item.text):
        return False
    if item.text_from == "content":
        return len(item.text) >= SHORT or not item.url
    return len(item.text) >= LONG and item.text.count("\n\n") >= LONG_PARAGRAPHS - 1


def _share_a_date_of_now(items: list[Item]) -> bool:
    """Whether the feed stamps each entry with the time at which it was asked."""
    if len(items) < _MANY or len({item.published.raw for item in items}) > 1:
        return False
    at, seen = items[0].published.at, items[0].seen_at
    return at is not None and seen is not None and abs(seen - at) < _NOW


def _key(item: Item, article_id: str, *, dated: bool) -> str:
    """A name of the entry and its state; what no editor would call a change does not change it."""
    state = [version_of(item.title, item.text)]
    if dated:
        state += [item.published.raw, item.updated_at.isoformat() if item.updated_at else ""]
    return entry_key(article_id, state)
