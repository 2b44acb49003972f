"""What finds copies of a text without the text: a MinHash signature, and anchors.

Does no I/O. Two ways of finding, for two kinds of copy:

- **Bands** of the signature find texts that are much the same: MinHash of word 3-shingles, 128 rows in 16 bands of 8. A
  pair of Jaccard similarity s shares a band with probability 1 - (1 - s^8)^16: .23 at s = .6, .61 at .7, .95 at .8. Of
  each band its hash is kept: the rows themselves would be half of what a document costs on disk, and find nothing more.
- **Anchors** find what was cut or extended, where Jaccard similarity is small: hashes of runs of 8 words, sampled by
  winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003): of every W consecutive runs the one with the smallest
  hash. Texts that share W + 7 consecutive words share an anchor for certain. W grows with the text, so that the number
  of anchors is bounded; and because the smallest of a wide window is the smallest of every narrower one that holds it,
  the few anchors of a long text that lie in a passage are among the many of a short text that is that passage. The head
  of a text is sampled more densely: who cuts wire copy cuts from the end.

Both are found by equality alone, so an index needs nothing but keys. What they find is a candidate, to be verified on
text.
"""

import sys
from array import array
from collections.abc import Collection, Sequence
from hashlib import blake2b
from itertools import accumulate
from math import ceil
from zlib import crc32

import numpy as np
from rensa import RMinHash  # type: ignore[import-untyped]  # no stubs exist

from transforms.core.identity import content_hash
from transforms.core.normalise import words
from transforms.core.records import Fingerprint

#: Texts with fewer words are no candidates: they would fall together by chance.
MIN_WORDS = 12
#: Words beyond these are not looked at; about a book.
MAX_WORDS = 100_000

_ROWS = 128
_BANDS = 16
_SEED = 20_01
_BAND_BYTES = 8
_SHINGLE = 3
_RUN = 8
#: Width of the sampling window: in the head, elsewhere at least, and how many anchors the whole may give.
_HEAD_WORDS = 60
_HEAD_WINDOW = 5
_WINDOW = 5
_SPREAD_ANCHORS = 20
#: A text of so few runs is not sampled: all are anchors.
_ALL_RUNS = 32
#: Most anchors of a text; with the bands, the most keys.
MAX_ANCHORS = 32

#: Names the arithmetic; stored with each fingerprint. Others are not comparable.
SCHEME = (
    f"3:rensa-r{RMinHash.ALGORITHM_VERSION}-{_ROWS}x{_BANDS}of{_BAND_BYTES}-seed{_SEED}-shingle{_SHINGLE}"
    f":winnow-run{_RUN}-window{_WINDOW}-head{_HEAD_WORDS}/{_HEAD_WINDOW}-spread{_SPREAD_ANCHORS}-all{_ALL_RUNS}"
)

#: Bits that hold the place of a run.
_PLACE_BITS = 20
_PLACES = (1 << _PLACE_BITS) - 1
_LAST = np.iinfo(np.int64).max
_HASH_BITS = 62
_ANCHOR_FLAG = 1 << _HASH_BITS


def fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint of a text, the title aside. Texts with equal `words` have equal signatures and anchors.

    A text of fewer than 12 words has neither. Cost grows with the text up to 100,000 words, then only by that of
    reading it.
    """
    all_words = words(text)
    compared = all_words[:MAX_WORDS]
    if len(compared) < MIN_WORDS:
        return Fingerprint(
            scheme=SCHEME, content_hash=content_hash(text), signature=b"", anchors=(), words=len(all_words)
        )
    return Fingerprint(
        scheme=SCHEME,
        content_hash=content_hash(text),
        signature=_signature(compared),
        anchors=_anchors(compared),
        words=len(all_words),
    )


def keys(fingerprint: Fingerprint) -> tuple[int, ...]:
    """Return what to look up: at most 48 integers, 0 <= key < 2**63, distinct, in no order that means anything.

    Empty where the text is too short. Bit 62 tells an anchor from a band.
    """
    signature = fingerprint.signature
    if not signature:
        return ()
    width = len(signature) // _BANDS
    bands = (_hash(bytes((band,)) + signature[band * width : (band + 1) * width]) for band in range(_BANDS))
    anchors = (_ANCHOR_FLAG | anchor for anchor in fingerprint.anchors)
    return tuple(dict.fromkeys((*bands, *anchors)))


def enough(shared_keys: Collection[int], words_a: int, words_b: int) -> bool:
    """Whether what two texts share makes them worth verifying; symmetrical in the texts.

    One band is enough. One anchor is enough where a copy of that length would not be sure to share more; where the
    whole of the shorter text is expected to share many anchors, a single one is a quotation or a footer.
    """
    if min(words_a, words_b) < MIN_WORDS:
        return False
    anchors = sum(1 for key in shared_keys if key & _ANCHOR_FLAG)
    if anchors < len(shared_keys):
        return True
    shorter, longer = sorted((words_a, words_b))
    expected = shorter * _SPREAD_ANCHORS / longer
    return anchors >= (2 if expected >= _SURE and shorter >= _SURE_WORDS else 1)


#: Anchors expected of a whole copy from which on one alone is not enough, if the shorter text has so many words: a few
#: words changed in each sentence of a short one leave hardly any run of 8 as it was.
_SURE = 8
_SURE_WORDS = 120


def _runs(compared: Sequence[str], length: int) -> list[bytes]:
    """Each run of that many words, a space between two, cut from the words written out once.

    >>> _runs(["a", "ferry", "sank"], 2)
    [b'a ferry', b'ferry sank']
    """
    data = " ".join(compared).encode()
    sizes = map(len, compared) if data.isascii() else (len(word.encode()) for word in compared)
    starts = list(accumulate((size + 1 for size in sizes), initial=0))
    return [data[start : end - 1] for start, end in zip(starts, starts[length:], strict=False)]


def _signature(compared: Sequence[str]) -> bytes:
    """16 x 8 bytes, the hash of each band. Shingles are hashed here: the library's own hash depends on the platform."""
    hashes = set(map(crc32, _runs(compared, _SHINGLE)))
    matrix = RMinHash.digest_matrix_from_token_hash_sets([hashes], _ROWS, _SEED)
    rows = array("I", matrix.to_rows()[0])
    if sys.byteorder == "big":
        rows.byteswap()
    data = rows.tobytes()
    width = len(data) // _BANDS
    return b"".join(
        blake2b(data[start : start + width], digest_size=_BAND_BYTES).digest() for start in range(0, len(data), width)
    )


def _anchors(compared: Sequence[str]) -> tuple[int, ...]:
    runs = _runs(compared, _RUN)
    if len(runs) <= _ALL_RUNS:
        return tuple(sorted(set(map(_hash, runs))))
    order = list(map(crc32, runs))
    window = max(_WINDOW, ceil(2 * len(runs) / _SPREAD_ANCHORS) - 1)
    head = _smallest(order[: _HEAD_WORDS - _RUN + 1], _HEAD_WINDOW)
    spread = sorted(_smallest(order, window), key=lambda place: (order[place], place))
    places = sorted(head | set(spread[:_SPREAD_ANCHORS]), key=lambda place: (order[place], place))
    return tuple(sorted({_hash(runs[place]) for place in places[:MAX_ANCHORS]}))


def _smallest(order: Sequence[int], window: int) -> set[int]:
    """The place of the smallest value of each window, the last of equals; of all values where they fill no window.

    Every stretch of a window's length has the smallest up to each of its places, and from there on; a window that lies
    across two stretches has the smaller of both (van Herk, 1992). Linear, whatever the width.

    Args:
        order: values below 2**32.
        window: its width.

    >>> sorted(_smallest([5, 3, 8, 9, 1, 7], 3))
    [1, 4]
    """
    count = len(order)
    width = min(window, count)
    if not width:
        return set()
    found = np.full(-(-count // width) * width, _LAST, np.int64)
    found[:count] = np.array(order, np.int64) << _PLACE_BITS | np.arange(count - 1, -1, -1)
    stretches = found.reshape(-1, width)
    up_to = np.minimum.accumulate(stretches, axis=1).reshape(-1)[width - 1 : count]
    onward = np.minimum.accumulate(stretches[:, ::-1], axis=1)[:, ::-1].reshape(-1)[: count - width + 1]
    return set((count - 1 - (np.minimum(up_to, onward) & _PLACES)).tolist())


def _hash(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big") >> (64 - _HASH_BITS)
