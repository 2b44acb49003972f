from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from transforms.core.stories import Member, cluster

START = datetime(2024, 5, 1, tzinfo=UTC)
NAMES = "abcdefgh"


def member(name, minutes, text=None):
    return Member(article_id=name, content_hash=text or name, evidence_at=START + timedelta(minutes=minutes))


def test_a_copy_stands_behind_the_earliest():
    members = [member("late", 9), member("early", 1), member("alone", 5)]
    assert cluster(members, [("late", "early")]) == {"early": "early", "late": "early", "alone": "alone"}


def test_no_chains_form():
    members = [member("a", 1), member("b", 2), member("c", 3)]
    assert cluster(members, [("a", "b"), ("b", "c")]) == {"a": "a", "b": "a", "c": "c"}


def test_of_two_representatives_the_earlier_is_joined():
    members = [member("a", 1), member("b", 2), member("c", 3)]
    assert cluster(members, [("c", "b"), ("c", "a")])["c"] == "a"


def test_at_the_same_time_the_id_decides():
    assert cluster([member("b", 1), member("a", 1)], [("b", "a")]) == {"a": "a", "b": "a"}


def test_an_article_counts_from_its_earliest_version():
    members = [member("a", 5), member("b", 3), member("a", 1)]
    assert cluster(members, [("a", "b")]) == {"a": "a", "b": "a"}


def test_links_to_the_unknown_count_for_nothing():
    assert cluster([member("a", 1)], [("a", "gone"), ("gone", "went")]) == {"a": "a"}


def test_what_holds_of_a_text_holds_of_every_article_that_has_it():
    members = [member("a", 3, "same"), member("b", 1, "same"), member("c", 2, "same"), member("d", 9, "edited")]
    # a was compared with b, c and d; b, the earliest, with a only
    links = [("same", "same"), ("edited", "same")]
    assert cluster(members, links) == {"a": "b", "b": "b", "c": "b", "d": "b"}


def test_identical_texts_that_were_not_linked_stay_apart():
    members = [member("a", 1, "short"), member("b", 2, "short")]
    assert cluster(members, []) == {"a": "a", "b": "b"}


def test_an_article_is_linked_by_any_of_its_versions():
    members = [member("a", 1, "first"), member("a", 5, "second"), member("b", 3, "copy")]
    assert cluster(members, [("copy", "second")]) == {"a": "a", "b": "a"}


memberships = st.lists(st.builds(member, st.sampled_from(NAMES), st.integers(0, 5)), max_size=10)
pairs = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20)


@given(memberships, pairs, st.randoms(use_true_random=False))
def test_order_repetition_and_direction_do_not_matter(members, links, source):
    expected = cluster(members, links)
    shuffled = members + members[:2]
    turned = [(b, a) if source.random() < 0.5 else (a, b) for a, b in links + links[:2]]
    source.shuffle(shuffled)
    source.shuffle(turned)
    assert cluster(shuffled, turned) == expected


@given(memberships, pairs)
def test_every_member_is_linked_to_its_representative_and_it_stands_for_itself(members, links):
    found = cluster(members, links)
    assert set(found) == {each.article_id for each in members}
    linked = {frozenset(link) for link in links if link[0] != link[1]}
    for name, representative in found.items():
        assert found[representative] == representative
        assert name == representative or frozenset((name, representative)) in linked
    standing = sorted(name for name in found if found[name] == name)
    assert not any(frozenset((a, b)) in linked for a in standing for b in standing if a < b)
