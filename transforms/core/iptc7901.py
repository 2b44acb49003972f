"""One message in IPTC 7901, as European agencies send it, to an item. Does no I/O.

| Item | from |
|---|---|
| item_id | day, source and message number (`2026-03-01/bkn14`); with an agency's own number that (`2026-03-01/bdt/dpa 123`); where the header ends with an id as `260301-89-00065#2`, that, and `source_version` |
| provider | the agency named in the header, else the source identification |
| urgency | the priority |
| subjects | the category, scheme "iptc7901" |
| slugline | the lines between header and text |
| title | the lines of the text up to the one that ends with "=", less bylines and notes; else as in bare text |
| ednote | lines of that block that are marks (KORREKTUR, 1ST LEAD) or stand in brackets |
| published, updated_at | the time of sending: `011945 GMT Mar 26` behind the text or in its last lines |

The word count is not read. Without a time the message has no id: its numbers begin anew each day.

Sources: IPTC Recommended Message Format (IPTC 7901, 1995); dpa and KNA for what is done.
"""

# ruff: noqa: E501  # a table in the docstring
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from transforms.core.dates import parse_date
from transforms.core.errors import Refused
from transforms.core.marks import NOT_INTENDED, split_title
from transforms.core.plaintext import names_in, read_text, title_from, without_headline
from transforms.core.records import Dated, Item, Reason, Subject
from transforms.core.wiremessage import Lines, Message, Told, header_of, lines_of, message_id, squeezed
from transforms.core.wrapping import paragraphs_of

EXTRACTOR = "iptc7901/1"

#: The first line of a header: source and number, priority, category, number of words, and more.
HEADER: Final = re.compile(
    r"\s*(?P<service>[A-Za-z]{1,10})[ -]?(?P<number>\d{1,6})[ \t]+(?P<priority>\d)[ \t]+(?P<category>[A-Za-z]{1,5})"
    r"(?:[ \t]+\d{1,6})?(?P<more>(?:[ \t][^\n]{0,200})?)(?:\n|$)"
)
_AGENCY: Final = re.compile(r"(?<![^\s/])(?P<agency>[A-Za-z]{2,10})[ -](?P<number>\d{3,6})(?!\S)")
_AGENCY_ALONE: Final = re.compile(r"(?<![^\s/])(?P<agency>[A-Za-z]{2,10})(?=[ -]\S{0,30}\d)")
_ID: Final = re.compile(r"(?<![\w-])(?P<id>\d{6}-\d{2,4}-\d{4,8})(?:#(?P<version>\d{1,4}))?(?![\w-])")
_SENT: Final = re.compile(
    r"(?P<day>[0-3]\d)(?P<hour>[0-2]\d)(?P<minute>[0-5]\d)[ ]?(?P<zone>[A-Z]{1,5})?[ ](?P<month>[^\W\d_]{3,9})\.?[ ](?P<year>\d{4}|\d{2})"
)
_BYLINE: Final = re.compile(r"(?:By|BY|Von|Par|Por|Di|Av)\s+\S")
_MIN_WIDTH, _MAX_WIDTH, _SLACK = 45, 90, 4
_BEGINS: Final = re.compile(r"\s|[-*•–—] ")
_COLUMNS: Final = re.compile(r"\S(?: {2,}|\t)\S")
_BELLS: Final = re.compile(r"['’*]{3,}")
_IN_BRACKETS: Final = re.compile(r"\(.{0,300}\)")
_MAX_BLOCK: Final = 12  #: lines of a headline with all that stands around it
_NAMED_WITHIN: Final = 2_000  #: characters in which a notice names what it recalls
_LAST: Final = 4  #: lines at the end of a text among which the time may stand


def read_iptc7901(message: Message, *, origin: str, declared: str = "", raw_address: str = "") -> Told:
    """The item a message is. Its header must match `HEADER`.

    Raises:
        Refused: DECODE/UNDECODABLE; EXTRACT/EMPTY without letters. A text that is a headline only is empty.
    """
    header = header_of(message)
    found = HEADER.match(header)
    if found is None:
        raise ValueError("no header of IPTC 7901")
    lines = lines_of(message, declared, skip=header[: found.end()].rstrip("\n").count("\n") + 1)
    sent, text = _sent(lines)
    known = _Known(found["service"], found["more"], sent.at.date() if sent.at else None)
    item = replace(
        _worded(text, origin),
        source=known.provider,
        provider=known.provider,
        item_id=known.own_id or known.id_of(known.agency_number or found["number"]),
        source_version=known.version,
        published=sent,
        updated_at=sent.at,
        urgency=int(found["priority"]) or None,
        slugline=squeezed(" ".join(lines.header)),
        subjects=(Subject(code=found["category"].lower(), scheme="iptc7901"),),
        raw_address=raw_address,
    )
    return Told(item=item, named=known.named_in(f"{item.title}\n{item.ednote}\n{item.text}"[:_NAMED_WITHIN]))


