"""Whole rounds of polling against a local outlet: what is stored, what is asked, and what a crash at any point changes.

Time is told, not waited for; the outlet speaks HTTP on this machine and keeps its own log.
"""

import socket
from datetime import UTC, datetime, timedelta

import pytest

import pipeline.poll
import pipeline.raw
from pipeline.feedlist import FeedList
from pipeline.publish import Step
from transforms.core.polling import FeedSettings, NetworkSettings, Outcome

BEGIN = datetime(2026, 6, 1, 6, tzinfo=UTC)
TEXT = (
    "The ferry between the two banks ran again on {day} after engineers had replaced a cable that the flood tore. "
    "Traders had waited for eleven days with goods for the market in the old town, and prices for flour had doubled. "
    "The harbour office said that it would let the ferry go every hour until the bridge is open to lorries again."
)


class Crash(BaseException):
    """What kills a process, as far as a test in the same process can."""


WHOLE = "Mon, 01 Jun 2026 05:00:00 GMT"


def outcomes(report):
    return {outcome.value: number for outcome, number in report.report.outcomes().items() if number}


def test_the_first_round_stores_the_second_asks_on_condition_the_third_stores_what_changed(outlet, desk, rows):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml", full_text="never")
    old = ("Ferry runs again", "/ferry", WHOLE, TEXT.format(day="Monday"))
    outlet.put_feed("/rss.xml", old)

    first, second = desk.poll(feed), desk.poll(feed)
    outlet.put_feed("/rss.xml", ("Market opens", "/market", WHOLE, TEXT.format(day="Tuesday")[::-1]), old)
    third = desk.poll(feed)

    assert [status for status, _ in outlet.asked("/rss.xml")] == [200, 304, 200]
    assert outlet.asked("/rss.xml")[1][1] != ""
    assert [outcomes(report) for report in (first, second, third)] == [{"new": 1}, {}, {"new": 1, "unchanged": 1}]
    assert third.lines()[2].startswith("Read 1 document: 2 deliveries in ")
    stored = rows(
        desk.out, "SELECT title, origin, source, first_seen_at, feed_url FROM articles ORDER BY first_seen_at"
    )
    assert [row["title"] for row in stored] == ["Ferry runs again", "Market opens"]
    assert {row["origin"] for row in stored} == {row["feed_url"] for row in stored} == {feed.url}
    assert [row["first_seen_at"] for row in stored] == [BEGIN + timedelta(hours=2), BEGIN + timedelta(hours=6)]
    requests = rows(
        desk.out, "SELECT outcome, status, sent_etag, next_at - started_at AS wait FROM requests ORDER BY started_at"
    )
    assert [(row["outcome"], row["status"]) for row in requests] == [
        ("fetched", 200),
        ("not_modified", 304),
        ("fetched", 200),
    ]
    assert all(row["wait"] >= timedelta(minutes=5) for row in requests)
    assert rows(desk.out, "SELECT count(*) AS n FROM sightings")[0]["n"] == 2


def test_nothing_is_asked_before_its_time(outlet, desk):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml", full_text="never", interval_s=3_600)
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, TEXT.format(day="Monday")))

    desk.poll(feed)
    report = desk.poll(feed, hours=0.9)

    assert len(outlet.log) == 1
    assert report.requests == ()
    assert report.rounds == []
    assert 0 < report.next_in_s < 0.3 * 3_600


def test_an_entry_with_a_summary_gets_its_page_and_keeps_its_own_facts(outlet, desk, rows):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml", source="Herald")
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry?utm_source=rss", WHOLE, "The ferry ran again on Monday."))
    outlet.put_page("/ferry?utm_source=rss", "Ferry runs again", TEXT.format(day="Monday"))

    report = desk.poll(feed)
    again = desk.poll(feed)

    assert [path for path, *_ in outlet.log] == ["/rss.xml", "/robots.txt", "/ferry?utm_source=rss", "/rss.xml"]
    assert report.pages() == {Outcome.FETCHED: 1}
    assert again.pages() == {}
    (row,) = rows(desk.out, "SELECT * FROM articles")
    assert (row["text_from"], row["source"], row["feed_url"]) == ("page", "Herald", feed.url)
    assert row["url"] == f"{outlet.base}/ferry".replace("http:", "https:")  # one address for all variants
    assert "schoolchildren nothing at all" in row["text"]
    assert row["published_at"] == datetime(2026, 6, 1, 5, tzinfo=UTC)
    assert "Transport" in row["publisher_tags"]


