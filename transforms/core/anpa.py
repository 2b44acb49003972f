"""One message in ANPA 1312, as North American agencies send it, to an item. Does no I/O.

| Item | from |
|---|---|
| item_id | day, service letter and story number: `2026-03-01/a456` |
| provider | the agency in the time stamp (`AP-WF-03-01-26 1945GMT`), else the agency on a line of its own under the byline |
| urgency | priority f, b, u, r, d: 1, 2, 3, 5, 6; all others (advances, deferred): 8 |
| subjects | the category, scheme "anpa1312" |
| slugline | keyword and version, `BC-Quake, 2nd Ld-Writethru`, as the first line of the text writes them, else the header |
| title, byline, ednote, lead, publisher_tags | the lines with `^` before the text: the first that is nothing else is the headline; By …; Eds: …; the next after the headline; INDEX: … |
| embargoed | of an advance (version Adv05) the next fifth of a month; as written where the day of sending is not known |
| not_for_publication | category v, advisories |
| published, updated_at | the time stamp |

Text lines begin with a tab and end with `<`; quotes and dashes are written as ``, '' and _. The word count is not read.
Without a time stamp the message has no id: its numbers begin anew each day.

Sources: ANPA Bulletin 1312; AP's guide to filing for what is done.
"""

# ruff: noqa: E501  # a table in the docstring
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from transforms.core.agencies import is_agency
from transforms.core.dates import parse_date
from transforms.core.plaintext import names_in, title_from, without_headline
from transforms.core.records import Dated, Item, Subject
from transforms.core.wiremessage import Lines, Message, Told, header_of, lines_of, message_id, squeezed

EXTRACTOR = "anpa1312/1"

#: A header: service letter and number, selectors; below them priority, category, format, keyword, version, reference,
#: date and number of words.
HEADER: Final = re.compile(
    r"[\s\x00\x16]*(?P<service>[A-Za-z]?)(?P<number>\d{4})(?![ \t]+\d[ \t])[^\n]{0,60}\n"
    r"(?P<priority>[A-Za-z]) (?P<category>[A-Za-z])(?P<format>[\x11-\x14]{0,2})[ \t]*(?P<keyword>[^\s,]{0,40})(?P<rest>[^\n]{0,120})(?:\n|$)"
)
_TABULAR: Final = "\x12"
_FILED: Final = re.compile(r"\s*(?<!\d)\d{1,2}-\d{1,2}(?:\s+\d{1,5})?\s*$")
_REFERENCE: Final = re.compile(r"(?<!\w)([A-Za-z]\d{4})(?!\w)")
_AP_STAMP: Final = re.compile(
    r"(?P<agency>[A-Z]{2,6})-[A-Z]{1,3}-(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d\d) (?P<hour>\d\d):?(?P<minute>\d\d) ?(?P<zone>[A-Z]{2,4})<?"
)
_STAMP: Final = re.compile(r"(?P<time>\d\d:\d\d) ?(?P<zone>[A-Z]{2,4}) (?P<date>\d\d-\d\d)-(?P<year>\d\d)<?")
_ADVANCE: Final = re.compile(r"\bAdv ?(?P<day>\d{1,2})\b", re.IGNORECASE)
_URGENCY: Final = {"f": 1, "b": 2, "u": 3, "r": 5, "d": 6}
_OTHER_URGENCY: Final = 8
_LAST: Final = 4  #: lines at the end of a text among which the time stamp may stand

_CYCLE: Final = re.compile(r"(?:BC|AM|PM)s?-", re.IGNORECASE)
_WORDS: Final = re.compile(r",\s*\d{1,5}$")
_KEYWORD: Final = 8  #: letters of a keyword that the header and the text write alike
_HEADLINE: Final = re.compile(r"(?:HL|HEADLINE|HEAD):\s*", re.IGNORECASE)
_NOTE: Final = re.compile(
    r"\(?(?:eds?|editors?|editor'?s'? note|editors' note|update|attention editors)\s*[:_,]|for release|hold for|with .{0,40}\b(?:photos?|graphics?)|urgent$|bulletin$"
    r"|(?:bulletin|mandatory) kill|advisory",
    re.IGNORECASE,
)
_DROPPED: Final = re.compile(r"(?:[A-Z]{2,4} )?Photos?\b|(?:SYMBOLS?|code|ISIN)\s?:|\$?Adv ?\d|\W*$", re.IGNORECASE)
_INDEX: Final = re.compile(r"INDEX:\s*", re.IGNORECASE)
_BYLINE: Final = re.compile(r"By\s+\S", re.IGNORECASE)


@dataclass(slots=True)
class _Copy:
    """What stands between STX and ETX."""

    above: list[str]  #: the lines with `^` before the text
    paragraphs: list[str]


