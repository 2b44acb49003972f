"""One request, one answer."""

import asyncio
import threading
from contextlib import asynccontextmanager

import pytest

import pipeline.network
from pipeline.fetch import Fetcher
from transforms.core.http import askable
from transforms.core.polling import NetworkSettings, Outcome


@pytest.fixture
def fetcher(clock, certificates):
    @asynccontextmanager
    async def fetcher(*, resolve=None, **settings):
        settings = NetworkSettings(**{"allow_private": True, **settings})
        resolving = {"resolve": resolve} if resolve else {}
        async with Fetcher(settings, clock, tls=certificates.client, **resolving) as fetcher:
            yield fetcher

    return fetcher


async def plain(visit):
    await visit.reply(headers=[("Set-Cookie", "a=b"), ("ETag", '"1"')], body=b"body")


def ask(fetcher, *urls, **options):
    """Ask for addresses one after the other with one fetcher."""

    async def asking():
        async with fetcher(**options) as client:
            return [await client.fetch(askable(url)) for url in urls]

    return asyncio.run(asking())


def test_an_answer_says_everything(fetcher, serve, clock):
    server = serve(plain)
    (answer,) = ask(fetcher, f"http://a.localhost:{server.port}/x?y", contact="desk@gazette.example")
    assert (answer.outcome, answer.detail) == (Outcome.FETCHED, "")
    assert (answer.status, answer.reason, answer.http_version) == (200, "Said", "HTTP/1.1")
    assert answer.headers == (("Set-Cookie", "a=b"), ("ETag", '"1"'), ("Content-Length", "4"))
    assert (answer.body, answer.unpacked) == (b"body", b"body")
    assert answer.started_at == clock.now()
    (seen,) = server.log
    assert (seen.host, seen.target) == ("a.localhost", "/x?y")
    assert [name for name, _ in seen.headers] == ["Host", "User-Agent", "Accept", "Accept-Encoding"]
    assert seen.header("User-Agent").endswith("(+desk@gazette.example)")


def test_a_host_has_one_connection_and_keeps_it(fetcher, serve, certificates):
    server = serve(plain, tls=certificates.server)
    http, https = f"http://both.localhost:{server.port}/", f"https://both.localhost:{server.tls_port}/"
    answers = ask(fetcher, http, http, https, https, http)
    assert [answer.outcome for answer in answers] == [Outcome.FETCHED] * 5
    first, again, secure, again_secure, last = [seen.connection for seen in server.log]
    assert first == again != secure == again_secure != last != first


