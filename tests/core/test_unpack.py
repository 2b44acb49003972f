# ruff: noqa: PT012, PT017  # a stream is drained; a refusal is one of two right answers
import bz2
import gzip
import tracemalloc
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.errors import Refused
from transforms.core.pieces import Limits
from transforms.core.records import Reason, Stage
from transforms.core.unpack import peel, unpack

LIMITS = Limits()
PACK = {"gzip": gzip.compress, "bzip2": bz2.compress, "zstd": zstandard.compress}
DATA = b"".join(f"line {n} of a wire that goes on and on\n".encode() for n in range(40_000))
LAYERS = sorted(PACK)


def chunks(data, size):
    return (data[start : start + size] for start in range(0, len(data), size))


def unpacked(data, *layers, size=65_536, limits=LIMITS, max_bytes=None):
    return b"".join(unpack(chunks(data, size), layers, limits, max_bytes=max_bytes))


def refusal(data, *layers, **options):
    given = []
    with pytest.raises(Refused) as refused:
        given.extend(
            unpack(chunks(data, options.pop("size", 65_536)), layers, options.pop("limits", LIMITS), **options)
        )
    assert refused.value.stage is Stage.OPEN
    return refused.value.reason, given


@pytest.mark.parametrize("layer", LAYERS)
@given(data=st.binary(max_size=2000), size=st.integers(1, 300), times=st.integers(1, 3))
def test_packed_members_come_back_however_they_are_cut(layer, data, size, times):
    assert unpacked(PACK[layer](data) * times, layer, size=size) == data * times


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("size", [7, 100_000_000])
def test_garbage_behind_the_last_member_is_left_out(layer, size):
    assert unpacked(PACK[layer](DATA[:5000]) + b"trailing garbage", layer, size=size) == DATA[:5000]


def test_zeros_between_gzip_members_are_passed_over():
    packed = gzip.compress(b"one ", mtime=0) + b"\0" * 512 + gzip.compress(b"two") + b"\0" * 100
    assert unpacked(packed, "gzip", size=5) == b"one two"


def test_zstd_skippable_frames_are_passed_over():
    skippable = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    assert (
        unpacked(skippable + zstandard.compress(b"one") + skippable + zstandard.compress(b"two"), "zstd") == b"onetwo"
    )


def test_layers_come_off_in_order():
    assert unpacked(gzip.compress(bz2.compress(zstandard.compress(DATA))), "gzip", "bzip2", "zstd") == DATA


def test_a_zip_members_deflate_has_no_frame():
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(DATA) + packer.flush()
    assert unpacked(packed, "deflate", size=1000) == DATA
    reason, given = refusal(packed[: len(packed) // 2], "deflate")
    assert reason is Reason.TRUNCATED
    assert DATA.startswith(b"".join(given))


def test_nothing_to_take_off_gives_the_bytes():
    assert unpacked(DATA) == DATA


@pytest.mark.parametrize("layer", LAYERS)
def test_a_cut_stream_gives_what_can_be_read_and_then_says_so(layer):
    packed = PACK[layer](DATA)
    reason, given = refusal(packed[: len(packed) * 2 // 3], layer)
    assert reason is Reason.TRUNCATED
    assert given
    assert DATA.startswith(b"".join(given))


@pytest.mark.parametrize("layer", LAYERS)
def test_damage_is_corruption(layer):
    packed = bytearray(PACK[layer](DATA))
    middle = len(packed) // 2
    packed[middle : middle + 40] = bytes(40)
    reason, _ = refusal(bytes(packed), layer)
    assert reason in (Reason.CORRUPT, Reason.TRUNCATED)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_bomb_is_refused_early_and_holds_no_memory(layer):
    bomb = PACK[layer](bytes(200_000_000))
    tracemalloc.start()
    try:
        stream = unpack(chunks(bomb, 65_536), (layer,), LIMITS)
        with pytest.raises(Refused) as refused:
            total = 0
            for chunk in stream:
                total += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.reason is Reason.BOMB
    assert total < 60_000_000
    assert peak < 60_000_000


def test_a_bomb_inside_a_bomb_counts_from_the_outside():
    reason, _ = refusal(gzip.compress(gzip.compress(bytes(100_000_000), mtime=0)), "gzip", "gzip")
    assert reason is Reason.BOMB


def test_the_ratio_is_a_limit_of_its_own():
    packed = gzip.compress(bytes(15_000_000), mtime=0)
    assert len(unpacked(packed, "gzip", limits=Limits(max_ratio=2000))) == 15_000_000


def test_above_the_limit_is_too_large():
    reason, given = refusal(gzip.compress(DATA, mtime=0), "gzip", max_bytes=300_000)
    assert reason is Reason.TOO_LARGE
    assert sum(map(len, given)) <= 300_000


def test_peel_tells_the_layers_and_what_is_inside():
    assert peel(gzip.compress(zstandard.compress(b"<rss version='2.0'>"), mtime=0)) == (
        ("gzip", "zstd"),
        b"<rss version='2.0'>",
    )
    assert peel(b"plain") == ((), b"plain")


def test_peel_stops_at_its_depth_and_at_damage():
    deep = b"x"
    for _ in range(6):
        deep = gzip.compress(deep, mtime=0)
    assert peel(deep)[0] == ("gzip",) * 3
    assert peel(gzip.compress(DATA, mtime=0)[:15]) == (("gzip",), b"")


@given(st.binary(max_size=500), st.sampled_from(LAYERS))
def test_any_bytes_give_bytes_or_a_refusal(data, layer):
    try:
        unpacked(PACK[layer](b"x")[:6] + data, layer)
    except Refused as refused:
        assert refused.reason in (Reason.CORRUPT, Reason.TRUNCATED)
