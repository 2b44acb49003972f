"""Where a story came from, and what each outlet made of it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from transforms.core.deliveries import Link
from transforms.core.identity import content_hash
from transforms.core.syndication import Telling, syndicate
from transforms.core.verify import Text, verify

FIRST = """At least 12 people were killed when the lower gate of the dam gave way on Saturday, the civil defence said.

Some 3,400 families were moved to schools on higher ground before dusk, and most of the winter wheat was lost.

"We heard it before we saw it," said Nadia Qasr, who has kept the sluice book for nineteen years."""
SECOND = FIRST.replace("12 people", "21 people")
ADDED = "The ministry of water had closed the road to the dam in the spring, residents of the valley told this paper."
NOON = datetime(2026, 2, 21, 12, tzinfo=UTC)


def telling(name, text=FIRST, *, source="", credits=(), hour=0, number=1, title="Dam gate gives way"):  # noqa: A002
    return Telling(
        article_id=name,
        version=f"v{number}",
        number=number,
        source=source,
        credits=credits,
        title=title,
        text=text,
        content_hash=content_hash(text),
        evidence_at=NOON + timedelta(hours=hour),
    )


AGENCY = [
    telling("agency", source="LWS", credits=("LWS",)),
    telling("agency", SECOND, source="LWS", credits=("LWS",), hour=2, number=2),
]


def test_the_agency_that_others_credit_is_the_origin_though_its_item_came_last():
    late = [telling("agency", source="LWS", credits=("LWS",), hour=9)]
    post = telling("post", source="Post", credits=("L.W.S.", ""), hour=1)
    herald = telling("herald", source="Herald", credits=("Herald",), hour=0)
    origin = syndicate([post, herald, *late], []).origin
    assert (origin.agency, origin.article_id, origin.is_own) == ("LWS", "agency", True)
    assert origin.reason == "its own item; credited by 1 of 2 others"


def test_a_credit_counts_without_the_agencys_item():
    told = [
        telling("herald", source="Herald", credits=("NPB",)),
        telling("post", source="Post", credits=("LWS",), hour=1),
        telling("ledger", source="Ledger", credits=("LWS",), hour=2),
    ]
    origin = syndicate(told, []).origin
    assert (origin.agency, origin.article_id, origin.is_own) == ("LWS", "post", False)
    assert origin.reason == "credited by 2 of 3; its own item is not here"


def test_what_a_source_says_of_itself_is_no_credit():
    told = [
        telling("herald", source="Herald", credits=("Herald",), hour=1),
        telling("post", source="Post", credits=("Post",)),
    ]
    origin = syndicate(told, []).origin
    assert (origin.agency, origin.article_id) == ("", "post")
    assert origin.reason == "no agency is credited; its evidence is the earliest"


def test_a_known_agency_is_the_origin_though_nobody_credits_it():
    told = [telling("herald", source="Herald"), telling("wire", source="Reuters", credits=("Reuters",), hour=3)]
    origin = syndicate(told, []).origin
    assert (origin.agency, origin.article_id, origin.reason) == ("Reuters", "wire", "Reuters is a news agency")


def test_each_outlet_is_compared_with_the_version_that_it_copied():
    before = telling("post", source="Post", credits=("LWS",), hour=1, title="Dam bursts")
    after = telling("ledger", f"{SECOND}\n\n{ADDED}", source="Ledger", credits=("LWS",), hour=3)
    post, ledger = syndicate([*AGENCY, before, after], []).outlets
    assert (post.copied_id, post.copied_version, post.copied, post.taken) == ("agency", "v1", 1.0, 1.0)
    assert post.changes == ("title",)
    assert post.difference.line() == "title"
    assert (ledger.copied_version, ledger.taken, ledger.changes) == ("v2", 1.0, ("extended",))
    assert 0.7 < ledger.copied < 0.85
    assert [part.text for part in ledger.difference.added] == [ADDED]


def test_shares_are_those_of_the_links_either_way_round():
    cut = telling("a-cut", FIRST.partition("\n\n")[0], source="Post", credits=("LWS",), hour=1)
    link = Link(
        a_article_id="a-cut",
        a_version="v1",
        b_article_id="agency",
        b_version="v1",
        jaccard=0.3,
        containment_a=0.99,
        containment_b=0.33,
        changes=("extended", "title"),
    )
    (outlet,) = syndicate([*AGENCY, cut], [link]).outlets
    assert (outlet.copied, outlet.taken, outlet.changes) == (0.99, 0.33, ("cut", "title"))
    assert outlet.difference.line() == "2 paragraphs removed"


def test_the_last_version_of_an_outlet_counts():
    stale = telling("post", source="Post", credits=("LWS",), hour=1)
    fresh = telling("post", SECOND, source="Post", credits=("LWS",), hour=3, number=2)
    (outlet,) = syndicate([fresh, *AGENCY, stale], []).outlets
    assert (outlet.version, outlet.copied_version, outlet.difference) == ("v2", "v2", None)


def test_who_agrees_with_no_version_of_the_origins_is_compared_with_whom_it_is_linked_to():
    middle = telling("post", f"{SECOND}\n\n{ADDED}", source="Post", credits=("LWS",), hour=1)
    other = telling("herald", ADDED, source="Herald", hour=4)
    assert verify(Text(title="", text=SECOND), Text(title="", text=ADDED)) is None
    link = Link(
        a_article_id="herald",
        a_version="v1",
        b_article_id="post",
        b_version="v1",
        jaccard=0.2,
        containment_a=1.0,
        containment_b=0.25,
        changes=("extended",),
    )
    _, outlet = syndicate([*AGENCY, middle, other], [link]).outlets
    assert (outlet.article_id, outlet.copied_id, outlet.copied, outlet.changes) == ("herald", "post", 1.0, ("cut",))
    _, outlet = syndicate([*AGENCY, middle, other], []).outlets
    assert (outlet.copied_id, outlet.copied, outlet.difference) == ("", 0.0, None)


def test_an_article_alone_is_its_own_origin():
    told = syndicate([telling("post", source="Post")], [])
    assert (told.origin.article_id, told.origin.reason, told.outlets) == ("post", "no other article tells it", ())


@given(st.permutations([*AGENCY, *(telling(n, source=n.title(), credits=("LWS",), hour=1) for n in ("a", "b", "c"))]))
def test_the_order_of_the_tellings_does_not_matter(tellings):
    told = syndicate(tellings, [])
    assert told.origin.article_id == "agency"
    assert [outlet.article_id for outlet in told.outlets] == ["a", "b", "c"]