def test_a_page_that_two_feeds_name_is_asked_for_once_and_again_when_its_entry_is_edited(outlet, desk, rows):
    one, other, late = (FeedSettings(url=f"{outlet.base}/{name}.xml") for name in ("one", "other", "late"))
    told = ("Ferry runs again", "/ferry", WHOLE, "The ferry ran again on Monday.")
    for name in ("/one.xml", "/other.xml", "/late.xml"):
        outlet.put_feed(name, told)
    outlet.put_page("/ferry", "Ferry runs again", TEXT.format(day="Monday"))

    desk.poll(one, other)
    desk.poll(one, other, late)  # new to the feed, and its page is stored
    assert outlet.asked("/ferry") == [(200, "")]

    outlet.put_feed("/late.xml", ("Ferry runs every hour", "/ferry", WHOLE, "The ferry runs every hour."))
    outlet.put_page("/ferry", "Ferry runs every hour", TEXT.format(day="Tuesday"))
    desk.poll(one, other, late)
    assert outlet.asked("/ferry") == [(200, ""), (200, "")]
    assert [row["title"] for row in stored(rows, desk.out)] == ["Ferry runs every hour"]


def test_told_to_stop_it_asks_no_more_stores_what_it_got_and_leaves_the_rest_due(outlet, desk, rows):
    feeds = [FeedSettings(url=f"{outlet.base}/{name}.xml") for name in ("one", "two", "three")]
    for number, feed in enumerate(feeds):
        path = feed.url.removeprefix(outlet.base)
        outlet.put_feed(path, (f"Ferry {number} runs", f"/ferry{number}", WHOLE, f"Ferry {number} ran on Monday."))
        outlet.put_page(f"/ferry{number}", f"Ferry {number} runs", TEXT.format(day="Monday"))

    def is_asked(_handler):
        desk.is_told_to_stop = True

    outlet.before = is_asked
    cut = desk.poll(*feeds)
    assert [path for path, *_ in outlet.log] == ["/one.xml"]
    assert outcomes(cut) == {"new": 1}
    assert [(row["title"], row["text_from"]) for row in stored(rows, desk.out)] == [("Ferry 0 runs", "summary")]

    desk.is_told_to_stop, outlet.before = False, lambda _handler: None
    desk.poll(*feeds, hours=0.01)  # the interval of the first is not over, and its page is wanted
    assert sorted(path for path, *_ in outlet.log[1:]) == [
        "/ferry0",
        "/ferry1",
        "/ferry2",
        "/robots.txt",
        "/three.xml",
        "/two.xml",
    ]
    assert [row["text_from"] for row in stored(rows, desk.out)] == ["page"] * 3


def test_told_to_stop_while_it_publishes_it_leaves_the_batches_behind_to_the_next_start(outlet, desk, clock, rows):
    feeds = tuple(FeedSettings(url=f"{outlet.base}/{name}.xml", full_text="never") for name in ("one", "two"))
    outlet.put_feed("/one.xml", ("Ferry runs again", "/ferry", WHOLE, TEXT.format(day="Monday")))
    outlet.put_feed("/two.xml", ("Market opens", "/market", WHOLE, TEXT.format(day="Tuesday")[::-1]))
    desk.batch_size = 1

    def at(reached):
        desk.is_told_to_stop = desk.is_told_to_stop or reached is Step.LOADS_COMMITTED

    clock.passed += 7_200
    with desk.open(at=at) as poller:
        cut = poller.poll(FeedList(feeds=feeds, network=NetworkSettings(allow_private=True, pause_s=0.0)))
    assert (len(cut.report.loads), outcomes(cut)) == (1, {"new": 1})

    desk.is_told_to_stop = False
    rest = desk.poll(*feeds, hours=0.01)
    assert rest.report.notes == ["Finished round 1, which an earlier run had begun."]
    assert outcomes(rest) == {"new": 1}
    assert [row["title"] for row in stored(rows, desk.out)] == ["Ferry runs again", "Market opens"]
    assert sorted(path for path, *_ in outlet.log) == ["/one.xml", "/two.xml"]
    assert rows(desk.out, "SELECT count(*) AS n FROM requests")[0]["n"] == 2


