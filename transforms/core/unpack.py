"""Bounded decompression as a stream: memory does not grow with what is unpacked. Opens no files."""

import bz2
import zlib
from collections.abc import Callable, Iterable, Iterator

import zstandard

from transforms.core.errors import Refused
from transforms.core.pieces import Limits, Packing
from transforms.core.records import Reason, Stage
from transforms.core.sniff import HEAD_BYTES, Kind, sniff

#: How deep compressed files may be wrapped in each other.
MAX_DEPTH = 3

_STEP = 1 << 18  #: bytes given out at once, about
_PEEL_STEP = 1 << 12  #: packed bytes fed at once to see the beginning
_ZSTD_STEP = 1 << 10  #: packed bytes fed at once: 4 bytes may stand for 128 KB
_FREE = 10_000_000  #: unpacked bytes below which no ratio is suspicious
_WINDOW = 1 << 27  #: of zstd; what `zstd --long` writes
_PACKINGS: dict[Kind, Packing] = {Kind.GZIP: "gzip", Kind.ZSTD: "zstd", Kind.BZIP2: "bzip2"}


def unpack(
    chunks: Iterable[bytes], packing: tuple[Packing, ...], limits: Limits, *, max_bytes: int | None = None
) -> Iterator[bytes]:
    """Give what is packed, in chunks of at most a few MB.

    Gzip members, zstd frames and bzip2 streams that follow each other are one; what follows the last and is none is
    left out.

    Args:
        chunks: the packed bytes, in order, cut anywhere.
        packing: what to take off, the outermost first; empty: nothing.
        limits: gives the ratio of a bomb.
        max_bytes: above so many unpacked bytes the rest is refused; None: any number.

    Raises:
        Refused: OPEN, after all that could be read was given: TRUNCATED, CORRUPT, BOMB or TOO_LARGE.
    """
    meter = _Meter(chunks)
    stream: Iterable[bytes] = meter
    for layer in packing:
        stream = _LAYERS[layer](stream)
    given = 0
    for chunk in stream:
        given += len(chunk)
        if packing and given > _FREE and given > limits.max_ratio * meter.taken:
            raise Refused(Stage.OPEN, Reason.BOMB, f"{meter.taken} bytes unpack to more than {given}")
        if max_bytes is not None and given > max_bytes:
            raise Refused(Stage.OPEN, Reason.TOO_LARGE, f"unpacks to more than {max_bytes} bytes")
        yield chunk


def peel(head: bytes, packing: tuple[Packing, ...] = ()) -> tuple[tuple[Packing, ...], bytes]:
    """What is wrapped around the beginning of a file, the outermost first, and the beginning of what is inside.

    Begins with the layers that are known, then looks into at most `MAX_DEPTH` more. The inner beginning is empty where
    the head is too short to unpack any of it (bzip2 gives nothing before its first block is complete) or is damaged.
    """
    for layer in packing:
        head = _beginning(head, layer)
    layers = list(packing)
    while len(layers) < len(packing) + MAX_DEPTH and (inner := _PACKINGS.get(sniff(head).form)):
        layers.append(inner)
        head = _beginning(head, inner)
    return tuple(layers), head


def _beginning(head: bytes, layer: Packing) -> bytes:
    given = b""
    # What goes in at once bounds what comes out at once, and more than the beginning is not needed.
    chunks = (head[start : start + _PEEL_STEP] for start in range(0, len(head), _PEEL_STEP))
    try:
        for chunk in _LAYERS[layer](chunks):
            given += chunk
            if len(given) >= HEAD_BYTES:
                break
    except Refused:
        return given[:HEAD_BYTES]
    return given[:HEAD_BYTES]


class _Meter:
    """Counts the bytes that pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            for start in range(0, len(chunk), _STEP):
                part = chunk[start : start + _STEP]
                self.taken += len(part)
                yield part


def _truncated(what: str) -> Refused:
    return Refused(Stage.OPEN, Reason.TRUNCATED, f"the {what} data ends in the middle")


def _corrupt(what: str, error: Exception) -> Refused:
    return Refused(Stage.OPEN, Reason.CORRUPT, f"{what}: {error}")


def _gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:  # noqa: C901  # one loop over one state is easier to check
    """One member after the other; zeros between them and garbage behind the last are left out."""
    member, members, seen = zlib.decompressobj(wbits=31), 0, False
    rest = b""
    for chunk in chunks:
        rest += chunk
        while rest:
            if members and not seen:
                rest = rest.lstrip(b"\0")
                if len(rest) < 3:
                    break
                if not rest.startswith(b"\x1f\x8b\x08"):
                    return
            try:
                out = member.decompress(rest, _STEP)
            except zlib.error as error:
                raise _corrupt("gzip", error) from error
            seen, rest = True, member.unconsumed_tail
            if out:
                yield out
            if member.eof:
                rest = member.unused_data
                member, members, seen = zlib.decompressobj(wbits=31), members + 1, False
            elif not rest:
                while out := member.decompress(b"", _STEP):
                    yield out
    if seen:
        raise _truncated("gzip")


def _deflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A single stream without a frame; what follows it is left out."""
    stream = zlib.decompressobj(wbits=-15)
    for chunk in chunks:
        rest = chunk
        while not stream.eof:
            try:
                out = stream.decompress(rest, _STEP)
            except zlib.error as error:
                raise _corrupt("deflate", error) from error
            rest = stream.unconsumed_tail
            if out:
                yield out
            elif not rest:
                break
    if not stream.eof:
        raise _truncated("deflate")


def _bzip2(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """One stream after the other; what follows the last is left out."""
    stream, streams, seen = bz2.BZ2Decompressor(), 0, False
    rest = b""
    for chunk in chunks:
        rest += chunk
        while rest or not stream.needs_input:
            if streams and not seen:
                if len(rest) < 3:
                    break
                if not rest.startswith(b"BZh"):
                    return
            try:
                out = stream.decompress(rest, _STEP)
            except OSError as error:
                raise _corrupt("bzip2", error) from error
            seen, rest = True, b""
            if out:
                yield out
            if stream.eof:
                rest = stream.unused_data
                stream, streams, seen = bz2.BZ2Decompressor(), streams + 1, False
    if seen:
        raise _truncated("bzip2")


def _zstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """One frame after the other, skippable ones too; what follows the last is left out."""
    context = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    frame, frames, seen = context.decompressobj(), 0, False
    rest = b""
    for chunk in chunks:
        rest, at = rest + chunk, 0
        while at < len(rest):
            if frames and not seen:
                if len(rest) - at < 4:
                    break
                if sniff(rest[at : at + 8]).form is not Kind.ZSTD:
                    return
            part = rest[at : at + _ZSTD_STEP]
            try:
                out = frame.decompress(part)
            except zstandard.ZstdError as error:
                raise _corrupt("zstd", error) from error
            seen, at = True, at + len(part)
            if out:
                yield out
            if frame.eof:
                at -= len(frame.unused_data)
                frame, frames, seen = context.decompressobj(), frames + 1, False
        rest = rest[at:]
    if seen:
        raise _truncated("zstd")


_LAYERS: dict[Packing, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip,
    "bzip2": _bzip2,
    "zstd": _zstd,
    "deflate": _deflate,
}
