"""The frame that IPTC 7901 and ANPA 1312 share: messages in a stream, each with a header, a text and a trailer.

Does no I/O. SOH begins a header, STX the text, ETX ends it; what follows until EOT is a trailer, often with the time of
sending. Between messages stand SYN, NUL, blank lines, ZCZC and NNNN, which mean nothing. Each SOH begins a message, so
a damaged one costs no other, and messages read one after another are what each is alone. An end that is missing is
passed over: the text goes on to the end of the message.

Messages are decoded each for itself: one file may hold several agencies'.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from transforms.core.characters import clean_text
from transforms.core.decode import canonical_charset, decode
from transforms.core.errors import Refused
from transforms.core.iso646 import national_letters
from transforms.core.records import Item, Reason, Stage

SOH, STX, ETX, EOT = b"\x01", b"\x02", b"\x03", b"\x04"
#: What stands between messages.
_PADDING: Final = b"\0\x16 \t\r\n"
_BETWEEN: Final = re.compile(rb"[\r\n][\0\x16 \t]{0,20}(?:ZCZC[^\r\n]{0,40}|NNNN)\Z")
_MAX_BETWEEN: Final = 70
#: A header is no longer than that.
_MAX_HEADER: Final = 2_000
#: TLI and the space band of typesetters; every other control but tabs and ends of lines goes.
_CONTROLS: Final = bytes.maketrans(b"\x08\x0b\x0c\x10", b"\t\n\n ")
#: Ends of lines, also those of teleprinters.
_LINE_END: Final = re.compile(rb"\r+\n?")
_DROPPED: Final = bytes(code for code in range(0x20) if code not in b"\x08\t\n\x0b\x0c\r\x10") + b"\x7f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The bytes of one message."""

    header: bytes
    text: bytes | None  #: None: it ends before its text
    trailer: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of a message, decoded; controls that typesetters use are spaces and tabs, others are gone."""

    header: tuple[str, ...]  #: behind its first line
    text: tuple[str, ...]
    trailer: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a message says: an item, and the ids of the items that it names, if it recalls any."""

    item: Item
    named: tuple[str, ...]


def messages_of(data: bytes) -> Iterator[Message]:
    """The messages of a stream in their order; what stands before the first SOH is none."""
    for part in map(_trimmed, data.split(SOH)[1:]):
        header, begins, rest = part.partition(STX)
        if not begins:
            header, _, rest = part.partition(ETX)
        text, ended, trailer = rest.partition(ETX)
        if not ended:
            text, _, trailer = rest.partition(EOT)
        if header.strip(_PADDING) or text:
            yield Message(header=header, text=text if begins else None, trailer=trailer.partition(EOT)[0])


def _trimmed(part: bytes) -> bytes:
    """The part without what stands between it and the next message."""
    part = part.rstrip(_PADDING)
    found = _BETWEEN.search(part, max(0, len(part) - _MAX_BETWEEN))
    return part[: found.start()].rstrip(_PADDING) if found else part


def header_of(message: Message) -> str:
    """The header, with its controls, as far as it is ASCII; no longer than 2,000 characters."""
    return _LINE_END.sub(b"\n", message.header[:_MAX_HEADER]).decode("ascii", "replace")


def lines_of(message: Message, declared: str, *, skip: int) -> Lines:
    """The lines of a message.

    Args:
        message: the bytes.
        declared: a charset said from outside: a hint.
        skip: so many lines of the header are read already.

    Raises:
        Refused: DECODE/UNDECODABLE.
    """
    parts = [
        _LINE_END.sub(b"\n", part).translate(_CONTROLS, _DROPPED)
        for part in (message.header, message.text or b"", message.trailer)
    ]
    whole = b"\n".join(parts)
    decoded = decode(whole, declared)
    if decoded.encoding == "ascii":
        national = national_letters(decoded.text)
        texts = [part.decode("ascii").translate(national) for part in parts]
    elif codec := canonical_charset(decoded.encoding):
        texts = [part.decode(codec, "ignore") for part in parts]
    else:
        texts = [decode(part, declared).text for part in parts]
    header, text, trailer = (tuple(clean_text(part).split("\n")) for part in texts)
    return Lines(header=header[skip:], text=text, trailer=trailer)


def message_id(day: date | None, service: str, number: str, agency: str = "") -> str:
    """The id of a message: numbers begin anew each day, so without its day a message has none.

    >>> message_id(date(2026, 3, 1), "bdt", "0123", "dpa"), message_id(None, "bdt", "0123")
    ('2026-03-01/bdt/dpa 123', '')
    """
    if day is None:
        return ""
    return f"{day}/{service.lower()}" + (f"/{agency.lower()} {int(number)}" if agency else str(int(number)))


def without_text() -> Refused:
    """Why a message whose text is empty is refused."""
    return Refused(Stage.EXTRACT, Reason.NO_TEXT, "a headline without a text")


def squeezed(text: str) -> str:
    """The text with single spaces."""
    return re.sub(r"\s+", " ", text).strip()
