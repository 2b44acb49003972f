from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from transforms.core.decide import decide
from transforms.core.deliveries import Head, Known, Notice, Outcome, Place, Ref, StoredVersion

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HEAD = Head(
    article_id="a",
    version="v1",
    text_from="page",
    content_hash="h1",
    words=200,
    date=date(2026, 4, 30),
    evidence_at=datetime(2026, 4, 30, 8, tzinfo=UTC),
    seen_at=NOW,
    source_version=None,
    updated_at=None,
    origin="in/one.html",
    url="https://example.org/one",
    source="Example",
    source_kind="page",
    hold="",
    language="en",
    topic_ids=("ceasefire",),
    keys=(),
    ref=Ref(path="d", offset=0, length=1),
)
STORED = StoredVersion(
    version="v1", stored_in="articles", date=date(2026, 4, 1), text_from="page", source_version=None, updated_at=None
)
NOTICE = Notice(
    notice_id="n1",
    article_id="a",
    provider="XYZ",
    item_id="1",
    kind="kill",
    source_version=2,
    text="Kill: wrong figures",
    at=NOW,
    seen_at=NOW,
    origin="in/kill.jsonl#1",
    source="XYZ",
    raw_address="",
)


def _decide(*known, copies=(), notices=(), recalled=()):
    return decide(known, copies=set(copies), notices=notices, recalled=dict.fromkeys(recalled, NOW))


def _rows(decision):
    return [(row.head.version, row.table, row.date) for row in decision.rows]


def _outcomes(decision):
    return sorted(counted.outcome for counted in decision.outcomes)


def test_first_delivery_is_new_in_the_partition_of_its_own_date_and_is_sighted():
    decision = _decide(Known(head=HEAD))
    assert _rows(decision) == [("v1", "articles", date(2026, 4, 30))]
    assert _outcomes(decision) == [Outcome.NEW]
    assert [(s.origin, s.version) for s in decision.sightings] == [("in/one.html", "v1")]


def test_the_same_again_is_unchanged_and_leaves_no_row_and_no_sighting():
    seen = Place(version="v1", source_version=None, updated_at=None)
    decision = _decide(Known(head=HEAD, stored=(STORED,), seen=seen))
    assert (_rows(decision), decision.sightings) == ([], ())
    assert _outcomes(decision) == [Outcome.UNCHANGED]


def test_the_same_at_another_place_is_unchanged_but_sighted():
    decision = _decide(Known(head=HEAD, stored=(STORED,)))
    assert _rows(decision) == []
    assert [s.origin for s in decision.sightings] == ["in/one.html"]
    assert _outcomes(decision) == [Outcome.UNCHANGED]


def test_a_place_that_goes_back_to_an_earlier_version_is_sighted_again():
    seen = Place(version="v2", source_version=None, updated_at=None)
    decision = _decide(Known(head=HEAD, stored=(STORED, replace(STORED, version="v2")), seen=seen))
    assert [s.version for s in decision.sightings] == ["v1"]


def test_a_changed_text_is_a_new_version_in_the_partition_of_the_first():
    decision = _decide(Known(head=replace(HEAD, version="v2"), stored=(STORED,)))
    assert _rows(decision) == [("v2", "articles", date(2026, 4, 1))]
    assert _outcomes(decision) == [Outcome.NEW_VERSION]


def test_twice_in_a_batch_is_one_row_and_repeated_once_and_seen_at_both_places():
    decision = _decide(Known(head=HEAD), Known(head=replace(HEAD, origin="in/two.html")))
    assert _rows(decision) == [("v1", "articles", date(2026, 4, 30))]
    assert _outcomes(decision) == [Outcome.NEW, Outcome.REPEATED]
    assert [s.origin for s in decision.sightings] == ["in/one.html", "in/two.html"]


def test_a_copy_goes_to_copies_but_a_new_version_of_a_published_article_stays_in_articles():
    assert _rows(_decide(Known(head=HEAD), copies=["v1"])) == [("v1", "copies", date(2026, 4, 30))]
    later = Known(head=replace(HEAD, version="v2"), stored=(STORED,))
    assert _rows(_decide(later, copies=["v2"])) == [("v2", "articles", date(2026, 4, 1))]


def test_poorer_evidence_never_stands_beside_richer():
    summary = replace(HEAD, version="s", text_from="summary", origin="in/feed.xml#1")
    together = _decide(Known(head=summary), Known(head=HEAD))
    assert _rows(together) == [("v1", "articles", date(2026, 4, 30))]
    assert _outcomes(together) == [Outcome.NEW, Outcome.REPEATED]
    after = _decide(Known(head=summary, stored=(STORED,)))
    assert (_rows(after), _outcomes(after)) == ([], [Outcome.UNCHANGED])


def test_richer_evidence_is_stored_beside_poorer():
    poorer = replace(STORED, version="s", text_from="summary")
    decision = _decide(Known(head=HEAD, stored=(poorer,)))
    assert _rows(decision) == [("v1", "articles", date(2026, 4, 1))]


