from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from transforms.core.candidates import join, pair_of, spread, text_key
from transforms.core.deliveries import Ref, TextAt
from transforms.core.place import place

START = datetime(2026, 5, 1, tzinfo=UTC)


def _text(name, hours=0, placed="", content=None, version="1"):
    return TextAt(
        article_id=name,
        version=version,
        content_hash=content or name,
        words=100,
        evidence_at=START + timedelta(hours=hours),
        placed=placed,
        ref=Ref(path="d", offset=0, length=1),
        date=date(2026, 5, 1),
        is_stored=False,
    )


def test_the_earliest_stays_and_the_others_are_copies():
    first, second, third = _text("c", 0), _text("b", 1), _text("a", 2)
    assert place([pair_of(third, second), pair_of(first, third), pair_of(second, first)]) == {("b", "1"), ("a", "1")}


def test_what_is_published_is_never_moved_and_makes_copies_of_earlier_ones():
    stored, earlier = _text("s", 5, placed="articles"), _text("e", 0)
    assert place([pair_of(stored, earlier)]) == {("e", "1")}


def test_no_chain_forms():
    # a - b - c, a and c not alike: c is a story of its own
    a, b, c = _text("a", 0), _text("b", 1), _text("c", 2)
    assert place([pair_of(a, b), pair_of(b, c)]) == {("b", "1")}


def test_what_is_held_or_itself_a_copy_takes_no_story_away():
    held, copy, text = _text("h", 0, placed="held"), _text("k", 0, placed="copies"), _text("t", 1)
    assert place([pair_of(held, text), pair_of(copy, text)]) == set()


def test_identical_texts_fall_together_even_if_only_one_is_linked_further():
    stored = _text("s", placed="articles")
    first, second, third = (_text(name, hours, content="same") for hours, name in enumerate("zyx"))
    assert place([pair_of(first, second), pair_of(first, third)]) == {("y", "1"), ("x", "1")}
    assert place([pair_of(first, second), pair_of(first, third), pair_of(second, stored)]) == {
        ("z", "1"),
        ("y", "1"),
        ("x", "1"),
    }


EDGES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda edge: edge[0] != edge[1]), max_size=12)


@given(EDGES, st.randoms())
def test_every_copy_is_linked_to_a_published_text_and_order_does_not_matter(edges, random):
    texts = [_text(f"t{n}", hours=(n * 5) % 7) for n in range(7)]
    pairs = [pair_of(texts[one], texts[other]) for one, other in edges]
    copies = place(pairs)
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert place(shuffled) == copies
    for key in copies:
        others = {
            text_key(p.b) if text_key(p.a) == key else text_key(p.a)
            for p in pairs
            if key in (text_key(p.a), text_key(p.b))
        }
        assert others - copies


def _joined(entries):
    found = {}
    for part in _buckets(entries).values():
        for pair, keys in join(part):
            found.setdefault((text_key(pair.a)[0], text_key(pair.b)[0]), set()).update(keys)
    return found


def _buckets(entries):
    buckets = {}
    for bucket, part in spread(entries):
        buckets.setdefault(bucket, []).extend(part)
    return buckets


def test_texts_that_share_keys_are_paired_with_all_keys_they_share():
    keys = [3 << 8, 9 << 8, 21 << 8]
    found = _joined([(_text("a"), tuple(keys)), (_text("b"), (keys[0], keys[2])), (_text("c"), (77 << 8,))])
    assert found == {("a", "b"): {keys[0], keys[2]}}


def test_versions_of_one_article_are_no_pair():
    assert _joined([(_text("a", version="1"), (5,)), (_text("a", version="2", content="x"), (5,))]) == {}


def test_identical_texts_are_paired_with_the_first_only():
    same = [(_text(f"s{n}", content="same"), (1, 2)) for n in range(50)]
    found = _joined([*same, (_text("z"), (2,))])
    assert len(found) == 49 + 1
    assert all(one == "s0" for one, _ in found)


def test_a_key_that_too_many_texts_share_finds_nothing():
    assert _joined([(_text(f"t{n}"), (8,)) for n in range(300)]) == {}


def test_where_the_first_of_two_classes_are_of_one_article_another_stands_for_its_class():
    mine, theirs = _text("a", 0, content="x"), _text("b", 1, content="x")
    later = _text("a", 2, content="y", version="2")
    pairs = {(text_key(pair.a), text_key(pair.b)) for pair, _ in join([(mine, (1,)), (theirs, (1,)), (later, (1,))])}
    assert pairs == {(("a", "1"), ("b", "1")), (("a", "2"), ("b", "1"))}
