"""The markup of a feed before a parser sees it: entities made harmless, entries counted, damage found.

Does no I/O. Works on characters, by searching forward only: time is linear in the length, whatever the input.
"""

import html
import re
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import Final

from transforms.core.errors import Refused
from transforms.core.records import Reason, Stage

#: How far into a document its prologue may reach.
_PROLOGUE: Final = 100_000
#: An entity that stands for more than this is no character or phrase.
_MAX_ENTITY: Final = 200
#: How many characters all entities of one document may add.
_MAX_GROWTH: Final = 1_000_000
_ROOT: Final = re.compile(r"<[A-Za-z_]")
_SUBSET: Final = re.compile(r"<!DOCTYPE[^<>\[]{0,2000}\[[^\]]*\]\s{0,100}>", re.IGNORECASE)
_ENTITY: Final = re.compile(
    r"<!ENTITY\s+(?P<kind>%\s+)?(?P<name>[\w.-]{1,60})\s+(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<external>SYSTEM|PUBLIC))",
)
_REFERENCE: Final = re.compile(r"&([A-Za-z][\w.-]{0,59});")
_PREDEFINED: Final = frozenset({"lt", "gt", "amp", "quot", "apos"})
#: What cannot stand in XML 1.0; a parser would stop at it.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_TOKEN: Final = re.compile(
    r"<!\[CDATA\[|<!--|<(?P<name>(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry))(?=[\s>/])", re.IGNORECASE
)
_CDATA: Final = "<![CDATA["


def harmless(text: str) -> str:
    """The document without XML declaration and DOCTYPE, HTML's named entities and simple ones of its own resolved.

    Raises:
        Refused: hostile_markup, for entities that are defined by others, from outside or as long texts.
    """
    text = _CONTROLS.sub("", text).lstrip("\ufeff \t\r\n")
    subset = _SUBSET.search(text, 0, _PROLOGUE)
    root = _ROOT.search(text, subset.end() if subset else 0, _PROLOGUE)
    end = root.start() if root else min(len(text), _PROLOGUE)
    own = _definitions(text[:end])
    text = text[end:] if root else text
    if "&" not in text:
        return text
    added = sum(len(own[name]) for name in _REFERENCE.findall(text) if name in own) if own else 0
    if added > _MAX_GROWTH:
        raise Refused(Stage.PARSE, Reason.HOSTILE_MARKUP, f"entities that would add {added} characters")
    return _REFERENCE.sub(lambda found: _resolved(found, own), text)


def _definitions(prologue: str) -> dict[str, str]:
    own: dict[str, str] = {}
    for found in _ENTITY.finditer(prologue):
        value = html.unescape(_as_numbers(found["double"] or found["single"] or ""))
        if found["kind"] or found["external"] or "&" in value or "<" in value or len(value) > _MAX_ENTITY:
            raise Refused(Stage.PARSE, Reason.HOSTILE_MARKUP, f"defines the entity {found['name'][:60]}")
        own.setdefault(found["name"], value)
    return own


def _as_numbers(value: str) -> str:
    """HTML's names in a definition, as the characters they stand for; others stay, and make it hostile."""
    return _REFERENCE.sub(lambda found: chr(name2codepoint.get(found[1], ord("&"))), value)


def _resolved(found: re.Match[str], own: dict[str, str]) -> str:
    name = found[1]
    if name in _PREDEFINED:
        return found[0]
    if name in own:
        return own[name]
    return f"&#{name2codepoint[name]};" if name in name2codepoint else found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Where the entries of a feed begin."""

    name: str  #: of the element, as the first one writes it: item, entry, rss:item
    starts: tuple[int, ...]
    broken: bool  #: a CDATA section or a comment is never closed

    def piece(self, text: str, index: int) -> str:
        """The markup of one entry: to the next one's beginning, or the end."""
        after = self.starts[index + 1] if index + 1 < len(self.starts) else len(text)
        piece = text[self.starts[index] : after]
        end = piece.rfind(f"</{self.name}")
        return piece if end < 0 else piece[: piece.find(">", end) + 1 or None]

    def is_cut(self, text: str) -> bool:
        """Whether the last entry is never closed."""
        if not self.starts:
            return False
        last = text[self.starts[-1] :]
        head = last[: last.find(">") + 1]
        return bool(not head.endswith("/>") and f"</{self.name}".lower() not in last.lower())


def mark_entries(text: str) -> Marked:
    """Find the entries of a feed; what stands in comments and CDATA sections is none.

    A section that holds the opening of another was never closed: it is taken to end where it begins.
    """
    name, starts, broken, position, close = "", [], False, 0, -1
    while found := _TOKEN.search(text, position):
        position = found.end()
        if found["name"]:
            name = name or found["name"]
            if found["name"].lower() == name.lower():
                starts.append(found.start())
        elif found[0] == _CDATA:
            if close < position and close != len(text):
                close = text.find("]]>", position)
                close = len(text) if close < 0 else close
            if close == len(text) or text.find(_CDATA, position, close) >= 0:
                broken = True
            else:
                position = close + 3
        else:
            end = text.find("-->", position)
            broken = broken or end < 0
            if end < 0:
                break
            position = end + 3
    return Marked(name=name, starts=tuple(starts), broken=broken)
