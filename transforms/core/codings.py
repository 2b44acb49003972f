"""Content codings of HTTP (RFC 9110, 8.4.1) taken off a body, with a bound on what it unpacks to. Does no I/O.

Servers say `gzip` of what is not packed, mean either of two formats by `deflate`, and put other words there (`utf-8`);
so the bytes are looked at, and a coding that nobody knows is passed over, as browsers do.
"""

from collections.abc import Callable, Iterator
from typing import Final

import brotli

from transforms.core.errors import Refused
from transforms.core.pieces import Limits
from transforms.core.records import Reason, Stage
from transforms.core.unpack import unpack

#: How many codings may lie around one body.
MAX_CODINGS: Final = 3
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPED: Final = b"\x2a\x4d\x18"
#: What a document begins with that was never packed.
_BEGINS: Final = (b"<", b"{")
_STEP: Final = 1 << 18  #: bytes that brotli gives out at once
_FED: Final = 1 << 14  #: packed bytes that it is given at once


def undo(body: bytes, codings: str, limits: Limits) -> bytes:
    """The body without its content codings.

    Args:
        body: as received, without transfer coding.
        codings: the value of Content-Encoding; empty: none.
        limits: what it may unpack to, `max_item_bytes`, in every step.

    Raises:
        Refused: OPEN: UNSUPPORTED for too many codings; TRUNCATED, CORRUPT, BOMB, TOO_LARGE.
    """
    names = [name.strip().lower().removeprefix("x-") for name in codings.split(",")]
    names = [name for name in names if name in _KNOWN]
    if len(names) > MAX_CODINGS:
        raise Refused(Stage.OPEN, Reason.UNSUPPORTED, f"{len(names)} content codings around each other")
    for name in reversed(names):
        try:
            body = _KNOWN[name](body, limits)
        except Refused as refused:
            if refused.reason is not Reason.CORRUPT or body.lstrip()[:1] not in _BEGINS:
                raise
    return body


def _gzip(body: bytes, limits: Limits) -> bytes:
    if not body.startswith(_GZIP):
        return body
    return b"".join(unpack((body,), ("gzip",), limits, max_bytes=limits.max_item_bytes))


def _zstd(body: bytes, limits: Limits) -> bytes:
    if not body.startswith(_ZSTD) and body[1:4] != _ZSTD_SKIPPED:
        return body
    return b"".join(unpack((body,), ("zstd",), limits, max_bytes=limits.max_item_bytes))


def _deflate(body: bytes, limits: Limits) -> bytes:
    """RFC 9110 means zlib's format, many servers send the bare stream."""
    if not body:
        return body
    framed = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return b"".join(unpack((body[2:] if framed else body,), ("deflate",), limits, max_bytes=limits.max_item_bytes))


def _brotli(body: bytes, limits: Limits) -> bytes:
    """It has no mark: what is no brotli is corrupt."""
    return b"".join(_unbrotli(body, limits)) if body else body


def _unbrotli(body: bytes, limits: Limits) -> Iterator[bytes]:
    stream, given = brotli.Decompressor(), 0
    fed = 0
    while not stream.is_finished():
        # it may accept more and still have something to give: a few bytes stand for megabytes
        part = body[fed : fed + _FED] if stream.can_accept_more_data() else b""
        fed += len(part)
        try:
            out = stream.process(part, output_buffer_limit=_STEP)
        except brotli.error as error:
            raise Refused(Stage.OPEN, Reason.CORRUPT, f"brotli: {error}") from error
        if not part and not out and not stream.is_finished():
            raise Refused(Stage.OPEN, Reason.TRUNCATED, "the brotli data ends in the middle")
        given += len(out)
        if given > limits.max_item_bytes:
            raise Refused(Stage.OPEN, Reason.TOO_LARGE, f"unpacks to more than {limits.max_item_bytes} bytes")
        yield out


_KNOWN: Final[dict[str, Callable[[bytes, Limits], bytes]]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
