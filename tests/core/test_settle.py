from datetime import UTC, datetime, timedelta

import pytest

from schemas.rules import load_rules
from transforms.core.errors import Refused
from transforms.core.furniture import ACTIVE, AT_HEAD, QUOTED, SURE, HostProfile, blocks_of
from transforms.core.records import Dated, Item, Reason
from transforms.core.settle import settle
from transforms.core.tagging import Tagging

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def settled():
    tagging = Tagging(load_rules())

    def settled(profiles=None, **said):
        known = {"origin": "in/a.jsonl#1", "source_kind": "wire", "title": "Ferry sails", "text": "It sailed."}
        return settle(Item(**known | said), now=NOW, tagging=tagging, speaks_for=lambda _: True, profiles=profiles)

    return settled


@pytest.mark.parametrize(
    "embargoed",
    [
        "01/02/2026",  # January or February
        "2026",
        "February 2026",
        "until 18.00 on 1 June",  # 18 is no year
        "Not before 06:00 GMT",
        "1 June",
        "true",
        "after the speech",
        "2026-13-45",
    ],
)
def test_an_embargo_that_cannot_be_read_to_the_day_holds_for_ever(settled, embargoed):
    found = settled(embargoed=embargoed)
    assert (found.hold, found.draft.article.embargoed_until) == ("embargo", None)


@pytest.mark.parametrize(
    ("embargoed", "hold", "until"),
    [
        ("2026-06-01T00:01:00+01:00", "embargo", datetime(2026, 5, 31, 23, 1, tzinfo=UTC)),
        ("2027-01-01T00:30:00+03:00", "embargo", datetime(2026, 12, 31, 21, 30, tzinfo=UTC)),
        ("20260601T000100Z", "embargo", datetime(2026, 6, 1, 0, 1, tzinfo=UTC)),
        ("1 June 2026 at 6am", "embargo", datetime(2026, 6, 1, 6, tzinfo=UTC)),
        ("١ يونيو ٢٠٢٦", "embargo", datetime(2026, 6, 1, tzinfo=UTC)),
        ("1780272000", "embargo", datetime(2026, 6, 1, tzinfo=UTC)),
        ("2026-02-01", "", datetime(2026, 2, 1, tzinfo=UTC)),
        ("", "", None),
    ],
)
def test_an_embargo_holds_until_its_time(settled, embargoed, hold, until):
    found = settled(embargoed=embargoed)
    assert (found.hold, found.draft.article.embargoed_until) == (hold, until)


@pytest.mark.parametrize("at", [NOW + timedelta(days=2), datetime(1850, 1, 1, tzinfo=UTC)])
def test_a_time_of_change_that_cannot_be_is_none(settled, at):
    """A clock that is years ahead would hide every later version, and a withhold from it would cover them."""
    assert settled(updated_at=at).draft.article.updated_at is None
    assert settled(updated_at=at, pubstatus="withheld", provider="NPB").notice.at is None
    assert settled(updated_at=NOW).draft.article.updated_at == NOW


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_a_recall_that_does_not_say_whose_item_it_recalls_is_refused(settled, status):
    with pytest.raises(Refused) as refused:
        settled(pubstatus=status)
    assert refused.value.reason is Reason.NOT_AUTHORISED


def test_what_was_received_at_a_known_time_was_seen_then_whenever_it_is_read(settled):
    received = NOW - timedelta(days=400)
    said = {
        "seen_at": received,
        "published": Dated(at=received + timedelta(days=2), precision="second", raw="x", taken_from="y"),
        "updated_at": received + timedelta(days=2),
    }
    article = settled(**said).draft.article
    assert (article.first_seen_at, article.published_at, article.updated_at) == (received, None, None)
    assert settled().draft.article.first_seen_at == NOW


def test_an_embargo_is_judged_by_the_clock_of_the_batch(settled):
    assert settled(seen_at=NOW - timedelta(days=400), embargoed="2026-02-01").hold == ""


