"""A file of messages in IPTC 7901 or ANPA 1312 to items. Does no I/O.

A message that recalls names what it recalls by its number ("Please kill item dpa 157"), of the same day and service; it
is one delivery for each item that it names, with its words as the note.
"""

from collections.abc import Iterator
from dataclasses import replace

from transforms.core import anpa, iptc7901
from transforms.core.conventions import with_conventions
from transforms.core.errors import Refused, rejected
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.wiremessage import Message, Told, header_of, messages_of, without_text

_EXCERPT = 200
_WHY = 2_000  #: characters of a notice that says why


def read_textwire(data: bytes, *, origin: str, declared: str = "", raw_address: str = "") -> Iterator[Item | Rejected]:
    """The items of a stream of messages; origins are `origin#1`, `origin#2` and so on.

    Never raises for what the bytes are. A message without an end is kept if it has a text. Refused, each for itself:
    PARSE/TRUNCATED where a message ends before its text, PARSE/BAD_RECORD with a header of neither format,
    DECODE/UNDECODABLE, EXTRACT/NO_TEXT and EMPTY, and IDENTIFY/NOT_AUTHORISED for a recall that names no item.
    """
    for number, message in enumerate(messages_of(data), start=1):
        place = f"{origin}#{number}"
        try:
            yield from _deliveries(_told(message, place, declared, raw_address))
        except Refused as refused:
            excerpt = "" if refused.stage is Stage.IDENTIFY else _excerpt(message)
            yield rejected(refused, origin=place, excerpt=excerpt, raw_address=raw_address)


def _told(message: Message, origin: str, declared: str, raw_address: str) -> Told:
    header = header_of(message)
    read = (
        anpa.read_anpa
        if anpa.HEADER.match(header)
        else iptc7901.read_iptc7901
        if iptc7901.HEADER.match(header)
        else None
    )
    if message.text is None:
        raise Refused(Stage.PARSE, Reason.TRUNCATED, "ends before its text")
    if read is None:
        raise Refused(Stage.PARSE, Reason.BAD_RECORD, "a header of neither IPTC 7901 nor ANPA 1312")
    return read(message, origin=origin, declared=declared, raw_address=raw_address)


def _deliveries(told: Told) -> Iterator[Item]:
    status = with_conventions(told.item).pubstatus
    if status == "usable":
        if not told.item.text:
            raise without_text()
        yield told.item
        return
    if not told.named:
        raise Refused(Stage.IDENTIFY, Reason.NOT_AUTHORISED, "a recall that does not name its item by number")
    why = told.item.ednote or told.item.text[:_WHY]
    for name in told.named:
        yield replace(told.item, pubstatus=status, item_id=name, text="", ednote=why, source_version=None)


def _excerpt(message: Message) -> str:
    said = message.header + b" " + (message.text or b"")
    return " ".join(said[: _EXCERPT * 4].decode("utf-8", "replace").split())[:_EXCERPT]