def read_anpa(message: Message, *, origin: str, declared: str = "", raw_address: str = "") -> Told:
    """The item a message is. Its header must match `HEADER`.

    Raises:
        Refused: DECODE/UNDECODABLE.
    """
    header = header_of(message)
    found = HEADER.match(header)
    if found is None:
        raise ValueError("no header of ANPA 1312")
    lines = lines_of(message, declared, skip=0)
    sent, agency, text = _sent(lines)
    day = sent.at.date() if sent.at and sent.precision in ("day", "minute", "second") else None
    copy = _copy(text, tabular=_TABULAR in found["format"])
    agency = agency or next((line for line in copy.above if is_agency(line)), "")
    rest = _FILED.sub("", found["rest"])
    version = squeezed(_REFERENCE.sub("", rest)).strip(", ")
    item = _worded(copy, origin, slug=", ".join(filter(None, (found["keyword"], version))))
    advance = _ADVANCE.search(f"{version} {item.slugline}")
    item = replace(
        item,
        source=agency,
        provider=agency,
        item_id=message_id(day, found["service"], found["number"]),
        published=sent,
        updated_at=sent.at if day else None,
        urgency=_URGENCY.get(found["priority"].lower(), _OTHER_URGENCY),
        subjects=(Subject(code=found["category"].lower(), scheme="anpa1312"),),
        embargoed=_released(advance, day) if advance else "",
        not_for_publication=found["category"].lower() == "v",
        raw_address=raw_address,
    )
    said = f"{rest}\n{item.title}\n{item.ednote}\n{item.text}"[:2000]
    named = (message_id(day, number[0], number[1:]) for number in _REFERENCE.findall(said))
    return Told(item=item, named=tuple(dict.fromkeys(filter(None, named))))


def _sent(lines: Lines) -> tuple[Dated, str, tuple[str, ...]]:
    """When it was sent, by whom, and the lines of the text without that."""
    filled = [at for at, line in enumerate(lines.text) if line.strip()]
    places: list[tuple[int | None, str]] = [(None, line[:200]) for line in lines.trailer]
    places += [(at, lines.text[at][:200]) for at in reversed(filled[-_LAST:])]
    for at, line in places:
        bare = line.strip(" \t^")
        if stamp := _AP_STAMP.fullmatch(bare):
            written = (
                f"20{stamp['year']}-{stamp['month']}-{stamp['day']} {stamp['hour']}:{stamp['minute']} {stamp['zone']}"
            )
        elif stamp := _STAMP.fullmatch(bare):
            written = f"{stamp['date']}-20{stamp['year']} {stamp['time']} {stamp['zone']}"
        else:
            continue
        dated = replace(parse_date(written, taken_from="wire anpa1312"), raw=bare.rstrip("<"))
        text = lines.text if at is None else (*lines.text[:at], *lines.text[at + 1 :])
        return dated, stamp.groupdict().get("agency") or "", text
    return Dated(), "", lines.text


def _copy(lines: tuple[str, ...], *, tabular: bool) -> _Copy:
    copy = _Copy(above=[], paragraphs=[])
    for is_above, words in _statements(lines, tabular=tabular):
        bare = squeezed(_typeset(words))
        if is_above and not copy.paragraphs:
            copy.above.append(bare.rstrip("@<= "))
        elif any(character.isalnum() for character in bare):
            copy.paragraphs.append(bare.rstrip("@< "))
    return copy


def _statements(lines: tuple[str, ...], *, tabular: bool) -> Iterator[tuple[bool, str]]:
    """Lines put together as far as they belong to one line of the header or one paragraph; whether it is the former."""
    above, held = False, ""
    for line in lines:
        starts_above = line.startswith("^") or (above and bool(_DROPPED.match(line)))
        indented = line[:1] in ("\t", " ") and bool(line.strip())
        if held and (starts_above or (indented and not above) or not line.strip() or (tabular and not above)):
            yield above, held
            held = ""
        if not line.strip():
            continue
        if not held:
            above = starts_above
        held = f"{held} {line.lstrip('^')}" if held else line.lstrip("^")
        if held.rstrip().endswith("<") or (above and held.rstrip().endswith("=")):
            yield above, held
            held = ""
    if held:
        yield above, held


def _typeset(words: str) -> str:
    """Signs that stand for others: quotes and dashes."""
    return re.sub(r"(?<!\S)_(?!\S)", "—", words.replace("``", "“").replace("''", "”"))


def _worded(copy: _Copy, origin: str, slug: str) -> Item:
    """Title, text and what else the lines before it say."""
    title, lead, byline = "", "", ""
    notes: list[str] = []
    tags: list[str] = []
    for at, line in enumerate(copy.above):
        if not at and (_CYCLE.match(line) or _key(line).startswith(_key(slug)[:_KEYWORD] or "-")):
            slug = _WORDS.sub("", line)
        elif index := _INDEX.match(line):
            tags += [tag.strip() for tag in line[index.end() :].split(",")]
        elif _NOTE.match(line):
            notes.append(line.strip("()"))
        elif headline := _HEADLINE.match(line):
            title = line[headline.end() :]
        elif _BYLINE.match(line) and not byline:
            byline = line
        elif byline or is_agency(line) or _DROPPED.match(line):
            continue
        elif not title:
            title = line
        elif not lead:
            lead = line
    paragraphs = without_headline(title, copy.paragraphs)
    return Item(
        origin=origin,
        source_kind="wire",
        title=title or (title_from(paragraphs[0]) if paragraphs else ""),
        text="\n\n".join(paragraphs),
        text_from="wire",
        extractor=EXTRACTOR,
        lead=lead,
        byline=byline,
        authors=names_in(byline),
        slugline=slug,
        ednote="\n".join(notes),
        publisher_tags=tuple(filter(None, tags)),
    )


def _key(line: str) -> str:
    return re.sub(r"[\W_]+", "", line).casefold()


def _released(advance: re.Match[str], day: date | None) -> str:
    """When an advance may be shown: on the next day of a month with its number, from the day of sending on."""
    number = int(advance["day"])
    if day is None or not 1 <= number <= 31:
        return advance.group()
    while day.day != number:
        day += timedelta(days=1)
    return day.isoformat()