def test_an_embargoed_item_is_held():
    decision = _decide(Known(head=replace(HEAD, hold="embargo")))
    assert _rows(decision) == [("v1", "held", date(2026, 4, 30))]
    assert _outcomes(decision) == [Outcome.HELD]


def test_a_kill_alone_is_a_recall_and_covers_what_comes_in_the_same_batch_or_later():
    alone = _decide(notices=[NOTICE])
    assert ([n.notice_id for n in alone.notices], _outcomes(alone)) == (["n1"], [Outcome.RECALL])
    together = _decide(Known(head=HEAD), notices=[NOTICE])
    assert _rows(together) == [("v1", "held", date(2026, 4, 30))]
    later = _decide(Known(head=HEAD, covered=True))
    assert _rows(later) == [("v1", "held", date(2026, 4, 30))]


def test_a_notice_twice_is_one_row_and_each_delivery_is_counted():
    twice = _decide(notices=[NOTICE, replace(NOTICE, origin="in/kill.jsonl#2")])
    assert len(twice.notices) == 1
    assert _outcomes(twice) == [Outcome.RECALL, Outcome.REPEATED]
    again = _decide(notices=[NOTICE], recalled={"n1"})
    assert (again.notices, _outcomes(again)) == ((), [Outcome.UNCHANGED])


def test_a_withheld_text_is_one_delivery():
    withheld = replace(NOTICE, kind="withhold", origin=HEAD.origin)
    decision = _decide(Known(head=replace(HEAD, hold="withheld")), notices=[withheld])
    assert _outcomes(decision) == [Outcome.HELD]
    assert [n.kind for n in decision.notices] == ["withhold"]


def test_a_withhold_covers_what_is_not_known_to_be_later():
    def tables(head, notice):
        return [row.table for row in _decide(Known(head=head), notices=[notice]).rows]

    notice = replace(NOTICE, kind="withhold", source_version=2, at=NOW)
    later, earlier = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    assert tables(replace(HEAD, source_version=3, updated_at=earlier), notice) == ["articles"]
    assert tables(replace(HEAD, source_version=1, updated_at=later), notice) == ["held"]
    assert tables(replace(HEAD, source_version=2, updated_at=later), notice) == ["articles"]
    assert tables(replace(HEAD, source_version=2, updated_at=NOW), notice) == ["held"]
    assert tables(replace(HEAD, updated_at=later), notice) == ["articles"]
    assert tables(HEAD, notice) == ["held"]
    assert tables(replace(HEAD, source_version=9, updated_at=later), replace(notice, kind="kill")) == ["held"]


def test_each_withhold_of_an_item_is_recorded():
    second = replace(NOTICE, notice_id="n2", kind="withhold", source_version=4)
    decision = _decide(notices=[second], recalled={"n1"})
    assert [notice.notice_id for notice in decision.notices] == ["n2"]
    assert _outcomes(decision) == [Outcome.RECALL]


def test_a_version_that_was_only_held_makes_a_row_when_it_may_be_shown():
    held = replace(STORED, stored_in="held")
    free = _decide(Known(head=HEAD, stored=(held,)))
    assert (_rows(free), _outcomes(free)) == ([("v1", "articles", date(2026, 4, 1))], [Outcome.NEW_VERSION])
    again = _decide(Known(head=replace(HEAD, hold="embargo"), stored=(held,)))
    assert (_rows(again), _outcomes(again)) == ([], [Outcome.UNCHANGED])
    late = _decide(Known(head=replace(HEAD, hold="embargo"), stored=(STORED,)))
    assert (_rows(late), _outcomes(late)) == ([], [Outcome.UNCHANGED])
    embargoed = replace(HEAD, hold="embargo", origin="in/a.html")
    together = _decide(Known(head=embargoed), Known(head=HEAD))
    assert (_rows(together), _outcomes(together)) == (
        [("v1", "articles", date(2026, 4, 30))],
        [Outcome.NEW, Outcome.REPEATED],
    )


def test_what_may_not_be_shown_yet_takes_no_place_from_what_may():
    summary = Known(head=replace(HEAD, version="s", text_from="summary", origin="in/feed.xml#1"))
    embargoed = Known(head=replace(HEAD, hold="embargo"))
    assert _rows(_decide(summary, embargoed)) == [
        ("s", "articles", date(2026, 4, 30)),
        ("v1", "held", date(2026, 4, 30)),
    ]
    held = replace(STORED, stored_in="held")
    assert _rows(_decide(replace(summary, stored=(held,)))) == [("s", "articles", date(2026, 4, 1))]


DELIVERIES = st.lists(
    st.builds(
        lambda version, text_from, origin, updated: Known(
            head=replace(HEAD, version=version, text_from=text_from, origin=origin, updated_at=updated)
        ),
        st.sampled_from(["v1", "v2", "v3"]),
        st.sampled_from(["summary", "content", "page"]),
        st.sampled_from(["x", "y"]),
        st.sampled_from([None, NOW]),
    ),
    min_size=1,
    max_size=6,
)