def test_a_page_that_is_not_given_leaves_the_summary_and_is_asked_for_again(outlet, desk, rows):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml")
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, "The ferry ran again on Monday."))
    outlet.put("/ferry", "busy", "text/plain", status=503)

    first = desk.poll(feed)
    assert first.pages() == {Outcome.SERVER_ERROR: 1}
    assert rows(desk.out, "SELECT text_from FROM articles") == [{"text_from": "summary"}]

    outlet.put_page("/ferry", "Ferry runs again", TEXT.format(day="Monday"))
    second = desk.poll(feed)

    assert second.pages() == {Outcome.FETCHED: 1}
    (row,) = rows(desk.out, "SELECT text_from, text FROM articles_current")
    assert row["text_from"] == "page"


def test_robots_keep_pages_from_us_and_feeds_not(outlet, desk, rows):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml")
    outlet.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, "The ferry ran again on Monday."))
    outlet.put_page("/ferry", "Ferry runs again", TEXT.format(day="Monday"))

    desk.poll(feed)
    desk.poll(feed)

    assert outlet.asked("/ferry") == []
    assert rows(desk.out, "SELECT text_from FROM articles") == [{"text_from": "summary"}]
    (told,) = rows(desk.out, "SELECT outcome, robots, status FROM requests WHERE purpose = 'page'")
    assert told == {"outcome": "disallowed", "robots": "disallowed", "status": None}


def test_an_entry_without_text_is_delivered_by_its_page_or_rejected_with_it(outlet, desk, rows):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml")
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, ""), ("Market opens", "/market", WHOLE, ""))
    outlet.put_page("/ferry", "Ferry runs again", TEXT.format(day="Monday"))

    reports = [desk.poll(feed), desk.poll(feed)]

    assert [outcomes(report) for report in reports] == [{"new": 1, "rejected": 1}, {}]
    assert [(row["title"], row["text_from"]) for row in stored(rows, desk.out)] == [("Ferry runs again", "page")]
    (told,) = rows(desk.out, "SELECT stage, reason, title, url, origin FROM rejected")
    address = f"{outlet.base}/market"
    assert told == {
        "stage": "retrieve",
        "reason": "http_error",
        "title": "Market opens",
        "url": address,
        "origin": address,
    }


def test_a_page_whose_robots_could_not_be_had_is_asked_for_when_they_can(outlet, desk, rows):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml")
    outlet.put("/robots.txt", "busy", "text/plain", status=503)
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, "The ferry ran again on Monday."))
    outlet.put_page("/ferry", "Ferry runs again", TEXT.format(day="Monday"))

    desk.poll(feed)
    assert outlet.asked("/ferry") == []
    outlet.put("/robots.txt", "User-agent: *\nAllow: /", "text/plain")
    desk.poll(feed)

    assert outlet.asked("/ferry") == [(200, "")]
    assert [row["text_from"] for row in stored(rows, desk.out)] == ["page"]


def test_robots_are_asked_for_once_a_day(outlet, desk):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml")
    for number, hours in enumerate((2.0, 2.0, 25.0)):
        outlet.put_feed("/rss.xml", (f"Ferry runs again {number}", f"/ferry{number}", WHOLE, "The ferry ran again."))
        outlet.put_page(f"/ferry{number}", f"Ferry runs again {number}", TEXT.format(day="Monday"))
        desk.poll(feed, hours=hours)

    asked = [path for path, *_ in outlet.log if path != "/rss.xml"]
    assert asked == ["/robots.txt", "/ferry0", "/ferry1", "/robots.txt", "/ferry2"]


