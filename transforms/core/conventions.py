# ruff: noqa: E501  # a table in the docstring; a pattern on one line
"""What agencies write into headlines, sluglines and first lines beside the story: read, and put where it belongs.

Does no I/O. One place for items of every format. `UPDATE 2-Quake kills 12 (Adds toll)` is the story "Quake kills 12"
and a note to editors; `KILL: …` is no story but a recall. Only items of a wire are read so, and bare text below an
agency's dateline: elsewhere these are words like others.

| convention | becomes |
|---|---|
| UPDATE 2-, CORRECTED-, REFILE-, RPT-, WRAPUP 3-, KORREKTUR:, (Actualisé), УТОЧНЕНИЕ:, تصحيح: … in a title | a line of `ednote`; the title is the headline itself |
| URGENT:, ALERTE:, EIL:, СРОЧНО:, عاجل: … | the same, and `urgency` where the item has none: 1 for flashes, 2 for the others |
| BC-Quake, 2nd Ld-Writethru as a slugline | slugline BC-Quake, the rest a line of `ednote` |
| (Adds quotes), Eds: with photos … before the text | lines of `ednote`, no text |
| "The following information is not intended for publication" | that and all behind it is no text; it is kept nowhere but in the raw bytes |
| notes to editors and no text | `not_for_publication` |
| the number of an UPDATE, WRAPUP, lead | `source_version`, of an item with an id and without a version and a time of its own |
| KILL, WITHDRAWN, HOLD HOLD HOLD … | `pubstatus`: see `transforms.core.recallwords` |
| ADVISORY:, Note to editors: … as a title, ", Advisory" behind a slugline | `not_for_publication` |
"""

import re
from dataclasses import replace
from typing import Final

from transforms.core.advisory import for_editors_only
from transforms.core.agencies import is_agency
from transforms.core.dateline import split_dateline
from transforms.core.marks import (
    ADVISORY_SLUG,
    ADVISORY_TITLE,
    NOT_INTENDED,
    number_in,
    split_lead_note,
    split_slug,
    split_title,
    urgency_of,
)
from transforms.core.recallwords import recall_in, recall_in_note
from transforms.core.records import Item, PubStatus

#: Lines of stars or dashes before a part that is not for publication.
_RULE: Final = re.compile(r"[\s*_=#-]+")
#: Ids that are unique in the world: a notice with an id of its own may name the item by one of them.
_URN: Final = re.compile(
    r"\b(?:urn:[a-z0-9][a-z0-9-]{1,31}:|tag:[^\s,]{1,100},\d{4}[\d-]{0,6}:)[^\s\"'<>()\[\],;]{1,200}"
)


def with_conventions(item: Item) -> Item:
    """The item as an editor reads it: see the table above. Idempotent; nothing that is not there is made up.

    A kill keeps its title and its note, which say why; a recall that names another item by an id that is unique in the
    world is one of that item. What is a recall already, by a field of its own, stays as it is.
    """
    if item.pubstatus == "canceled" or item.source_kind not in ("wire", "text"):
        return item
    notes, paragraphs = _lead_notes(item.text)
    if item.source_kind == "text" and not _has_agency(paragraphs):
        return item
    said = recall_in(headline=item.title, slug=item.slugline, note=item.ednote)
    said = said or next(filter(None, map(recall_in_note, notes)), None)
    if said:
        return _recall(item, "canceled" if said == "kill" else "withheld")
    return _story(item, notes, paragraphs)


def _story(item: Item, notes: list[str], paragraphs: list[str]) -> Item:
    title, marks = split_title(item.title)
    slugline, version = split_slug(item.slugline)
    marks.append(version)
    text = "\n\n".join(_for_publication(paragraphs))
    for_editors = item.not_for_publication or bool(
        ADVISORY_TITLE.match(title)
        or ADVISORY_SLUG.search(slugline)
        or any(map(for_editors_only, notes))
        or (item.text and not text)
    )
    return replace(
        item,
        title=title,
        slugline=slugline,
        text=text or item.text,
        ednote=_noted(item.ednote, [*marks, *(notes if text else ())]),
        urgency=item.urgency if item.urgency is not None else urgency_of(marks),
        source_version=_version(item, marks),
        not_for_publication=for_editors,
    )


def _recall(item: Item, status: PubStatus) -> Item:
    named = {found.group().rstrip(".:") for found in _URN.finditer(f"{item.title}\n{item.ednote}\n{item.text}"[:2000])}
    if len(named - {item.item_id}) == 1 and item.item_id not in named:
        why = item.ednote or item.text[:2000]
        return replace(item, pubstatus=status, item_id=named.pop(), text="", ednote=why, source_version=None)
    return replace(item, pubstatus=status)


def _lead_notes(text: str) -> tuple[list[str], list[str]]:
    """The notes to editors that stand before the text, and the paragraphs of the text."""
    paragraphs = text.split("\n\n")
    notes: list[str] = []
    for at, paragraph in enumerate(paragraphs):
        note, rest = split_lead_note(paragraph)
        if not note or (rest and split_dateline(rest)[0] is None):
            return notes, paragraphs[at:]
        notes.append(note)
        if rest:
            return notes, [rest, *paragraphs[at + 1 :]]
    return notes, []


def _for_publication(paragraphs: list[str]) -> list[str]:
    end = next((at for at, paragraph in enumerate(paragraphs) if NOT_INTENDED.match(paragraph)), None)
    if end is None:
        return paragraphs
    while end and _RULE.fullmatch(paragraphs[end - 1]):
        end -= 1
    return paragraphs[:end]


def _has_agency(paragraphs: list[str]) -> bool:
    dateline = split_dateline(paragraphs[0])[0] if paragraphs else None
    return dateline is not None and is_agency(dateline.agency)


def _noted(ednote: str, said: list[str]) -> str:
    """The note with a line for each thing said that it does not say yet."""
    lines = [line for line in dict.fromkeys(said) if line and line not in ednote.split("\n")]
    return "\n".join([*lines, *([ednote] if ednote else [])])


def _version(item: Item, marks: list[str]) -> int | None:
    """The number in a mark orders what nothing better does: versions of one id that have neither number nor time."""
    if item.source_version is not None or item.updated_at is not None or not item.item_id:
        return item.source_version
    return max(filter(None, map(number_in, marks)), default=None)