@given(DELIVERIES, st.randoms())
def test_the_order_of_deliveries_does_not_matter_and_each_is_counted(deliveries, random):
    shuffled = list(deliveries)
    random.shuffle(shuffled)
    one, other = _decide(*deliveries), _decide(*shuffled)
    assert _rows(one) == _rows(other)
    assert _outcomes(one) == _outcomes(other)
    assert set(one.sightings) == set(other.sightings)
    assert len(one.outcomes) == len(deliveries)
    assert len({(row.head.version) for row in one.rows}) == len(one.rows)


LATER = NOW + timedelta(minutes=15)


def _at_feed(version, seen_at, **more):
    return Known(head=replace(HEAD, version=version, origin="https://site.example/feed", seen_at=seen_at), **more)


def test_a_place_that_is_polled_is_sighted_when_it_moves_and_each_time_it_does():
    polls = [_at_feed("v1", NOW), _at_feed("v2", LATER), _at_feed("v1", LATER + timedelta(minutes=15))]
    sightings = _decide(*polls).sightings
    assert [(s.version, s.seen_at) for s in sightings] == [("v1", NOW), ("v2", LATER), ("v1", polls[2].head.seen_at)]


def test_a_place_that_is_polled_and_did_not_move_is_not_sighted_again():
    assert len(_decide(_at_feed("v1", NOW), _at_feed("v1", LATER)).sightings) == 1


def test_a_feed_that_names_an_article_twice_shows_the_greater_state_and_does_not_take_turns():
    twice = [_at_feed("v1", NOW), _at_feed("v2", NOW)]
    (sighting,) = _decide(*twice).sightings
    assert sighting.version == "v2"
    seen = Place(version="v2", source_version=None, updated_at=None, seen_at=NOW)
    again = [_at_feed(version, LATER, seen=seen, stored=(STORED,)) for version in ("v1", "v2")]
    assert _decide(*again).sightings == ()


def test_what_was_polled_before_is_held_against_what_a_place_showed_then():
    """Read again, rounds that are published tell nothing new, though the place has moved since."""
    then = Place(version="v1", source_version=None, updated_at=None, seen_at=NOW)
    between = Place(version="v2", source_version=None, updated_at=None, seen_at=NOW + timedelta(minutes=5))
    again = _decide(_at_feed("v1", NOW, seen=then), _at_feed("v2", LATER, seen=between))
    assert again.sightings == ()


def test_of_one_version_that_was_polled_twice_the_row_is_the_earlier():
    first, second = _at_feed("v1", NOW), _at_feed("v1", LATER)
    assert [row.head.seen_at for row in _decide(second, first).rows] == [NOW]


def test_of_two_entries_alike_in_one_feed_the_row_is_the_first():
    first, second = _at_feed("v1", NOW), _at_feed("v1", NOW)
    second = replace(second, head=replace(second.head, number=1))
    assert [row.head.number for row in _decide(second, first).rows] == [0]


def test_a_withheld_text_hides_no_other_notice_of_its_place():
    notice = replace(NOTICE, origin=HEAD.origin)
    assert _outcomes(_decide(Known(head=HEAD), notices=[notice])) == [Outcome.HELD, Outcome.RECALL]


def test_a_notice_counts_from_when_it_was_first_delivered():
    early = replace(NOTICE, seen_at=NOW - timedelta(hours=1))
    for notices in ([NOTICE, early], [early, NOTICE]):
        decision = _decide(notices=notices)
        assert decision.notices == (early,)
        assert _outcomes(decision) == [Outcome.RECALL, Outcome.REPEATED]
    assert _decide(notices=[early], recalled=["n1"]).notices == (early,)
    assert _decide(notices=[NOTICE], recalled=["n1"]).notices == ()


def test_a_notice_of_the_same_batch_covers_what_was_delivered_before_it():
    withhold = replace(NOTICE, kind="withhold", source_version=None, at=None)
    seen = (HEAD.seen_at, HEAD.seen_at + timedelta(hours=1))
    tables = [
        _rows(_decide(Known(head=replace(HEAD, seen_at=at)), notices=[replace(withhold, seen_at=HEAD.seen_at)]))[0][1]
        for at in seen
    ]
    assert tables == ["held", "articles"]


def test_a_place_tells_that_it_has_a_version_from_richer_evidence():
    seen = Place(version="v1", source_version=HEAD.source_version, updated_at=HEAD.updated_at)
    for text_from, told in (("summary", 1), ("page", 0)):
        stored = replace(STORED, text_from=text_from)
        decision = _decide(Known(head=replace(HEAD, text_from="page"), stored=(stored,), seen=seen))
        assert (_rows(decision), len(decision.sightings)) == ([], told)


def test_a_sighting_says_what_evidence_it_is():
    (sighting,) = _decide(Known(head=replace(HEAD, agency="NPB", text_from="content"))).sightings
    published = HEAD.evidence_at if HEAD.evidence_at != HEAD.seen_at else None
    assert (sighting.text_from, sighting.agency, sighting.published_at) == ("content", "NPB", published)
    (undated,) = _decide(Known(head=replace(HEAD, evidence_at=HEAD.seen_at))).sightings
    assert undated.published_at is None