def test_a_host_that_wants_silence_gets_it_for_all_its_feeds_over_rounds(outlet, desk):
    one, other = (FeedSettings(url=f"{outlet.base}{path}", full_text="never") for path in ("/rss.xml", "/new.xml"))
    outlet.put("/rss.xml", "slow down", "text/plain", status=429)
    outlet.put_feed("/new.xml", ("Ferry runs again", "/ferry", WHOLE, TEXT.format(day="Monday")))

    desk.poll(one)
    desk.poll(one, other, hours=0.05)
    silent = list(outlet.log)
    outlet.put_feed("/rss.xml")
    desk.poll(one, other, hours=30)

    assert silent == [("/rss.xml", 429, "")]
    assert len(outlet.asked("/new.xml")) == 1


def test_what_is_no_feed_is_rejected_and_the_others_go_on(outlet, desk, rows):
    good = FeedSettings(url=f"{outlet.base}/rss.xml", full_text="never")
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, TEXT.format(day="Monday")))
    outlet.put_page("/page", "Sign in", "Please sign in.")
    outlet.put("/error", "database is down", "text/html")
    outlet.put("/gone", "", "text/plain", status=410)
    bad = [FeedSettings(url=f"{outlet.base}{path}") for path in ("/page", "/error", "/gone", "/none")]
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = FeedSettings(url=f"http://quay.localhost:{closed.getsockname()[1]}/rss.xml")

    report = desk.poll(good, *bad, nowhere)

    assert outcomes(report) == {"new": 1, "rejected": 5}
    told = rows(desk.out, "SELECT origin, stage, reason FROM rejected ORDER BY origin")
    assert {(row["origin"].rpartition("/")[2], row["reason"]) for row in told} == {
        ("page", "not_a_feed"),
        ("error", "not_a_feed"),
        ("gone", "http_error"),
        ("none", "http_error"),
        ("rss.xml", "unreachable"),
    }
    faults = rows(desk.out, "SELECT url, detail FROM requests WHERE outcome = 'fetched' AND detail <> ''")
    assert {row["url"].rpartition("/")[2] for row in faults} == {"page", "error"}
    for _ in range(3):
        desk.poll(good, *bad, nowhere, hours=30)
    assert len(outlet.asked("/gone")) == 1
    assert len(outlet.asked("/none")) > 1
    assert rows(desk.out, "SELECT count(*) AS n FROM rejected")[0]["n"] == 5


def test_state_that_is_lost_is_made_again_and_asks_no_more_than_before(outlet, desk):
    feed = FeedSettings(url=f"{outlet.base}/rss.xml")
    outlet.put_feed("/rss.xml", ("Ferry runs again", "/ferry", WHOLE, "The ferry ran again on Monday."))
    outlet.put_page("/ferry", "Ferry runs again", TEXT.format(day="Monday"))
    desk.poll(feed)
    (desk.out / "state" / "feeds.sqlite").unlink()

    soon = desk.poll(feed, hours=0.01)
    later = desk.poll(feed)

    assert soon.requests == ()
    assert [request.status for request in later.requests] == [304]
    assert len(outlet.asked("/ferry")) == 1


#: What dies, the how manieth time, before or after.
MOMENTS = {
    "a request is written down": (pipeline.raw.Round, "begin", 1, "before"),
    "the second request is written down": (pipeline.raw.Round, "begin", 2, "after"),
    "an answer is kept": (pipeline.raw.Round, "end", 1, "after"),
    "a page is kept": (pipeline.raw.Round, "end", 3, "after"),
    "before the decision": (pipeline.raw.Round, "note", 1, "before"),
    "after the decision": (pipeline.raw.Round, "note", 1, "after"),
    "the plan is written": (pipeline.poll.Run, "begin", 1, "after"),
    "before the schedule moves on": (pipeline.poll.FeedStates, "apply", 1, "before"),
    "after the schedule moved on": (pipeline.poll.FeedStates, "apply", 1, "after"),
    "before the round is marked": (pipeline.raw.Round, "mark_published", 1, "before"),
    "after the round is marked": (pipeline.raw.Round, "mark_published", 1, "after"),
}


