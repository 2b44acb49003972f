"""The content of an agency's item: its markup to paragraphs, and the item completed with them.

Does no I/O. Content is NITF, XHTML, HTML in a CDATA section, or plain text.
"""

import re
from dataclasses import MISSING, fields, replace
from typing import Any, Final

from transforms.core.characters import clean_text
from transforms.core.dateline import split_dateline
from transforms.core.errors import Refused
from transforms.core.fragment import looks_like_html, text_of_html, text_of_tree
from transforms.core.marks import split_title
from transforms.core.plaintext import title_from, without_headline
from transforms.core.recallwords import recall_in
from transforms.core.records import Dateline, Item, Reason, Stage
from transforms.core.safexml import local_name
from transforms.core.wireitems import Told
from transforms.core.wrapping import paragraphs_of

_LETTER: Final = re.compile(r"[^\W_]")
#: What elements of NITF are in HTML; `template` is no text of the article.
_IN_HTML: Final = {
    "body.content": "div",
    "block": "div",
    "bq": "blockquote",
    "hl1": "h2",
    "hl2": "h2",
    "media": "template",
    "nitf-table": "div",
    "nitf-table-metadata": "template",
    "credit": "div",
    "datasource": "div",
    "fn": "div",
    "note": "div",
    "byline": "template",
    "dateline": "template",
    "distributor": "template",
    "copyrite": "template",
    "abstract": "template",
}
#: What a description may stand for: of anything else it is a caption.
_DESCRIBED: Final = frozenset({"", "text", "composite"})


def text_of_element(element: Any) -> str:  # noqa: ANN401  # lxml has no types
    """The paragraphs of an element in NITF or XHTML. The element is of no use afterwards."""
    for each in element.iter():
        if isinstance(each.tag, str):
            name = local_name(each)
            each.tag = _IN_HTML.get(name, name if name.isascii() and name.isalnum() else "span")
    return text_of_tree(element)


def text_of_content(content: Any) -> str:  # noqa: ANN401  # the same
    """The paragraphs of an element that holds markup, markup as text, or plain text."""
    if len(content):
        return text_of_element(content)
    written = clean_text(content.text or "")
    return text_of_html(written) if looks_like_html(written) else "\n\n".join(paragraphs_of(written))


def dateline_of(written: str) -> Dateline | None:
    """A dateline that stands alone, as far as it can be told apart.

    >>> dateline_of("MOSCOW, Monday (Reuters)")
    Dateline(place='MOSCOW, Monday', agency='Reuters', date='')
    """
    written = written.strip(" -–—")
    if not written:
        return None
    found, _ = split_dateline(f"{written} - The rest.")
    return found or Dateline(place=written)


def filled(item: Item, inner: Item) -> Item:
    """An item, with what it does not say itself taken from its content."""
    missing = {}
    for each in fields(Item):
        default = None if each.default is MISSING else each.default
        own, theirs = getattr(item, each.name), getattr(inner, each.name)
        if own == default and theirs != default:
            missing[each.name] = theirs
    return replace(item, **missing)


def completed(item: Item, kind: str = "") -> Item:
    """An item as it is delivered: text without headline and dateline, a title, a text.

    Args:
        item: text may begin with both; `dateline` is what the metadata say.
        kind: what the item says it is: text, picture, video…; empty: unknown.

    Raises:
        Told: UNSUPPORTED for pictures and the like without text; NO_TITLE, NO_TEXT. Recalls, also those in words, need
            neither.
    """
    paragraphs = item.text.split("\n\n") if _LETTER.search(item.text) else []
    for headline in (item.title, split_title(item.title)[0]):
        paragraphs = without_headline(headline, paragraphs)
    if not paragraphs and not _is_recall(item):
        if kind in _DESCRIBED and item.lead:
            return completed(replace(item, text=item.lead, lead="", text_from="summary"), kind)
        raise Told(_without_text(item, kind), item)
    found, text = split_dateline("\n\n".join(paragraphs))
    return replace(
        item,
        title=item.title or (title_from(paragraphs[0]) if paragraphs else ""),
        text=text,
        dateline=_joined(found, item.dateline),
    )


def _is_recall(item: Item) -> bool:
    asked = recall_in(headline=item.title, slug=item.slugline, note=item.ednote)
    return item.pubstatus != "usable" or asked is not None


def _joined(printed: Dateline | None, told: Dateline | None) -> Dateline | None:
    """The dateline that stands in the text, with what only the metadata say."""
    if printed is None or told is None:
        return printed or told
    return Dateline(
        place=printed.place or told.place, agency=printed.agency or told.agency, date=printed.date or told.date
    )


def _without_text(item: Item, kind: str) -> Refused:
    if kind not in ("", "text"):
        return Refused(Stage.EXTRACT, Reason.UNSUPPORTED, a_kind(kind))
    if not item.title:
        return Refused(Stage.EXTRACT, Reason.NO_TITLE, "neither title nor text")
    return Refused(Stage.EXTRACT, Reason.NO_TEXT, "a title without a text")


def a_kind(kind: str) -> str:
    """What an item is, for a person.

    >>> a_kind("picture"), a_kind("audio")
    ('a picture item', 'an audio item')
    """
    kind = " ".join(kind.split())[:40].lower()
    return f"{'an' if kind[:1] in 'aeio' else 'a'} {kind} item"