def test_no_cookies_proxies_or_passwords_of_the_machine(fetcher, serve, monkeypatch, tmp_path):
    server = serve(plain)
    (tmp_path / ".netrc").write_text("machine a.localhost login me password secret\n")
    for name, value in {
        "HOME": str(tmp_path),
        "NETRC": str(tmp_path / ".netrc"),
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    answers = ask(fetcher, *[f"http://a.localhost:{server.port}/"] * 2)
    assert [answer.outcome for answer in answers] == [Outcome.FETCHED] * 2
    for seen in server.log:
        assert (seen.header("Cookie"), seen.header("Authorization")) == (None, None)


def test_headers_of_the_user(fetcher, serve):
    server = serve(plain)

    async def asking():
        async with fetcher() as client:
            return await client.fetch(
                f"http://a.localhost:{server.port}/",
                headers=[("accept", "text/xml"), ("X-Key", "ключ"), ("Host", "b"), ("Range", "bytes=0-1")],
                etag="",
                last_modified="",
            )

    assert asyncio.run(asking()).outcome is Outcome.FETCHED
    (seen,) = server.log
    assert seen.header("Host") == f"a.localhost:{server.port}"
    assert [value for name, value in seen.headers if name.lower() == "accept"] == ["text/xml"]
    assert seen.header("X-Key").encode("latin-1").decode() == "ключ"
    assert seen.header("Range") is None


@pytest.mark.parametrize("header", [("X", "a\r\nY: b"), ("X Y", "a"), ("Ключ", "a")])
def test_headers_that_cannot_be_sent(fetcher, serve, header):
    server = serve(plain)

    async def asking():
        async with fetcher() as client:
            return await client.fetch(f"http://a.localhost:{server.port}/", headers=[header])

    answer = asyncio.run(asking())
    assert (answer.outcome, answer.detail.split(":")[0]) == (Outcome.BROKEN, "cannot be sent")
    assert server.log == []


def test_a_name_that_turns_private_is_refused(fetcher, serve, monkeypatch):
    server = serve(plain)
    monkeypatch.setattr(pipeline.network, "is_public", lambda address: address == "127.0.0.1")
    answers, asked = [("127.0.0.1",), ("10.0.0.1",)], []

    async def resolve(host, _):
        asked.append(host)
        return answers[len(asked) - 1]

    async def asking():
        async with fetcher(resolve=resolve, allow_private=False) as client:
            url = f"http://rebound.test:{server.port}/"
            first = [await client.fetch(url) for _ in range(2)]
            await client.leave("rebound.test")
            return [*first, await client.fetch(url)]

    *good, bad = asyncio.run(asking())
    assert [answer.outcome for answer in good] == [Outcome.FETCHED] * 2
    assert (bad.outcome, bad.status) == (Outcome.BAD_ADDRESS, None)
    assert asked == ["rebound.test"] * 2  # once per connection: what was checked is what was connected to
    assert len(server.log) == 2


def test_addresses_are_tried_in_turn(fetcher, serve):
    server = serve(plain)

    async def resolve(*_):
        return ["127.0.0.2", "127.0.0.3", "127.0.0.1"]  # nothing listens on the first two

    (answer,) = ask(fetcher, f"http://many.test:{server.port}/", resolve=resolve)
    assert answer.outcome is Outcome.FETCHED


def test_a_resolver_that_never_answers(fetcher):
    async def resolve(*_):
        await asyncio.Event().wait()

    (answer,) = ask(fetcher, "http://slow.test/", resolve=resolve, timeout_s=0.1)
    assert (answer.outcome, answer.detail) == (Outcome.UNRESOLVED, "no answer about slow.test in 0.1 s")


def test_localhost_is_never_looked_up(fetcher, serve):
    server = serve(plain)

    async def resolve(*_):
        raise AssertionError("looked up")

    urls = [f"http://{host}:{server.port}/" for host in ("localhost", "a.localhost", "a.b.localhost", "127.0.0.1")]
    assert {answer.outcome for answer in ask(fetcher, *urls, resolve=resolve)} == {Outcome.FETCHED}


def test_a_request_that_is_cancelled_leaves_nothing_behind(fetcher, serve):
    async def app(visit):
        if visit.target == "/slow":
            await visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
            reached.set()
            await visit.wait_for_the_other()
        else:
            await visit.reply(body=b"next")

    reached = threading.Event()
    server = serve(app)

    async def asking():
        async with fetcher() as client:
            task = asyncio.ensure_future(client.fetch(f"http://a.localhost:{server.port}/slow"))
            await asyncio.to_thread(reached.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await client.fetch(f"http://a.localhost:{server.port}/")

    assert asyncio.run(asking()).unpacked == b"next"
    assert len({seen.connection for seen in server.log}) == 2


def test_hosts_are_asked_side_by_side(fetcher, serve):
    together = asyncio.Event()
    arrived = set()

    async def app(visit):
        arrived.add(visit.seen.host)
        if len(arrived) == 5:
            together.set()
        await together.wait()
        await visit.reply(body=b"x")

    server = serve(app)

    async def asking():
        async with fetcher() as client:
            return await asyncio.gather(
                *(client.fetch(f"http://h{number}.localhost:{server.port}/") for number in range(5))
            )

    assert {answer.outcome for answer in asyncio.run(asking())} == {Outcome.FETCHED}


def test_few_connections_are_kept(fetcher, serve):
    server = serve(plain)
    urls = [f"http://h{number}.localhost:{server.port}/" for number in (0, 1, 2, 3, 1, 4, 1, 0)]
    ask(fetcher, *urls, hosts_at_once=1)
    connections = {}
    for seen in server.log:
        connections.setdefault(seen.host, []).append(seen.connection)
    assert len(set(connections["h1.localhost"])) == 1  # used again and again
    assert len(set(connections["h0.localhost"])) == 2  # idle for longest when the fifth came