def dies(monkeypatch, owner, name, number, when):
    """From now on the process dies the number-th time that something happens."""
    real, calls = getattr(owner, name), []

    def dying(*args, **kwargs):
        calls.append(name)
        if len(calls) == number and when == "before":
            raise Crash
        result = real(*args, **kwargs)
        if len(calls) == number:
            raise Crash
        return result

    monkeypatch.setattr(owner, name, dying)


def is_crash(error):
    return isinstance(error, Crash) or (isinstance(error, BaseExceptionGroup) and all(map(is_crash, error.exceptions)))


def stored(rows, out):
    return rows(out, "SELECT title, text, text_from, published_at FROM articles_current ORDER BY title")


QUICK = ("a request is written down", "a page is kept", "after the decision", "before the schedule moves on")


@pytest.mark.parametrize(
    "moment", [pytest.param(moment, marks=() if moment in QUICK else pytest.mark.slow) for moment in MOMENTS]
)
def test_a_crash_loses_no_answer_doubles_nothing_and_asks_nobody_twice(moment, outlet, desk, rows, monkeypatch):
    whole = FeedSettings(url=f"{outlet.base}/whole.xml", full_text="never")
    brief = FeedSettings(url=f"{outlet.base}/brief.xml")
    outlet.put_feed("/whole.xml", ("Market opens", "/market", WHOLE, TEXT.format(day="Tuesday")[::-1]))
    outlet.put_feed("/brief.xml", ("Ferry runs again", "/ferry", WHOLE, "The ferry ran again on Monday."))
    outlet.put_page("/ferry", "Ferry runs again", TEXT.format(day="Monday"))

    with monkeypatch.context() as patched:
        dies(patched, *MOMENTS[moment])
        try:
            desk.poll(whole, brief)
        except (Crash, BaseExceptionGroup) as error:
            assert is_crash(error)  # noqa: PT017  # the crash may come alone or in a group
        else:
            pytest.fail("it did not die")
    desk.poll(whole, brief, hours=0.01)  # the intervals are not over

    for path in ("/whole.xml", "/brief.xml", "/ferry"):
        assert len(outlet.asked(path)) <= 1, path
    desk.poll(whole, brief, hours=30)  # what was asked in vain is asked again
    assert [(row["title"], row["text_from"]) for row in stored(rows, desk.out)] == [
        ("Ferry runs again", "page"),
        ("Market opens", "summary"),
    ]
    twice = rows(desk.out, "SELECT request_id FROM requests GROUP BY ALL HAVING count(*) > 1")
    assert twice == []
    told = rows(desk.out, "SELECT count(*) AS n FROM requests WHERE status IS NOT NULL")[0]["n"]
    assert told in (len(outlet.log), len(outlet.log) - 1)  # the answer in flight when it died is nobody's


@pytest.mark.parametrize("step", [Step.INTENT_WRITTEN, pytest.param(Step.LOADS_COMMITTED, marks=pytest.mark.slow)])
def test_a_crash_while_it_publishes_doubles_nothing(step, outlet, desk, clock, rows):
    feed = FeedSettings(url=f"{outlet.base}/whole.xml", full_text="never")
    outlet.put_feed("/whole.xml", ("Market opens", "/market", WHOLE, TEXT.format(day="Tuesday")))

    def at(reached):
        if reached is step:
            raise Crash

    clock.passed += 7_200
    network = NetworkSettings(allow_private=True, pause_s=0.0)
    with pytest.raises(Crash), desk.open(at=at) as poller:
        poller.poll(FeedList(feeds=(feed,), network=network))
    desk.poll(feed, hours=0.01)

    assert len(outlet.log) == 1
    assert [row["title"] for row in stored(rows, desk.out)] == ["Market opens"]
    assert rows(desk.out, "SELECT count(*) AS n FROM requests")[0]["n"] == 1
    assert rows(desk.out, "SELECT count(*) AS n FROM articles")[0]["n"] == 1
