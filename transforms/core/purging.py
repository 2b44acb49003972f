"""What a purge is about, and how its traces are known: names, addresses, words. Does no I/O.

Words are kept as hashes of runs of them, so that the note of a purge under way is no copy of the text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from transforms.core.addresses import canonical_address
from transforms.core.charsets import characters
from transforms.core.errors import Refused
from transforms.core.feedmarkup import mark_entries
from transforms.core.normalise import words

#: As many words in a row are a quotation of the text.
RUN: Final = 5
#: A title of fewer words is known only where it stands alone.
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """All that is to be removed is known by one of these."""

    article_ids: frozenset[str]
    addresses: frozenset[str]  #: canonical
    raw_addresses: frozenset[str]  #: of exchanges that gave its versions
    marks: frozenset[int]  #: of its words

    def is_address(self, url: str) -> bool:
        """Whether an address is one of its own."""
        return bool(url) and bool(self.addresses) and canonical_address(url) in self.addresses

    def quotes(self, text: str) -> bool:
        """Whether a text repeats five of its words in a row, or one of its titles where that is shorter."""
        found = words(text)
        return any(not self.marks.isdisjoint(_hashes(found, length)) for length in range(_SHORTEST, RUN + 1)) or (
            not self.marks.isdisjoint(_hashes(found, len(found)))
        )


def marks_of(text: str) -> Iterator[int]:
    """The hashes of each run of five words; of a shorter text, of all of it."""
    found = words(text)
    return _hashes(found, min(RUN, len(found)))


def _hashes(found: Sequence[str], length: int) -> Iterator[int]:
    for start in range(len(found) - length + 1 if length else 0):
        run = " ".join(found[start : start + length])
        yield int.from_bytes(blake2b(run.encode(), digest_size=6).digest(), "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A feed document in pieces: its head, its entries, and what is behind each of them."""

    head: str
    entries: tuple[str, ...]
    tails: tuple[str, ...]  #: the last one ends the document
    joint: str = ""  #: stands between two entries

    def only(self, number: int) -> bytes:
        """The document as if it held that entry alone."""
        return (self.head + self.entries[number] + self.tails[-1]).encode()

    def without(self, numbers: Iterable[int]) -> bytes:
        """The document without some entries; all else is as it was."""
        gone = set(numbers)
        parts, joint = [self.head], ""
        for number, (entry, tail) in enumerate(zip(self.entries, self.tails, strict=True)):
            if number not in gone:
                parts += [joint, entry]
                joint = self.joint
            parts.append(tail)
        return "".join(parts).encode()


def cut_feed(body: bytes, declared: str) -> Cut | None:
    """A feed document in pieces, as UTF-8; None: it cannot be taken apart. RSS, RDF, Atom, JSON Feed."""
    try:
        text = characters(body, declared=declared)
    except Refused:
        return None
    return _cut_json(text) if text.lstrip("\ufeff \t\r\n")[:1] == "{" else _cut_xml(text)


def _cut_json(text: str) -> Cut | None:
    """Written anew, so nothing that stood between the items stays by chance."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list) or not feed["items"]:
        return None
    items = feed.pop("items")
    head = json.dumps(feed)[:-1] + (", " if feed else "") + '"items": ['
    return Cut(head=head, entries=tuple(map(json.dumps, items)), tails=(*[""] * (len(items) - 1), "]}"), joint=", ")


def _cut_xml(text: str) -> Cut | None:
    marked = mark_entries(text)
    if not marked.starts or marked.broken:
        return None
    entries = tuple(marked.piece(text, number) for number in range(len(marked.starts)))
    ends: Sequence[int] = [start + len(entry) for start, entry in zip(marked.starts, entries, strict=True)]
    tails = tuple(text[end:after] for end, after in zip(ends, (*marked.starts[1:], len(text)), strict=True))
    return Cut(head=text[: marked.starts[0]], entries=entries, tails=tails)
