import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.centrality import SUBJECT, Weighed, mass, score

HITS = st.builds(Weighed, st.booleans(), st.integers(0, 400), st.floats(0.05, 1))


def alone(*hits, distinct=1, words=300, headless=False):
    own = mass([Weighed(*hit) for hit in hits], distinct=distinct, words=words, headless=headless)
    return score(own, own)


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ([(True, 0, 1.0)], 0.503),
        ([(False, 0, 1.0), (False, 200, 1.0)], 0.568),
        ([(False, 200, 1.0)], 0.242),
        ([(True, 0, 0.4)], 0.244),
        ([], 0.0),
    ],
)
def test_scores_that_the_module_tells(hits, expected):
    assert alone(*hits) == expected


def test_of_two_topics_the_lesser_is_pressed_down():
    title = mass([Weighed(True, 0, 1.0), Weighed(False, 3, 1.0)], distinct=2, words=100, headless=False)
    lead = mass([Weighed(False, 3, 1.0), Weighed(False, 9, 1.0)], distinct=1, words=100, headless=False)
    assert score(title, title) > SUBJECT
    assert score(lead, lead) > SUBJECT > score(lead, title)


def test_without_title_the_first_sentence_has_its_part():
    assert alone((False, 0, 1.0), headless=True) > alone((False, 0, 1.0))


def test_long_text_needs_more_mentions():
    hits = [(False, 200, 1.0)] * 6
    assert alone(*hits, words=5000) < alone(*hits, words=500) == alone(*hits, words=100)


@given(st.lists(HITS, max_size=10), HITS, st.integers(1, 5), st.integers(1, 2000), st.booleans(), st.floats(0, 5))
def test_a_further_hit_never_lowers_the_score(hits, further, distinct, words, headless, other):
    def scored(these):
        own = mass(these, distinct=distinct, words=words, headless=headless)
        return score(own, max(own, other))

    assert 0 <= scored(hits) <= scored([*hits, further]) <= 1
