"""A guest's ask: manners proven from the server's own log, and the journal that is ahead of it."""

import asyncio
import threading
from dataclasses import replace
from itertools import pairwise

import pytest

from transforms.core.polling import Outcome


async def feed(visit):
    await visit.reply(body=b"<rss>" + visit.target.encode())


def gathered(invite, journal, urls, *, purpose="feed", **settings):
    """Ask for all addresses at once."""

    async def asking():
        async with invite(**settings) as guest:
            return await asyncio.gather(
                *(guest.ask(url, purpose=purpose, feed_url=url, journal=journal) for url in urls)
            )

    return asyncio.run(asking())


def test_manners_from_the_servers_own_log(serve, invite, journal, clock):
    server = serve(feed, time=clock.monotonic)
    hosts = [f"h{number}.localhost" for number in range(6)]
    urls = [f"http://{host}:{server.port}/{number}" for number in range(5) for host in hosts]
    asked = gathered(invite, journal, urls, pause_s=3.0, hosts_at_once=4)
    assert {each.final.outcome for each in asked} == {Outcome.FETCHED}
    for host in hosts:
        seen = server.of(host)
        assert [each.target for each in seen] == ["/0", "/1", "/2", "/3", "/4"]
        assert len({each.connection for each in seen}) == 1
        for one, next_one in pairwise(seen):
            assert one.ended[0] < next_one.began[0]  # never two at once
            assert next_one.began[1] - one.ended[1] >= 3.0
        rows = [each.final for each in asked if each.final.host == host]
        assert [row.wait_ms for row in rows] == sorted(row.wait_ms for row in rows)
        assert [row.wait_ms >= 3000 * place for place, row in enumerate(rows)] == [True] * 5
    assert len({request.request_id for _, request in journal.lines}) == len(urls)


def test_each_request_is_written_down_before_it_is_sent(serve, invite, journal):
    ahead = []

    async def app(visit):
        begun = [request.url for word, request in journal.lines if word == "begin"]
        ahead.append(any(url.endswith(f"{visit.seen.host}:{server.port}{visit.target}") for url in begun))
        if visit.target == "/1":
            await visit.reply(301, [("Location", "/2")])
        else:
            await visit.reply(body=b"x")

    server = serve(app)
    (asked,) = gathered(invite, journal, [f"http://a.localhost:{server.port}/1"])
    assert ahead == [True, True]
    assert [(word, request.url[-2:], request.outcome) for word, request in journal.lines] == [
        ("begin", "/1", Outcome.ABANDONED),
        ("end", "/1", Outcome.REDIRECTED),
        ("begin", "/2", Outcome.ABANDONED),
        ("end", "/2", Outcome.FETCHED),
    ]
    assert [request.first_url[-2:] for request in asked.requests] == ["/1", "/1"]
    assert [request.status for request in asked.requests] == [301, 200]


def test_what_the_journal_gives_back_is_what_is_answered(serve, invite, journal):
    server = serve(feed)
    journal.end = lambda request, _: replace(request, raw_address="raw/1.warc.gz@0+9")
    (asked,) = gathered(invite, journal, [f"http://a.localhost:{server.port}/1"])
    assert asked.final.raw_address == "raw/1.warc.gz@0+9"
    assert asked.requests == (asked.final,)