@pytest.mark.parametrize("said", [{"not_for_publication": True}, {"ednote": "ADVISORY: not for publication"}])
def test_an_advisory_is_held_for_good_and_recalls_nothing(settled, said):
    found = settled(**said, provider="NPB", embargoed="2026-02-01T00:00:00Z")
    assert (found.hold, found.draft.article.embargoed_until, found.notice) == ("advisory", None, None)
    assert settled(**said, provider="NPB", pubstatus="withheld").hold == "withheld"


def test_a_withhold_without_version_and_time_is_another_one_at_another_place(settled):
    def notice_id(**said):
        return settled(provider="NPB", item_id="1", **said).notice.notice_id

    bare = [notice_id(pubstatus="withheld", origin=origin) for origin in ("x", "y", "x")]
    assert (bare[0] != bare[1], bare[0] == bare[2]) == (True, True)
    for more in ({"source_version": 2}, {"updated_at": NOW}, {"pubstatus": "canceled"}):
        assert len({notice_id(**{"pubstatus": "withheld", "origin": origin} | more) for origin in ("x", "y")}) == 1


def test_an_impossible_date_gives_way_to_the_next_evidence(settled):
    ahead = Dated(at=NOW + timedelta(days=40), precision="day", raw="40 days on", taken_from="meta date")
    known = Dated(at=NOW - timedelta(days=2), precision="minute", raw="2 days ago", taken_from="time")

    article = settled(published=ahead, dated_also=(known,)).draft.article
    none = settled(published=ahead, dated_also=(ahead,)).draft.article

    assert (article.published_at, article.published_from) == (known.at, "time")
    assert (none.published_at, none.published_precision, none.published_raw) == (None, "none", "40 days on")


def test_the_date_of_a_dateline_counts_where_it_names_a_year_and_nothing_else_says_when(settled):
    text = "PARIS, 14 Sept 2018 (AFP) - The ferry sailed again."
    page = Dated(at=NOW, precision="day", raw="today", taken_from="time")

    assert settled(text=text).draft.article.published_from == "dateline"
    assert settled(text=text).draft.article.published_at == datetime(2018, 9, 14, tzinfo=UTC)
    assert settled(text=text.replace(" 2018", "")).draft.article.published_at is None
    assert settled(text=text, published=page).draft.article.published_from == "time"


@pytest.mark.parametrize("said", [{"language_hint": "da"}, {"source_language": "da-DK"}])
def test_what_document_and_source_say_of_the_language_tips_the_balance(settled, said):
    open_text = {"title": "", "text": "De kom til festen sammen"}
    assert settled(**open_text, **said).draft.article.language == "da"
    assert settled(**open_text, **dict.fromkeys(said, "nb")).draft.article.language == "no"
    assert settled(title="", text="They came to the party together", **said).draft.article.language == "en"


def test_pages_that_differ_by_furniture_compare_alike_though_the_outlet_has_a_word_of_the_title(settled):
    banner = "Our newsroom lives on gifts of those who read it: give what you can, and keep reporters at their desks."
    lead = "The ferry Aurelia ran aground off Thornwick early on Tuesday with ninety passengers on board, it was said."
    about = "The Thornwick Ledger lives on gifts. Its reporters answer to nobody. Its newsroom is not for sale, ever."
    states = {banner: ACTIVE | AT_HEAD | SURE, lead: ACTIVE | QUOTED, about: ACTIVE | QUOTED}
    known = {key: state for line, state in states.items() for key in blocks_of(line).keys}
    page = {"source_kind": "page", "text_from": "page", "url": "https://ledger.example/1", "source": "Thornwick Ledger"}
    with_banner, without = (
        settled(
            {"ledger.example": HostProfile(furniture=known, changed=3, pages=9)},
            **page,
            title="Thornwick ferry runs aground",
            text="\n\n".join(lines),
        )
        for lines in ([banner, lead, about], [lead, about])
    )
    assert without.draft.article.text == lead
    assert with_banner.draft.article.text == f"{lead}\n\n{about}"  # the banner tells of a newsroom, too
    assert with_banner.compared == without.compared == without.draft.article.version
