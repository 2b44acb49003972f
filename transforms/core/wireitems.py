"""Agency XML, item by item: where the items of a document begin and end, and what is made of each.

Does no I/O. Items are found in the characters and parsed one at a time, so damage costs the item it is in, and no more
than one tree is held. An item whose markup is not well-formed is refused: what a forgiving parser drops may be its
embargo.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from transforms.core.advisory import may_be_quoted
from transforms.core.errors import Refused, rejected
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.safexml import safe_text
from transforms.core.wirexml import parse

#: What one document may hold.
MAX_ITEMS: Final = 50_000
_ROOT: Final = re.compile(r"<([A-Za-z_][\w.:-]{0,80})(?=[\s/>])")
_REST_OF_TAG: Final = re.compile(r"(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+(?P<empty>(?<=/))?>")

#: From an item's element, its origin and its raw address, to what it is.
Reader = Callable[[Any, str, str], Item]


class Told(Refused):
    """A refusal of an item of which something is known."""

    def __init__(self, refused: Refused, item: Item) -> None:
        super().__init__(refused.stage, refused.reason, refused.detail)
        self.item = item


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An item of a document: its own markup, without that of items inside it."""

    number: int  #: from 1, in the order in which they begin
    markup: str  #: empty: its end is missing


class _Tag(NamedTuple):
    name: str
    start: int
    end: int
    opens: bool
    closes: bool


@dataclass(slots=True, kw_only=True)
class _Open:
    number: int
    name: str
    start: int
    inner: list[tuple[int, int]] = field(default_factory=list)


def read_items(
    data: bytes, names: frozenset[str], read: Reader, *, origin: str, raw_address: str
) -> Iterator[Item | Rejected]:
    """One delivery for each item of a document, in the order in which they end.

    Args:
        data: the document.
        names: the elements that are items, as they are written.
        read: makes an `Item` of one, or raises `Refused`.
        origin: where it was read. Items are `origin#1`, `origin#2`…, unless the document is an item itself.
        raw_address: where its bytes lie.

    Yields:
        `Rejected` in place of an item that cannot be read; once, at last, for a document that ends too early
        (truncated), holds too many items (too_large) or none (no_text).

    Raises:
        Refused: hostile_markup, undecodable.
    """
    text = safe_text(data)
    root = _ROOT.search(text)
    alone = root is not None and root[1].rpartition(":")[2] in names
    found: Part | Refused = Refused(Stage.EXTRACT, Reason.NO_TEXT, "a message without items")
    for found in parts(text, names):
        if isinstance(found, Part):
            here = origin if alone and found.number == 1 else f"{origin}#{found.number}"
            yield _one(found, read, here, raw_address)
    if isinstance(found, Refused):
        yield rejected(found, origin=origin, raw_address=raw_address)


def _one(part: Part, read: Reader, origin: str, raw_address: str) -> Item | Rejected:
    try:
        return read(parse(part.markup), origin, raw_address)
    except Told as told:
        title = told.item.title if may_be_quoted(told.item) else ""
        return rejected(told, origin=origin, source=told.item.source, title=title, raw_address=raw_address)
    except Refused as refused:
        return rejected(refused, origin=origin, raw_address=raw_address)


def parts(text: str, names: frozenset[str]) -> Iterator[Part | Refused]:
    """The items of a document in the order in which they end; the last answer may say why there are no more.

    Items may stand in one another. What stands in comments and CDATA sections is none. Linear in the length.
    """
    opened: list[_Open] = []
    inside: Counter[str] = Counter()
    number = position = 0
    for tag in _tags(text, names):
        position = tag.end
        if tag.opens:
            number += 1
            if number > MAX_ITEMS:
                yield Refused(Stage.PARSE, Reason.TOO_LARGE, f"more than {MAX_ITEMS} items in a document")
                return
            opened.append(_Open(number=number, name=tag.name, start=tag.start))
            inside[tag.name] += 1
        closing = tag.closes and inside[tag.name] > 0
        while closing:
            item = opened.pop()
            inside[item.name] -= 1
            closing = item.name != tag.name  # one inside it that is never closed
            yield Part(number=item.number, markup="" if closing else _own(text, item, tag.end))
            if opened:
                opened[-1].inner.append((item.start, tag.end))
    if left := _left(text, names, opened, position):
        yield left


def _tags(text: str, names: frozenset[str]) -> Iterator[_Tag]:
    """The tags of items; an empty one opens and closes."""
    token = re.compile(
        rf"<!\[CDATA\[|<!--|<(?P<close>/?)(?:[A-Za-z_][\w.-]{{0,40}}:)?(?P<name>{'|'.join(sorted(names))})(?=[\s/>])"
    )
    position = 0
    while found := token.search(text, position):
        if found["name"]:
            rest = _REST_OF_TAG.match(text, found.end())
            position = rest.end() if rest else found.end()
            closes = bool(found["close"]) or (rest is not None and rest["empty"] is not None)
            yield _Tag(found["name"], found.start(), position, not found["close"], closes)
        else:
            end = text.find("]]>" if found[0].endswith("[") else "-->", found.end())
            position = len(text) if end < 0 else end


def _own(text: str, item: _Open, end: int) -> str:
    """The markup of an item without that of the items in it."""
    pieces, at = [], item.start
    for start, stop in item.inner:
        pieces.append(text[at:start])
        at = stop
    return "".join((*pieces, text[at:end]))


def _left(text: str, names: frozenset[str], opened: list[_Open], position: int) -> Refused | None:
    """Why a document does not end as it should: an item or the whole is not closed."""
    if opened:
        others = f", nor {len(opened) - 1} in it" if len(opened) > 1 else ""
        return Refused(Stage.PARSE, Reason.TRUNCATED, f"item {opened[0].number} is never closed{others}")
    root = _ROOT.search(text)
    if root is None or root[1].rpartition(":")[2] in names:
        return None
    tag = _REST_OF_TAG.match(text, root.end())
    is_empty = tag is not None and tag["empty"] is not None
    if is_empty or text.find(f"</{root[1]}", position) >= 0:
        return None
    return Refused(Stage.PARSE, Reason.TRUNCATED, f"<{root[1][:60]}> is never closed")