def test_an_ask_that_is_cancelled_leaves_its_beginning(serve, invite, journal):
    reached = threading.Event()

    async def app(visit):
        reached.set()
        await visit.wait_for_the_other()

    server = serve(app)

    async def asking():
        async with invite() as guest:
            url = f"http://a.localhost:{server.port}/1"
            task = asyncio.ensure_future(guest.ask(url, purpose="feed", journal=journal))
            await asyncio.to_thread(reached.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(asking())
    ((word, request),) = journal.lines
    assert (word, request.outcome) == ("begin", Outcome.ABANDONED)


def test_a_stopped_host_stops_redirects_to_it(serve, invite, journal, clock):
    async def app(visit):
        if visit.seen.host == "tired.localhost":
            await visit.reply(429, [("Retry-After", "60")])
        else:
            await visit.reply(302, [("Location", f"http://tired.localhost:{server.port}/x")])

    server = serve(app)

    async def asking():
        async with invite() as guest:
            urls = [f"http://{host}.localhost:{server.port}/" for host in ("tired", "a", "b")]
            first = [await guest.ask(url, purpose="feed", journal=journal) for url in urls]
            clock.advance(61)
            return [*first, await guest.ask(urls[0], purpose="feed", journal=journal)]

    tired, a, b, later = asyncio.run(asking())
    assert tired.final.status == later.final.status == 429
    for asked in (a, b):
        redirected, unsent = asked.requests
        assert redirected.outcome is Outcome.REDIRECTED
        assert (unsent.outcome, unsent.status, unsent.retry_after_s) == (Outcome.LIMITED, None, 60)
        assert unsent.detail == "not asked: tired.localhost wants no requests until 2026-03-01 12:01:00 UTC"
        assert asked.answer is None
    assert len(server.of("tired.localhost")) == 2
    assert sum(word == "begin" for word, _ in journal.lines) == 4


ROBOTS = b"User-agent: *\nCrawl-delay: 7\nDisallow: /private\n"


async def site(visit):
    if visit.target == "/robots.txt":
        await visit.reply(body=ROBOTS)
    elif visit.target == "/away":
        await visit.reply(302, [("Location", f"http://other.localhost:{visit.server.port}/private")])
    else:
        await visit.reply(body=b"<html>")


def test_robots_is_asked_once_a_day_and_slows_down(serve, invite, journal, clock):
    server = serve(site, time=clock.monotonic)
    urls = [f"http://a.localhost:{server.port}/{name}" for name in ("1", "2", "private", "3")]

    async def asking():
        async with invite(pause_s=1.0) as guest:
            rounds = []
            for _ in range(2):
                asks = (guest.ask(url, purpose="page", journal=journal) for url in urls)
                rounds.append(await asyncio.gather(*asks))
            clock.advance(86_400)
            rounds.append([await guest.ask(urls[0], purpose="page", journal=journal)])
            return rounds

    first, second, third = asyncio.run(asking())
    for round_ in (first, second):
        assert [each.final.robots for each in round_] == ["allowed", "allowed", "disallowed", "allowed"]
        assert [each.final.outcome for each in round_] == [
            Outcome.FETCHED,
            Outcome.FETCHED,
            Outcome.DISALLOWED,
            Outcome.FETCHED,
        ]
    targets = [each.target for each in server.log]
    assert targets == ["/robots.txt", "/1", "/2", "/3", "/1", "/2", "/3", "/robots.txt", "/1"]
    for one, next_one in list(pairwise(server.log))[1:6]:  # before, the delay was not known
        assert next_one.began[1] - one.ended[1] >= 7.0
    purposes = [[request.purpose for request in each.requests] for each in (*first, *third)]
    assert sorted(purposes) == [["page"]] * 3 + [["robots", "page"]] * 2
    kept = [answer for (_, request), answer in zip(_ends(journal), journal.answers, strict=True) if answer is None]
    assert len(kept) == 2  # of robots.txt nothing is kept


def _ends(journal):
    return [line for line in journal.lines if line[0] == "end"]


def test_every_hop_of_a_page_asks_its_own_robots(serve, invite, journal):
    server = serve(site)
    (asked,) = gathered(invite, journal, [f"http://a.localhost:{server.port}/away"], purpose="page")
    assert (asked.final.outcome, asked.final.host) == (Outcome.DISALLOWED, "other.localhost")
    assert [(each.host, each.target) for each in server.log] == [
        ("a.localhost", "/robots.txt"),
        ("a.localhost", "/away"),
        ("other.localhost", "/robots.txt"),
    ]
    assert [request.purpose for request in asked.requests] == ["robots", "page", "robots", "page"]


def test_robots_that_fails_is_asked_again_after_an_hour(serve, invite, journal, clock):
    async def app(visit):
        if visit.target == "/robots.txt":
            await visit.reply(404 if visit.times == 2 else 500)
        else:
            await visit.reply(body=b"<html>")

    server = serve(app)

    async def asking():
        async with invite() as guest:
            outcomes = []
            for wait in (0, 3_000, 700):
                clock.advance(wait)
                asked = await guest.ask(f"http://a.localhost:{server.port}/1", purpose="page", journal=journal)
                outcomes.append((asked.final.outcome, asked.final.robots))
            return outcomes

    unavailable = (Outcome.DISALLOWED, "unavailable")
    assert asyncio.run(asking()) == [unavailable, unavailable, (Outcome.FETCHED, "allowed")]
    assert [each.target for each in server.log] == ["/robots.txt", "/robots.txt", "/1"]


def test_a_connection_ends_with_the_last_ask_of_its_host(serve, invite, journal):
    server = serve(feed)
    url = f"http://a.localhost:{server.port}/1"

    async def asking():
        async with invite() as guest:
            for _ in range(2):
                await asyncio.gather(*(guest.ask(url, purpose="feed", journal=journal) for _ in range(3)))

    asyncio.run(asking())
    connections = [each.connection for each in server.log]
    assert connections == [connections[0]] * 3 + [connections[-1]] * 3
    assert connections[0] != connections[-1]
