import random
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.fingerprint import MAX_ANCHORS, MAX_WORDS, MIN_WORDS, SCHEME, enough, fingerprint, keys

VOCABULARY = [
    f"{a}{b}{c}" for a in ("ba", "ko", "ri", "tu", "se") for b in "lmnr" for c in ("a", "o", "ent", "is", "um", "ex")
]


def story(seed, length):
    source = random.Random(seed)  # words of a story, not a secret
    return [source.choice(VOCABULARY) + source.choice("aeiou") for _ in range(length)]


def shared(a, b):
    return set(keys(fingerprint(" ".join(a)))) & set(keys(fingerprint(" ".join(b))))


def found(a, b):
    return enough(shared(a, b), len(a), len(b))


def test_the_arithmetic_is_pinned():
    text = "A ferry returned to harbour on Monday after its engine failed, and fishermen took all 41 passengers ashore."
    made = fingerprint(text)
    assert made.scheme == SCHEME == "3:rensa-r2-128x16of8-seed2001-shingle3:winnow-run8-window5-head60/5-spread20-all32"
    assert made.words == 18
    assert len(made.signature) == 128
    assert sha256(made.signature).hexdigest() == "bf2ea87009c189e5780a6f0d1cfa3e3d4d1970d2c70e8eaad4de2253e57270a8"
    assert (
        sha256(repr(made.anchors).encode()).hexdigest()
        == "03f660ed7b53193ac382ab15f7536cef7fcc141cde03e1c16932dcf41cad9ac7"
    )
    assert (
        sha256(repr(keys(made)).encode()).hexdigest()
        == "a3a39bc25a1580d7ba867e7673e790a8e609567f62d09357e26134e244ae9faa"
    )


@pytest.mark.parametrize("length", [0, 1, MIN_WORDS - 1])
def test_very_short_texts_are_no_candidates(length):
    made = fingerprint(" ".join(story(1, length)))
    assert made.words == length
    assert (made.signature, made.anchors, keys(made)) == (b"", (), ())
    assert not enough([1, 2, 3], length, 500)


@pytest.mark.parametrize("length", [MIN_WORDS, 13, 40, 500, 5_000, MAX_WORDS + 100])
def test_keys_are_few_and_fit_an_index(length):
    made = fingerprint(" ".join(story(2, length)))
    found_keys = keys(made)
    assert len(set(found_keys)) == len(found_keys) <= 48
    assert all(0 <= key < 2**63 for key in found_keys)
    assert 1 <= len(made.anchors) <= MAX_ANCHORS
    assert list(made.anchors) == sorted(set(made.anchors))
    assert sum(key >> 62 for key in found_keys) == len(made.anchors)


@given(st.text())
def test_any_text_has_a_fingerprint_and_an_exact_copy_shares_all_of_it(text):
    made = fingerprint(text)
    assert fingerprint(text.replace(" ", "  ") + "\n") == made
    assert len(keys(made)) <= 48


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("length", [12, 30, 120, 500, 2_000])
def test_a_copy_with_another_dateline_and_ending_is_found(seed, length):
    body = story(seed, length)
    assert found(body, ["city", "agency", *body[1:], "agency"])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("kept", "length"), [(40, 400), (60, 600), (150, 1_500), (60, 3_000), (250, 10_000)])
def test_a_cut_copy_is_found_by_its_head(seed, kept, length):
    body = story(seed, length)
    assert found(body[:kept], body)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("start", "kept", "length"), [(200, 100, 400), (100, 150, 600), (300, 300, 1_500)])
def test_a_passage_from_the_middle_is_found(seed, start, kept, length):
    body = story(seed, length)
    assert found(body[start : start + kept], body)


@pytest.mark.parametrize("seed", range(20))
def test_an_extended_copy_is_found(seed):
    body = story(seed, 200)
    assert found(body, story(seed + 100, 150) + body + story(seed + 200, 150))


@pytest.mark.parametrize("seed", range(20))
def test_other_stories_share_nothing(seed):
    assert shared(story(seed, 400), story(seed + 1_000, 400)) == set()


def test_one_shared_quotation_is_not_enough_between_long_texts_and_a_band_is():
    anchor, other, band = 1 << 62, (1 << 62) + 1, 5
    assert not enough([anchor], 500, 500)
    assert enough([anchor, other], 500, 500)
    assert enough([anchor], 40, 500)
    assert enough([anchor], 100, 3_000)
    assert enough([band], 500, 500)
    assert not enough([], 40, 40)


@given(st.lists(st.integers(0, 2**63 - 1), unique=True, max_size=5), st.integers(0, 3_000), st.integers(0, 3_000))
def test_what_is_enough_does_not_depend_on_the_order(shared_keys, a, b):
    assert enough(shared_keys, a, b) == enough(shared_keys[::-1], b, a)


def test_endless_repetition_has_few_anchors():
    assert len(fingerprint("again and " * 50_000).anchors) <= 2
