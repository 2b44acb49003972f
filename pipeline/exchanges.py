"""An exchange written in place of another one: exactly as many bytes, so that no address behind it moves.

Spaces behind the JSON of the metadata record fill up what is left, in blocks of deflate that are not packed (RFC 1951,
3.2.4), whose length is known beforehand.
"""

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Final

from pipeline.rawrecords import exchange_records
from transforms.core.exchange import Kept
from transforms.core.warc import record_end

#: Of a gzip member: its header, without a time (RFC 1952).
_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
_MOST: Final = 0xFFFF
_RECORD_ENDS: Final = b"\r\n\r\n"
_LENGTH: Final = b"Content-Length: "
_DIGITS: Final = 12


class DoesNotFit(Exception):
    """The exchange is longer than what it is to replace."""


def exchange_of_length(
    kept: Kept, status: int, headers: Sequence[tuple[str, str]], body: bytes, *, length: int
) -> bytes:
    """The exchange's two records, as `exchange_records` writes them, in so many bytes.

    Raises:
        DoesNotFit: it takes more.
    """
    plain = exchange_records(kept, status, headers, body)
    end = record_end(io.BytesIO(plain), 0, len(plain)).offset
    fields, _, encoded = zlib.decompress(plain[:end], wbits=31).partition(_RECORD_ENDS)
    lines = [line for line in fields.split(b"\r\n") if not line.startswith(_LENGTH)]
    return _padded(b"\r\n".join(lines), encoded.removesuffix(_RECORD_ENDS), length - (len(plain) - end)) + plain[end:]


def _padded(fields: bytes, encoded: bytes, length: int) -> bytes:
    """A record as a gzip member of a certain length."""
    packed_fields, packed = _packed(fields), _packed(encoded)
    counted = len(b"\r\n" + _LENGTH) + _DIGITS + len(_RECORD_ENDS)
    spaces = length - len(_HEADER) - len(packed_fields) - 5 - counted - len(packed) - 5 - len(_RECORD_ENDS) - 8
    blocks = 1
    while spaces + len(_RECORD_ENDS) > _MOST * blocks:
        blocks, spaces = blocks + 1, spaces - 5
    if spaces < 0:
        raise DoesNotFit
    size = b"\r\n" + _LENGTH + b"%0*d" % (_DIGITS, len(encoded) + spaces) + _RECORD_ENDS
    behind = b" " * spaces + _RECORD_ENDS
    cut = [behind[_MOST * number : _MOST * (number + 1)] for number in range(blocks)]
    stored = [_stored(part, last=number == blocks) for number, part in enumerate(cut, 1)]
    content = fields + size + encoded + behind
    trailer = struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return b"".join((_HEADER, packed_fields, _stored(size), packed, *stored, trailer))


def _packed(data: bytes) -> bytes:
    """As blocks of deflate that end at a byte, are not the last ones, and refer to nothing before them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def _stored(data: bytes, *, last: bool = False) -> bytes:
    return struct.pack("<BHH", last, len(data), len(data) ^ _MOST) + data