class _Known:
    """What the messages of a service are known by: an id, an agency's number, or the number of the transmission."""

    def __init__(self, service: str, more: str, day: date | None) -> None:
        self._service, self._day = service, day
        own, numbered = _ID.search(more), _AGENCY.search(more)
        alone = _AGENCY_ALONE.findall(more)
        self.own_id = own["id"] if own else ""
        self.version = int(own["version"]) if own and own["version"] else None
        self._agency = numbered["agency"] if numbered else ""
        self.agency_number = numbered["number"] if numbered else ""
        self.provider = self._agency or (alone[-1] if alone else service)

    def id_of(self, number: str) -> str:
        return message_id(self._day, self._service, number, self._agency)

    def named_in(self, words: str) -> tuple[str, ...]:
        """The ids of the messages that these words name; the message's own where it has one that others share."""
        if self.own_id:
            named = [found["id"] for found in _ID.finditer(words)] or [self.own_id]
        else:
            before = self._agency or self._service
            numbers = re.findall(rf"(?<!\w){before} ?(\d{{1,6}})(?!\w)", words, re.IGNORECASE)
            named = [self.id_of(number) for number in numbers]
        return tuple(dict.fromkeys(filter(None, named)))


def _sent(lines: Lines) -> tuple[Dated, tuple[str, ...]]:
    """When it was sent, and the lines of the text without that."""
    for line in lines.trailer:
        if found := _SENT.search(line[:200]):
            return _dated(found), lines.text
    filled = [at for at, line in enumerate(lines.text) if line.strip()]
    for at in reversed(filled[-_LAST:]):
        if found := _SENT.fullmatch(lines.text[at].strip()):
            return _dated(found), (*lines.text[:at], *lines.text[at + 1 :])
    return Dated(), lines.text


def _dated(found: re.Match[str]) -> Dated:
    year = found["year"] if len(found["year"]) > 2 else f"20{found['year']}"
    month = "Mar" if found["month"].casefold() == "mrz" else found["month"]
    written = f"{found['day']} {month} {year} {found['hour']}:{found['minute']} {found['zone'] or ''}"
    return replace(parse_date(written, taken_from="wire iptc7901"), raw=found.group())


def _worded(lines: tuple[str, ...], origin: str) -> Item:
    """Title, text, byline and note."""
    block = next((at + 1 for at, line in enumerate(lines[:_MAX_BLOCK]) if line.rstrip().endswith("=")), 0)
    if not block:
        return replace(_bare(_unwrapped(lines), origin), source_kind="wire", text_from="wire", extractor=EXTRACTOR)
    headline: list[str] = []
    notes: list[str] = []
    byline = ""
    for line in lines[:block]:
        bare = squeezed(_BELLS.sub(" ", line.rstrip().removesuffix("=")))
        if not bare:
            continue
        if _IN_BRACKETS.fullmatch(bare) or split_title(f"{bare}: x")[0] == "x":
            notes.append(bare)
        elif headline and not byline and _BYLINE.match(bare):
            byline = bare
        else:
            headline.append(bare)
    end = next((at for at in range(block, len(lines)) if NOT_INTENDED.match(lines[at])), len(lines))
    paragraphs = without_headline(" ".join(headline), paragraphs_of(_unwrapped(lines[block:end])))
    return Item(
        origin=origin,
        source_kind="wire",
        title=" ".join(headline) or (title_from(paragraphs[0]) if paragraphs else ""),
        text="\n\n".join(paragraphs),
        text_from="wire",
        extractor=EXTRACTOR,
        byline=byline,
        authors=names_in(byline),
        ednote="\n".join(notes),
    )


def _bare(text: str, origin: str) -> Item:
    """A text without such a block; a headline alone is one of an empty text: a notice may be that."""
    try:
        return read_text(text, origin=origin)
    except Refused as refused:
        if refused.reason is not Reason.NO_TEXT:
            raise
        return Item(origin=origin, source_kind="wire", title=squeezed(text))


def _unwrapped(lines: tuple[str, ...]) -> str:
    """The text with the lines put together that were broken to fit the width of the wire.

    The width is that of the longest line. Broken to fit is a line behind which the next word would not have fitted;
    not what is in columns, a list, or begins a paragraph by its indent. All other lines are paragraphs.
    """
    lines = tuple(line.rstrip() for line in lines)
    width = max(map(len, lines), default=0)
    if not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return "\n".join(lines)
    text = lines[0]
    for before, line in pairwise(lines):
        fits = not before or not line or len(before) + 1 + len(line.split(maxsplit=1)[0]) <= width - _SLACK
        apart = fits or _BEGINS.match(line) or _COLUMNS.search(before) or _COLUMNS.search(line)
        text += f"\n\n{line}" if apart else f" {line}"
    return text
