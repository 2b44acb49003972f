"""When feeds are asked: what each answer does to the schedule, and what holds whatever happens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.core.feedwords import is_silent, state_in_words
from transforms.core.polling import FeedHints, FeedSettings, FeedSurvey, Outcome, Request, SurveyedEntry
from transforms.core.schedule import LONGEST_S, FeedState, after, as_of, conditional, due_at, first_state, is_due
from transforms.core.waits import RETRY_AFTER_S

URL = "https://news.example.org/rss"
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLAIN = FeedSettings(url=URL)
#: What is told of an outcome when nothing else is said.
STATUS = {
    Outcome.FETCHED: 200,
    Outcome.SAME: 200,
    Outcome.NOT_MODIFIED: 304,
    Outcome.MISSING: 404,
    Outcome.GONE: 410,
    Outcome.FORBIDDEN: 403,
    Outcome.LIMITED: 429,
    Outcome.SERVER_ERROR: 503,
    Outcome.REDIRECTED: 301,
}


def request(outcome=Outcome.FETCHED, at=NOON, **more):
    said = {"request_id": "1-1", "purpose": "feed", "url": URL, "host": "news.example.org", "feed_url": URL}
    return Request(**{**said, "started_at": at, "outcome": outcome, "status": STATUS.get(outcome), **more})


def survey(*dates, **more):
    entries = tuple(
        SurveyedEntry(key=f"{date}", article_id="", url="", title="", has_text=True, published_at=date)
        for date in dates
    )
    return FeedSurvey(form="rss", entries=entries, **more)


def ask(state=None, outcome=Outcome.FETCHED, *, at=NOON, of=None, fresh=0, feed=PLAIN, seed="1", now=None, **more):
    """The state after one ask of one hop."""
    state = state or first_state(feed, at)
    return after(state, feed, [request(outcome, at, **more)], of, fresh, now=now or at, seed=seed)


def asks(state, outcome, times, *, every=None, **more):
    """The state after so many asks, each when it is due or `every` so often."""
    for _ in range(times):
        at = state.next_at if every is None else state.last_asked_at + every
        state = ask(state, outcome, at=at, **more)
    return state


def wait(state):
    """Seconds to the next ask, before they are spread."""
    return state.interval_s


@pytest.fixture
def well():
    """A feed that was asked once, at noon, and gave a document with both validators."""
    return ask(of=survey(title="The News"), etag='W/"a"', last_modified="yesterday-ish", body_hash="h1")


def test_a_new_feed_is_due_at_once_and_then_not_for_half_an_hour():
    new = first_state(PLAIN, NOON)
    assert is_due(new, PLAIN, NOON)
    assert (new.address, new.last_asked_at) == (URL, None)
    asked = ask(new, of=survey())
    assert (wait(asked), asked.interval_from) == (1_800, "default")
    assert not is_due(asked, PLAIN, NOON + 29 * MINUTE)
    assert is_due(asked, PLAIN, NOON + 34 * MINUTE)
    assert asked.next_at == due_at(asked, PLAIN)


def test_the_state_survives_json(well):
    assert msgspec.json.decode(msgspec.json.encode(well), type=FeedState) == well


@pytest.mark.parametrize(
    ("more", "of", "feed", "expected"),
    [
        ({}, {}, {"interval_s": 7_200}, (7_200, "yours")),
        ({}, {"ttl_s": 5_400}, {}, (5_400, "ttl")),
        ({}, {"ttl_s": 10**9}, {}, (86_400, "ttl")),
        ({}, {"update_period_s": 43_200}, {}, (43_200, "update period")),
        ({"cache_control": "public, Max-Age=7200"}, {}, {}, (7_200, "max-age")),
        ({"cache_control": 'max-age="7200", max-age=9000'}, {}, {}, (7_200, "max-age")),
        ({"cache_control": "max-age=7200", "age_s": 3_000}, {}, {}, (4_200, "max-age")),
        ({"cache_control": "max-age=7200", "age_s": 9_000}, {}, {}, (1_800, "default")),
        ({"cache_control": "max-age=31536000, immutable"}, {}, {}, (86_400, "max-age")),
        ({"cache_control": "max-age=7200"}, {}, {"ignore_http_cache": True}, (1_800, "default")),
        ({"cache_control": "max-age=7200, no-cache"}, {}, {}, (1_800, "default")),
        ({"cache_control": "no-store"}, {}, {}, (1_800, "default")),
        ({"cache_control": "max-age=-1"}, {}, {}, (1_800, "default")),
        ({"cache_control": "max-age=soon,,=,"}, {}, {}, (1_800, "default")),
        ({"cache_control": "s-maxage=9000"}, {}, {}, (1_800, "default")),
        ({"expires_at": NOON + 2 * HOUR}, {}, {}, (7_200, "max-age")),
        ({"expires_at": NOON + 2 * HOUR, "cache_control": "max-age=2400"}, {}, {}, (2_400, "max-age")),
        ({"expires_at": NOON - HOUR}, {}, {}, (1_800, "default")),
        ({"expires_at": NOON + 900 * DAY}, {}, {}, (86_400, "max-age")),
        ({"retry_after_s": 5_400}, {}, {}, (5_400, "retry-after")),
        ({"retry_after_s": 3_000_000}, {}, {}, (RETRY_AFTER_S, "retry-after")),
        ({"retry_after_s": 5_400}, {"ttl_s": 6_000}, {"interval_s": 6_600}, (6_600, "yours")),
        ({"retry_after_s": 5_400}, {"ttl_s": 6_000}, {"interval_s": 60}, (6_000, "ttl")),
    ],
)
def test_the_longest_of_all_wishes_counts(more, of, feed, expected):
    feed = replace(PLAIN, **feed)
    asked = ask(of=survey(hints=FeedHints(**of)), feed=feed, **more)
    assert (wait(asked), asked.interval_from) == expected


def test_hints_hold_until_another_document_gives_others():
    asked = ask(of=survey(hints=FeedHints(ttl_s=7_200)))
    unchanged = asks(asked, Outcome.NOT_MODIFIED, 1)
    assert (wait(unchanged), unchanged.interval_from) == (7_200, "ttl")
    changed = ask(unchanged, at=unchanged.next_at, of=survey())
    assert changed.interval_from != "ttl"


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        ({"skip_hours": (12, 13, 14)}, datetime(2026, 3, 4, 15, tzinfo=UTC)),
        ({"skip_days": (2, 3)}, datetime(2026, 3, 6, tzinfo=UTC)),
        ({"skip_days": (2,), "skip_hours": (0, 1)}, datetime(2026, 3, 5, 2, tzinfo=UTC)),
        ({"skip_days": (0, 1, 2, 4, 5, 6), "skip_hours": tuple(range(23))}, datetime(2026, 3, 5, 23, tzinfo=UTC)),
    ],
)
def test_skipped_hours_and_days_are_not_asked_in(hints, expected):
    asked = ask(of=survey(hints=FeedHints(**hints)))
    assert (asked.next_at, asked.interval_from) == (expected, "skip")


def test_what_failed_is_tried_again_in_skipped_hours_too():
    failed = ask(ask(of=survey(hints=FeedHints(skip_hours=(12, 13)))), Outcome.TIMED_OUT, at=NOON + 2 * HOUR)
    later = ask(failed, Outcome.TIMED_OUT, at=NOON + DAY)
    assert later.next_at < NOON + DAY + 12 * MINUTE


@pytest.mark.parametrize("hints", [{"skip_hours": tuple(range(24))}, {"skip_days": tuple(range(7))}])
def test_skipping_everything_is_not_believed(hints):
    assert ask(of=survey(hints=FeedHints(**hints))).interval_from == "default"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.SERVER_ERROR, [300, 600, 1_200, 2_400]),
        (Outcome.TIMED_OUT, [300, 600]),
        (Outcome.UNREACHABLE, [300, 600]),
        (Outcome.UNRESOLVED, [300, 600]),
        (Outcome.BROKEN, [300, 600]),
        (Outcome.LIMITED, [3_600, 7_200]),
        (Outcome.MISSING, [3_600, 7_200, 14_400]),
        (Outcome.FORBIDDEN, [7_200, 14_400]),
        (Outcome.REFUSED, [3_600, 7_200]),
        (Outcome.INSECURE, [3_600, 7_200]),
        (Outcome.BAD_ADDRESS, [3_600, 7_200]),
        (Outcome.BAD_REDIRECT, [3_600, 7_200]),
        (Outcome.TOO_LARGE, [3_600, 7_200]),
    ],
)
def test_each_kind_of_failure_has_its_own_patience(well, outcome, expected):
    state, waits = well, []
    for _ in expected:
        state = asks(state, outcome, 1)
        waits.append(wait(state))
    assert waits == expected
    assert (state.interval_from, state.failures, state.failed) == ("failures", len(expected), len(expected))


@pytest.mark.parametrize(
    ("outcome", "most"), [(Outcome.TIMED_OUT, DAY), (Outcome.MISSING, 7 * DAY), (Outcome.FORBIDDEN, 3 * DAY)]
)
def test_failures_never_silence_a_feed_for_good(well, outcome, most):
    assert wait(asks(well, outcome, 50)) == most.total_seconds()


def test_one_answer_ends_the_back_off(well):
    failed = asks(well, Outcome.TIMED_OUT, 5)
    back = asks(failed, Outcome.NOT_MODIFIED, 1)
    assert (back.failures, back.failed, back.interval_from) == (0, 5, "default")
    assert wait(asks(back, Outcome.TIMED_OUT, 1)) == 300


def test_a_failure_keeps_what_is_known_of_the_document(well):
    failed = ask(well, Outcome.SERVER_ERROR, at=well.next_at, etag='"of the error page"', detail="503, busy")
    kept = ("etag", "last_modified", "body_hash", "title", "last_answer_at", "last_full_at", "hints")
    assert [getattr(failed, name) for name in kept] == [getattr(well, name) for name in kept]
    assert (failed.last_outcome, failed.last_detail) == (Outcome.SERVER_ERROR, "503, busy")


def test_a_failure_does_not_make_a_feed_asked_more_often_than_its_user_wants(well):
    feed = replace(PLAIN, interval_s=3_000)
    failed = ask(well, Outcome.TIMED_OUT, feed=feed, at=well.next_at)
    assert (wait(failed), failed.interval_from) == (3_000, "yours")


@pytest.mark.parametrize(
    ("outcome", "retry_after_s", "expected"),
    [
        (Outcome.LIMITED, 120, (300, "failures")),
        (Outcome.LIMITED, 1_200, (1_200, "retry-after")),
        (Outcome.LIMITED, 86_400, (86_400, "retry-after")),
        (Outcome.LIMITED, 10**9, (RETRY_AFTER_S, "retry-after")),
        (Outcome.LIMITED, 0, (3_600, "failures")),
        (Outcome.LIMITED, None, (3_600, "failures")),
        (Outcome.SERVER_ERROR, 7_200, (7_200, "retry-after")),
        (Outcome.SERVER_ERROR, -5, (300, "failures")),
    ],
)
def test_retry_after_is_never_shortened(well, outcome, retry_after_s, expected):
    failed = ask(well, outcome, at=well.next_at, retry_after_s=retry_after_s)
    assert (wait(failed), failed.interval_from) == expected
    assert failed.next_at >= well.next_at + timedelta(seconds=expected[0])


def test_gone_stops_the_feed_and_says_so(well):
    gone = ask(well, Outcome.GONE, at=NOON + DAY)
    assert gone.stopped == "gone since 2026-03-05 (410)"
    assert not is_due(gone, PLAIN, NOON + 900 * DAY)
    assert state_in_words(gone, PLAIN, NOON + 2 * DAY) == "gone since 2026-03-05 (410)"


def test_a_document_that_is_no_feed_is_a_failure_that_keeps_the_last_good_one(well):
    login = ask(well, of=FeedSurvey(fault="a page, not a feed: Sign in"), at=well.next_at, etag='"login"')
    assert (login.etag, login.failures, login.last_detail) == ('W/"a"', 1, "a page, not a feed: Sign in")
    assert (wait(login), login.interval_from) == (1_800, "failures")
    again = ask(login, of=FeedSurvey(fault="a page, not a feed: Sign in"), at=login.next_at)
    assert wait(again) == 3_600
    said = state_in_words(again, PLAIN, again.last_asked_at)
    assert said.startswith("failed 2 times, last: a page, not a feed: Sign in; again in ")


def test_an_ask_that_a_crash_cut_short_counts_as_asked_and_as_nothing_else(well):
    cut = ask(well, Outcome.ABANDONED, at=well.next_at)
    assert (cut.failures, cut.failed, cut.asks) == (0, 0, 2)
    assert cut.next_at >= well.next_at + timedelta(seconds=wait(well))
    assert cut.etag == well.etag


def test_nothing_asked_changes_nothing(well):
    assert after(well, PLAIN, [], None, 0, now=NOON + DAY, seed="2") is well


def test_a_round_finished_days_later_counts_from_when_the_feed_was_asked(well):
    at = well.next_at
    late = ask(well, Outcome.NOT_MODIFIED, at=at, duration_ms=2_000, now=at + 3 * DAY)
    assert late.last_asked_at == at + timedelta(seconds=2)
    assert is_due(late, PLAIN, at + 3 * DAY)


# -- validators


def test_validators_go_back_as_they_came(well):
    assert conditional(well, PLAIN, NOON + HOUR) == ('W/"a"', "yesterday-ish")
    assert conditional(first_state(PLAIN, NOON), PLAIN, NOON) == ("", "")
    assert conditional(well, replace(PLAIN, ignore_http_cache=True), NOON + HOUR) == ("", "")


def test_a_304_may_give_a_new_validator_and_need_not_repeat_the_old_one(well):
    silent = asks(well, Outcome.NOT_MODIFIED, 1)
    assert (silent.etag, silent.last_modified, silent.body_hash) == ('W/"a"', "yesterday-ish", "h1")
    assert asks(well, Outcome.NOT_MODIFIED, 1, etag='W/"b"').etag == 'W/"b"'


def test_a_document_without_validators_leaves_none(well):
    assert conditional(ask(well, at=NOON + HOUR, of=survey()), PLAIN, NOON + 2 * HOUR) == ("", "")


def test_a_feed_that_says_304_for_ever_is_asked_in_full_now_and_then(well):
    often = asks(well, Outcome.NOT_MODIFIED, 19, every=2 * HOUR)
    assert conditional(often, PLAIN, often.next_at) != ("", "")
    enough = asks(often, Outcome.NOT_MODIFIED, 1, every=2 * HOUR)
    assert conditional(enough, PLAIN, enough.next_at) == ("", "")
    whole = ask(enough, Outcome.SAME, at=enough.next_at, etag='W/"a"')
    assert conditional(whole, PLAIN, whole.next_at) == ('W/"a"', "")


def test_not_sooner_than_after_a_day_and_not_later_than_after_a_week(well):
    quick = asks(well, Outcome.NOT_MODIFIED, 40, every=30 * MINUTE)
    assert conditional(quick, PLAIN, NOON + 21 * HOUR) != ("", "")
    assert conditional(quick, PLAIN, NOON + 25 * HOUR) == ("", "")
    slow = asks(well, Outcome.NOT_MODIFIED, 3, every=2 * DAY)
    assert conditional(slow, PLAIN, NOON + 6 * DAY) != ("", "")
    assert conditional(slow, PLAIN, NOON + 7 * DAY) == ("", "")


def test_validators_that_stay_while_entries_change_are_found_out(well):
    once = ask(well, at=NOON + HOUR, of=survey(), fresh=2, etag='W/"a"', last_modified="yesterday-ish")
    assert conditional(once, PLAIN, NOON + 2 * HOUR) != ("", "")
    twice = ask(once, at=NOON + 2 * HOUR, of=survey(), fresh=2, etag='W/"a"', last_modified="yesterday-ish")
    assert conditional(twice, PLAIN, NOON + 3 * HOUR) == ("", "")


def test_the_same_bytes_are_no_news(well):
    same = asks(well, Outcome.SAME, 1, body_hash="h1")
    assert (same.last_new_at, same.not_modified, same.last_full_at) == (well.last_new_at, 0, same.last_asked_at)


# -- moves


def moved(state, to, *, at, status=301, outcome=Outcome.NOT_MODIFIED):
    hops = [
        request(Outcome.REDIRECTED, at, url=state.address, status=status, location=to),
        request(outcome, at, url=to, etag='W/"a"'),
    ]
    return after(state, PLAIN, hops, None, 0, now=at, seed="1")


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_move_is_believed_when_it_repeats_for_a_day(well, status):
    new = "https://feeds.example.org/rss"
    state = well
    for hours in (1, 12, 24):
        state = moved(state, new, at=NOON + hours * HOUR, status=status)
        assert state.address == URL
    state = moved(state, new, at=NOON + 25 * HOUR, status=status)
    assert (state.address, state.url, state.moved_to, state.moved_times) == (new, URL, "", 0)
    assert conditional(state, PLAIN, NOON + 26 * HOUR)[0] == 'W/"a"'


def test_a_move_to_another_domain_takes_ten_times_and_a_week(well):
    new, state, hours = "https://elsewhere.example.com/rss", well, 0
    while state.address == URL:
        hours += 12
        state = moved(state, new, at=NOON + hours * HOUR)
    assert hours == 12 + 7 * 24
    assert state.requests == 1 + 2 * 15


def test_a_move_is_not_believed_for_having_been_said_twice_long_ago(well):
    new = "https://feeds.example.org/rss"
    twice = moved(moved(well, new, at=NOON + HOUR), new, at=NOON + 5 * DAY)
    assert (twice.address, twice.moved_times) == (URL, 2)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_other_redirects_are_followed_and_never_remembered(well, status):
    state = well
    for hours in range(0, 1_000, 10):
        state = moved(state, "https://feeds.example.org/rss", at=NOON + hours * HOUR, status=status)
    assert (state.address, state.moved_to) == (URL, "")


def test_only_the_permanent_beginning_of_a_chain_counts(well):
    hops = [
        request(Outcome.REDIRECTED, location="https://a.example.org/f"),
        request(Outcome.REDIRECTED, status=302, location="https://b.example.org/f"),
        request(Outcome.NOT_MODIFIED),
    ]
    assert after(well, PLAIN, hops, None, 0, now=NOON, seed="1").moved_to == "https://a.example.org/f"


def test_a_move_is_not_believed_if_it_ends_in_an_error_or_in_no_feed(well):
    state = well
    for hours in range(0, 100, 10):
        state = moved(state, "https://a.example.org/f", at=NOON + hours * HOUR, outcome=Outcome.SERVER_ERROR)
    assert (state.address, state.moved_times) == (URL, 0)


def test_a_move_that_changes_its_mind_begins_anew(well):
    state = moved(well, "https://a.example.org/f", at=NOON + HOUR)
    state = moved(state, "https://b.example.org/f", at=NOON + 30 * HOUR)
    assert (state.moved_to, state.moved_times, state.moved_since) == ("https://b.example.org/f", 1, NOON + 30 * HOUR)
    straight = ask(state, Outcome.NOT_MODIFIED, at=NOON + 31 * HOUR)
    assert (straight.moved_to, straight.moved_times) == ("", 0)


@pytest.mark.parametrize(("outcome", "times"), [(Outcome.MISSING, 3), (Outcome.TIMED_OUT, 3), (Outcome.GONE, 1)])
def test_a_new_address_that_fails_leads_back_to_the_one_of_the_list(well, outcome, times):
    there = replace(well, address="https://feeds.example.org/rss")
    almost = asks(there, outcome, times - 1)
    assert almost.address == there.address
    back = asks(almost, outcome, 1)
    assert (back.address, back.stopped, back.etag) == (URL, "", "")


# -- clocks and changed settings


def test_an_interval_that_the_user_changes_counts_at_once():
    hourly, half = replace(PLAIN, interval_s=14_400), replace(PLAIN, interval_s=2_400)
    asked = ask(of=survey(), feed=hourly)
    assert not is_due(asked, hourly, NOON + 3 * HOUR)
    assert is_due(asked, half, NOON + 45 * MINUTE)
    assert not is_due(asked, half, NOON + 39 * MINUTE)
    assert not is_due(asked, replace(PLAIN, interval_s=86_400), NOON + 23 * HOUR)


def test_a_clock_that_was_set_back_neither_asks_at_once_nor_waits_for_ages():
    feed = replace(PLAIN, interval_s=3_600)
    asked = ask(of=survey(NOON + 299 * DAY), at=NOON + 300 * DAY, feed=feed, fresh=1)
    assert not is_due(asked, feed, NOON)
    right = as_of(asked, feed, NOON)
    assert (right.last_asked_at, right.last_answer_at, right.last_new_at) == (NOON, NOON, NOON)
    assert not is_due(right, feed, NOON + 59 * MINUTE)
    assert is_due(right, feed, NOON + 67 * MINUTE)
    assert as_of(right, feed, NOON + 30 * MINUTE) is right


def test_a_clock_that_was_set_forward_makes_feeds_due():
    assert is_due(ask(of=survey()), PLAIN, NOON + 300 * DAY)


# -- spread


def test_feeds_that_came_together_part_and_none_comes_early():
    feeds = [FeedSettings(url=f"https://a.example/{n}") for n in range(300)]
    waits = [
        (after(first_state(feed, NOON), feed, [request()], survey(), 0, now=NOON, seed="7").next_at - NOON)
        for feed in feeds
    ]
    assert min(waits) >= 30 * MINUTE
    assert max(waits) <= 33 * MINUTE
    assert len({each // timedelta(seconds=20) for each in waits}) >= 9
    again = after(first_state(feeds[0], NOON), feeds[0], [request()], survey(), 0, now=NOON, seed="7")
    assert again.next_at - NOON == waits[0]


# -- rhythm


def every(gap, number, *, before=NOON):
    return [before - gap * n for n in range(number)]


@pytest.mark.parametrize(("gap", "longest"), [(HOUR, 30 * MINUTE), (4 * HOUR, 2 * HOUR), (10 * DAY, DAY)])
def test_the_first_document_tells_the_rhythm(gap, longest):
    asked = ask(of=survey(*every(gap, 30)), fresh=30)
    assert asked.interval_from == "rhythm"
    assert gap.total_seconds() * 0.8 < asked.rhythm_s < gap.total_seconds() * 1.2
    assert timedelta(seconds=wait(asked)) <= longest
    assert asked.last_new_at == NOON


def test_a_fast_feed_is_never_asked_more_than_every_five_minutes():
    assert wait(ask(of=survey(*every(6 * MINUTE, 50)), fresh=50)) == 300


def test_an_old_entry_on_top_and_dates_in_the_future_do_not_matter():
    dates = [*every(HOUR, 20), NOON - 4_000 * DAY, NOON + 400 * DAY]
    assert ask(of=survey(*dates), fresh=22).rhythm_s == pytest.approx(3_600, rel=0.2)


def test_a_feed_that_died_is_not_taken_for_what_it_was():
    assert wait(ask(of=survey(*every(HOUR, 20, before=NOON - 300 * DAY)), fresh=20)) == 86_400


def test_many_entries_at_one_moment_are_one_thing():
    dates = [NOON - DAY * day - timedelta(seconds=10 * n) for day in range(8) for n in range(20)]
    assert ask(of=survey(*dates), fresh=160).rhythm_s == pytest.approx(86_400, rel=0.2)


def published(feed_gap, days, *, hours=range(24)):
    """Moments of publication, `feed_gap` apart in the given hours of each day, from noon on."""
    found, at = [], NOON
    while at < NOON + days * DAY:
        at += feed_gap
        if at.hour in hours:
            found.append(at)
    return found


def live(moments, *, until, is_dated=True):
    """The states of a feed that is asked whenever it is due, after each ask."""
    states, state, known = [], first_state(PLAIN, NOON), NOON
    while state.next_at < until:
        at = state.next_at
        shown = [moment for moment in moments if moment <= at][-10:]
        fresh = sum(moment > known for moment in shown)
        state = ask(state, at=at, of=survey(*shown) if is_dated else survey(), fresh=fresh)
        states.append(state)
        known = at
    return states


@pytest.mark.parametrize("is_dated", [True, False])
@pytest.mark.parametrize("gap", [30 * MINUTE, 3 * HOUR, 12 * HOUR])
def test_the_interval_becomes_a_small_part_of_the_rhythm(gap, is_dated):
    states = live(published(gap, 8), until=NOON + 8 * DAY, is_dated=is_dated)
    late = [state for state in states if state.last_asked_at > NOON + 4 * DAY]
    mean = sum(map(wait, late)) / len(late)
    assert 0.15 * gap.total_seconds() < mean < 0.45 * gap.total_seconds()
    assert late[-1].rhythm_s == pytest.approx(gap.total_seconds(), rel=0.35)


def test_a_feed_that_wakes_up_is_followed_within_a_day():
    states = live(published(6 * DAY, 40) + [NOON + 40 * DAY + HOUR * n for n in range(72)], until=NOON + 42 * DAY)
    assert wait(next(state for state in states if state.last_asked_at > NOON + 35 * DAY)) > 4 * 3_600
    assert states[-1].rhythm_s < 4 * 3_600


def test_a_feed_that_sleeps_by_night_is_asked_little_then_and_found_awake_in_the_morning():
    states = live(published(HOUR, 12, hours=range(6, 20)), until=NOON + 12 * DAY)
    late = [state.last_asked_at for state in states if state.last_asked_at > NOON + 8 * DAY]
    by_hour = [sum(at.hour == hour for at in late) / 4 for hour in range(24)]
    assert max(by_hour[hour] for hour in (22, 23, 0, 1, 2, 3)) <= 1
    assert min(by_hour[hour] for hour in range(8, 18)) >= 2.5
    mornings = [min(at for at in late if at.day == day and at.hour >= 6) for day in (13, 14, 15)]
    assert max(at.hour for at in mornings) <= 7


def test_a_document_is_asked_for_before_it_can_have_been_filled_anew():
    ten = every(20 * MINUTE, 10)  # entries in three hours, and then nothing for days
    many = every(20 * MINUTE, 300)
    for shown, least, most in ((ten, 1.2 * HOUR, 1.7 * HOUR), (many, 2 * HOUR, DAY)):
        quiet = asks(ask(of=survey(*shown), fresh=len(shown)), Outcome.NOT_MODIFIED, 12, every=4 * HOUR)
        assert least < timedelta(seconds=wait(quiet)) <= most


def test_a_document_without_anything_known_is_asked_for_sooner():
    dated = survey(*every(HOUR, 5)).entries
    undated = FeedSurvey(entries=tuple(replace(entry, published_at=None) for entry in dated))
    quiet = asks(ask(of=undated, fresh=5), Outcome.NOT_MODIFIED, 20, every=8 * HOUR)
    at = quiet.last_asked_at + 2 * HOUR
    known = ask(quiet, at=at, of=undated, fresh=4)
    unknown = ask(quiet, at=at, of=undated, fresh=5)
    assert (known.lasts_s, unknown.lasts_s) == (0, 7_200)
    later = [asks(state, Outcome.NOT_MODIFIED, 3, every=8 * HOUR) for state in (known, unknown)]
    assert wait(later[0]) > wait(later[1]) == 3_600


def test_entries_that_come_all_at_once_are_not_waited_for_more_often():
    def batch(at):
        return survey(*[at - timedelta(seconds=n) for n in range(10)])

    state = ask(of=survey(*[NOON - DAY * n for n in range(8)]), fresh=8)
    for day in range(1, 9):
        while state.next_at < NOON + day * DAY:
            state = asks(state, Outcome.NOT_MODIFIED, 1)
        state = ask(state, at=state.next_at, of=batch(NOON + day * DAY), fresh=10)
    assert wait(asks(state, Outcome.NOT_MODIFIED, 1)) > 2 * 3_600


# -- silence, words


def test_silence_is_measured_by_the_rhythm():
    hourly = ask(of=survey(*every(HOUR, 40)), fresh=40)
    assert not is_silent(hourly, NOON + 5 * HOUR)
    assert is_silent(hourly, NOON + 9 * HOUR)
    daily = ask(of=survey(*every(DAY, 20)), fresh=20)
    assert not is_silent(daily, NOON + 5 * DAY)
    assert is_silent(daily, NOON + 9 * DAY)
    assert not is_silent(ask(of=survey()), NOON + 900 * DAY)


def test_a_silence_that_is_usual_is_none():
    dates = [*every(HOUR, 12), *every(HOUR, 30, before=NOON - 27 * HOUR)]  # a gap of sixteen hours
    pausing = ask(of=survey(*dates), fresh=len(dates))
    assert not is_silent(pausing, NOON + 22 * HOUR)
    assert is_silent(pausing, NOON + 40 * HOUR)


def test_a_night_is_no_silence():
    states = live(published(HOUR, 10, hours=range(6, 20)), until=NOON + 10 * DAY)
    assert [state.last_asked_at for state in states[20:] if is_silent(state, state.last_asked_at)] == []


def test_words():
    hourly = ask(of=survey(*every(2 * HOUR, 40)), fresh=40, etag='"a"')
    assert state_in_words(first_state(PLAIN, NOON), PLAIN, NOON) == "not asked yet"
    assert state_in_words(hourly, PLAIN, NOON) == "well"
    assert state_in_words(hourly, PLAIN, NOON + 3 * DAY) == "silent for 3 days, usually every 2 hours"
    failed = asks(hourly, Outcome.UNREACHABLE, 5, detail="connection refused")
    said = state_in_words(failed, PLAIN, failed.next_at - 80 * MINUTE)
    assert said == "failed 5 times, last: connection refused; again in 1 hour"


# -- laws

OUTCOMES = [outcome for outcome in Outcome if outcome is not Outcome.GONE]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(OUTCOMES),
        st.integers(-(10**6), 10**6),  # how late it is asked, seconds; negative: the clock is set back
        st.none() | st.integers(-10, 2 * RETRY_AFTER_S),
        st.integers(0, 30),  # entries that are new
        st.integers(0, 5_000),  # ms
        st.sampled_from(["", "max-age=600", "max-age=99999999999999999999", "no-cache"]),
        st.builds(
            FeedHints,
            ttl_s=st.integers(0, 10**7),
            skip_hours=st.sets(st.integers(0, 23)).map(tuple),
            skip_days=st.sets(st.integers(0, 6)).map(tuple),
        ),
        st.sampled_from(["", "no feed"]),
    ),
    max_size=12,
)


@settings(max_examples=50, deadline=None)
@given(EVENTS, st.integers(0, 200_000))
def test_never_more_often_than_the_user_wants_nor_than_retry_after_allows_and_never_put_off_for_ages(
    events, interval_s
):
    feed = replace(PLAIN, interval_s=interval_s)
    state, now = first_state(feed, NOON), NOON
    for number, (outcome, late_s, retry_after_s, fresh, took_ms, cache_control, hints, fault) in enumerate(events):
        now = max(state.next_at, now) + timedelta(seconds=late_s)
        state = as_of(state, feed, now)
        assert due_at(state, feed) == state.next_at
        if not is_due(state, feed, now):
            now = state.next_at
        of = survey(*every(HOUR, fresh, before=now), hints=hints, fault=fault) if outcome is Outcome.FETCHED else None
        state = ask(
            state, outcome, at=now, of=of, fresh=fresh if of else 0, feed=feed, seed=str(number), duration_ms=took_ms,
            retry_after_s=retry_after_s, cache_control=cache_control, now=now + timedelta(milliseconds=took_ms),
        )  # fmt: skip
        ended = now + timedelta(milliseconds=took_ms)
        least = max(interval_s, min(retry_after_s or 0, RETRY_AFTER_S))
        assert state.next_at - ended >= timedelta(seconds=least)
        longest = max(LONGEST_S, interval_s * 1.1 + 1) + 7 * 86_400  # days that the feed skips
        assert state.next_at - ended <= timedelta(seconds=longest)
        assert not is_due(state, feed, ended)
        assert state.failures == 0 or outcome not in (Outcome.SAME, Outcome.NOT_MODIFIED)
