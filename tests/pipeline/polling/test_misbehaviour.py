"""Every misbehaviour of the list, against a server that really does it."""

import asyncio
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import pipeline.network
from transforms.core.polling import Outcome

DOCS = Path(__file__).resolve().parents[3] / "docs" / "misbehaviours.md"
DEFAULTS = {"timeout_s": 30.0, "total_s": 60.0}


@pytest.fixture(scope="module")
def closed():
    """A port on which nothing listens, for as long as the test runs."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="module")
def server(polling, certificates):
    """One server for all of them: a host each."""
    apps = {case.name: case.app for case in polling.MISBEHAVIOURS}

    async def app(visit):
        host = visit.seen.host
        if host == "elsewhere.localhost":
            await visit.reply(body=b"elsewhere")
        else:
            await apps[host.partition(".")[0]](visit)

    with polling.Server(app, tls=certificates.server) as server:
        yield server


@pytest.fixture
def known_names(misbehaviour, monkeypatch):
    """A resolver that knows the names of the case; of .public.test names, 127.0.0.1 counts as public."""
    names = misbehaviour.names
    if any(name.endswith(".public.test") for name in names):
        really = pipeline.network.is_public
        monkeypatch.setattr(pipeline.network, "is_public", lambda address: address == "127.0.0.1" or really(address))

    async def resolve(host, _):
        if host not in names:
            raise OSError(-2, "Name or service not known")
        return names[host]

    return resolve


def test_misbehaviour(misbehaviour, server, closed, known_names, invite, journal, clock):
    case = misbehaviour
    url = case.url.format(name=case.name, port=server.port, tls_port=server.tls_port, closed=closed)
    before = len(server.log)

    async def ask():
        async with invite(resolve=known_names, **{**DEFAULTS, **case.settings}) as guest:
            options = {"purpose": "feed", "feed_url": url, "journal": journal, **case.ask}
            asks = [guest.ask(url, **options)]
            if case.again is not None:  # waits for its turn, on the same connection if that stays open
                asks.append(guest.ask(url.replace("/feed", "/again"), purpose="feed", journal=journal))
            return await asyncio.gather(*asks)

    asked, *again = asyncio.run(ask())
    seen = [each for each in server.log[before:] if each.host != "elsewhere.localhost"]
    assert asked.final.outcome is case.outcome, asked.final
    assert case.says in asked.final.detail
    assert [other.final.outcome for other in again] == [outcome for outcome in [case.again] if outcome]
    assert case.again_body is None or again[0].answer.unpacked == case.again_body
    assert [each.target for each in seen] == list(case.sent)
    _facts_hold(case, asked, clock)
    for name, value in case.headers.items():
        assert seen[-1].header(name) == value
    if case.body is not None:
        assert asked.answer.unpacked == case.body
    assert (asked.answer is None) == (
        asked.final.request_id not in {request.request_id for _, request in journal.lines}
    )
    _books_agree(journal, server.log[before:])


def _facts_hold(case, asked, clock):
    facts = dict(case.facts)
    if "expires_in_s" in facts:
        assert (asked.final.expires_at - clock.now()).total_seconds() == facts.pop("expires_in_s")
    assert {name: getattr(asked.final, name) for name in facts} == facts
    assert asked.requests[-1] == asked.final


def _books_agree(journal, seen):
    """The journal has every request, begun before it was sent and ended once, and nothing that was not sent."""
    begun = [request for word, request in journal.lines if word == "begin"]
    ended = [request for word, request in journal.lines if word == "end"]
    assert [word for word, _ in journal.lines] == ["begin", "end"] * len(begun)
    assert [request.request_id for request in begun] == [request.request_id for request in ended]
    assert {request.outcome for request in begun} <= {Outcome.ABANDONED}
    reached = [request for request in ended if _has_reached(request)]
    targets = [each.target for each in seen]
    once = [target for place, target in enumerate(targets) if place == 0 or target != targets[place - 1]]
    assert [urlsplit(request.url)._replace(scheme="", netloc="").geturl() for request in reached] == once


REACHED = ("closed without an answer", "no HTTP answer", "not whole", "silent")


def _has_reached(request):
    return request.status is not None or request.detail.startswith(REACHED)


def test_redirected_headers_stay_at_home(server, invite, journal):
    async def ask():
        async with invite() as guest:
            return await guest.ask(
                f"http://redirect-to-another-host.localhost:{server.port}/feed",
                purpose="feed",
                headers=(("Authorization", "Bearer secret"), ("User-Agent", "Mine/1"), ("Host", "evil.example")),
                journal=journal,
            )

    before = len(server.log)
    asked = asyncio.run(ask())
    home, away = server.log[before:]
    assert (home.host, home.header("Authorization"), home.header("User-Agent")) == (
        "redirect-to-another-host.localhost",
        "Bearer secret",
        "Mine/1",
    )
    assert (away.host, away.header("Authorization")) == ("elsewhere.localhost", None)
    assert away.header("User-Agent").startswith("newsbeam/")
    assert asked.answer.unpacked == b"elsewhere"


def test_there_are_enough_of_them(polling):
    names = [case.name for case in polling.MISBEHAVIOURS]
    assert len(set(names)) == len(names) >= 40


def test_the_table_is_up_to_date(polling):
    assert DOCS.read_text() == polling.table(), (
        "run: python tests/pipeline/polling/misbehaviours.py > docs/misbehaviours.md"
    )
