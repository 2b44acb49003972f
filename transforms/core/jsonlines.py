"""JSON records to Items: one object a line, or a document that holds one object or an array of them. Does no I/O.

Keys are those of ninjs 1 to 3 (whatever their case) and the short names of our own: see `transforms.core.ninjs`.
"""

import json
from collections.abc import Iterator
from typing import Final

import msgspec

from transforms.core.characters import clean_text
from transforms.core.decode import decode
from transforms.core.errors import Refused, rejected
from transforms.core.ninjs import read_record
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.wide import marked, unmarked_utf16

_MAX_DIGITS = 4000  #: of a number; Python refuses to convert more than 4300
_EXCERPT = 200


def read_line(line: bytes, *, origin: str, raw_address: str = "") -> Item:
    """The article in one line of JSON Lines.

    NaN and Infinity are taken as null, but an embargo that is one as one that cannot be read; a repeated key as its
    last value. Bytes that are not UTF-8 are decoded like any document.

    Raises:
        Refused: DECODE/UNDECODABLE; PARSE/NOT_JSON; PARSE/BAD_RECORD, which names the key; EXTRACT/NO_TITLE for a
            record with neither title nor text, EXTRACT/NO_TEXT for a title without a text.
    """
    return read_record(_parsed(line), origin=origin, raw_address=raw_address)


def read_json(data: bytes, origin: str, *, raw_address: str = "") -> Iterator[Item | Rejected]:
    """The articles of a document that holds one object or an array of them.

    The origin of an object is the document's; those of elements are `origin#1`, `origin#2` and so on. One bad element
    costs itself.

    Raises:
        Refused: as `read_line` for a single object; PARSE/BAD_RECORD for anything but an object or an array.
    """
    value = _parsed(data)
    if not isinstance(value, list):
        yield read_record(value, origin=origin, raw_address=raw_address)
        return
    for number, element in enumerate(value, start=1):
        yield item_or_rejected(element, origin=f"{origin}#{number}", raw_address=raw_address)


def read_lines(data: bytes, origin: str, *, raw_address: str = "", first: int = 1) -> Iterator[Item | Rejected]:
    """The articles of JSON Lines held in memory; origins are `origin#line`. Empty lines are passed over."""
    data = _utf8(data) if marked(data)[0] or unmarked_utf16(data) else data
    start, number = 0, first
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line = data[start:end]
        if line.strip():
            yield line_or_rejected(line, origin=f"{origin}#{number}", raw_address=raw_address)
        start, number = end + 1, number + 1


def line_or_rejected(line: bytes, *, origin: str, raw_address: str = "") -> Item | Rejected:
    """`read_line` with the refusal as a value."""
    try:
        return read_line(line, origin=origin, raw_address=raw_address)
    except Refused as refused:
        excerpt = line[: _EXCERPT * 4].decode("utf-8", "replace")
        return rejected(refused, origin=origin, excerpt=excerpt, raw_address=raw_address)


def item_or_rejected(value: object, *, origin: str, raw_address: str = "") -> Item | Rejected:
    """`read_record` with the refusal as a value."""
    try:
        return read_record(value, origin=origin, raw_address=raw_address)
    except Refused as refused:
        title = value.get("headline") or value.get("title") if isinstance(value, dict) else ""
        url = value.get("url") if isinstance(value, dict) else ""
        return rejected(
            refused,
            origin=origin,
            title=clean_text(title[:_EXCERPT]) if isinstance(title, str) else "",
            url=clean_text(url) if isinstance(url, str) else "",
            raw_address=raw_address,
        )


def _parsed(data: bytes) -> object:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _forgiving(_utf8(data))
    except RecursionError as error:
        raise _not_json("nested too deeply") from error


def _forgiving(data: bytes) -> object:
    """What msgspec refuses and Python's own reader takes: NaN, lone surrogates, controls, a byte order mark."""
    try:
        value: object = json.loads(
            data.lstrip(b"\xef\xbb\xbf\x1e \t\r\n"),
            strict=False,
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_int=_int,
            parse_float=_float,
        )
    except RecursionError as error:
        raise _not_json("nested too deeply") from error
    except ValueError as error:
        raise _not_json(str(error)) from error
    return _without_no_numbers(value)


def _utf8(data: bytes) -> bytes:
    """The bytes as UTF-8, told from what they are if they are not."""
    if not marked(data)[0] and b"\0" not in data:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return decode(data).text.encode("utf-8")
        return data
    return decode(data).text.encode("utf-8") if marked(data)[0] or unmarked_utf16(data) else data


class _NoNumber:
    """What stands for NaN, Infinity and numbers beyond all bounds while a document is read."""


_NO_NUMBER: Final = _NoNumber()


def _no_number(_name: str) -> _NoNumber:
    return _NO_NUMBER


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """What is no number is null; but an embargo that is none is one that cannot be read, and holds."""
    return {
        key: "not a number" if value is _NO_NUMBER and key.lower() == "embargoed" else _without_no_numbers(value)
        for key, value in pairs
    }


def _without_no_numbers(value: object) -> object:
    if isinstance(value, list):
        return [_without_no_numbers(each) for each in value]
    return None if value is _NO_NUMBER else value


def _int(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _float(digits: str) -> float | _NoNumber:
    value = float(digits)
    return value if abs(value) != float("inf") else _NO_NUMBER


def _not_json(detail: str) -> Refused:
    return Refused(Stage.PARSE, Reason.NOT_JSON, detail[:200])
