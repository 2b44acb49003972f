"""Polling without a network: a server that does what it is told, certificates right and wrong, a clock that is told.

polling        server.py and misbehaviours.py as modules: Server, Visit, MISBEHAVIOURS
clock          a clock whose time passes only by sleeping
certificates   .client: trusts our authority; .server: what a `Server(tls=…)` takes
serve          start a server for an app; stopped at the end
invite         a guest of the clock above, with settings; `async with`
journal        keeps what it was told
misbehaviour   each of them in turn
"""

import asyncio
import importlib.util
import itertools
import ssl
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme

from pipeline.fetch import Fetcher
from pipeline.guest import Guest
from pipeline.hosts import Hosts
from transforms.core.polling import NetworkSettings

HERE = Path(__file__).resolve().parent


def _load(name):
    """A module of this folder, whatever the import mode."""
    full = f"newsbeam_tests_polling_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        sys.modules[full] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[full]


class ToldClock:
    """Time passes only by sleeping, and by being told to; whoever sleeps wakes at its time or later."""

    def __init__(self, now=datetime(2026, 3, 1, 12, tzinfo=UTC)):
        self._start = now
        self._passed = 0.0
        self.slept = []

    def now(self):
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self):
        return self._passed

    def advance(self, seconds):
        self._passed += seconds

    async def sleep(self, seconds):
        self.slept.append(seconds)
        until = self._passed + seconds
        await asyncio.sleep(0)
        self._passed = max(self._passed, until)


class KeptJournal:
    """A journal in memory: ("begin" | "end", request), in order."""

    def __init__(self):
        self.lines = []
        self.answers = []

    def begin(self, request):
        self.lines.append(("begin", request))

    def end(self, request, answer):
        self.lines.append(("end", request))
        self.answers.append(answer)
        return request


def pytest_generate_tests(metafunc):
    if "misbehaviour" in metafunc.fixturenames:
        cases = _load("misbehaviours").MISBEHAVIOURS
        metafunc.parametrize("misbehaviour", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="session")
def polling():
    return SimpleNamespace(
        **{name: getattr(_load("server"), name) for name in ("Server", "Visit", "Seen")},
        MISBEHAVIOURS=_load("misbehaviours").MISBEHAVIOURS,
        table=_load("misbehaviours").table,
    )


@pytest.fixture
def clock():
    return ToldClock()


@pytest.fixture
def journal():
    return KeptJournal()


@pytest.fixture(scope="session")
def certificates():
    authority = trustme.CA()
    stranger = trustme.CA()
    past = datetime(2020, 1, 1, tzinfo=UTC)

    def context(issued, *protocols):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(made)
        if protocols:
            made.set_alpn_protocols(list(protocols))
        return made

    client = ssl.create_default_context()
    authority.configure_trust(client)
    server = {
        "": context(authority.issue_cert("localhost")),
        "certificate-expired.localhost": context(
            authority.issue_cert("certificate-expired.localhost", not_before=past, not_after=past + timedelta(days=9))
        ),
        "certificate-of-a-stranger.localhost": context(stranger.issue_cert("certificate-of-a-stranger.localhost")),
        "certificate-of-another-name.localhost": context(authority.issue_cert("another.localhost")),
    }
    secure = {case.name for case in _load("misbehaviours").MISBEHAVIOURS if case.url.startswith("https")}
    for name in (f"{each}.localhost" for each in {*secure, "both", "http2"}):
        if name not in server:
            protocols = ["h2"] if name.startswith("http2") else []
            server[name] = context(authority.issue_cert(name), *protocols)
    return SimpleNamespace(client=client, server=server)


@pytest.fixture
def serve(polling):
    started = []

    def serve(app, **options):
        server = polling.Server(app, **options)
        server.__enter__()
        started.append(server)
        return server

    yield serve
    for server in started:
        server.__exit__()


@pytest.fixture
def invite(clock, certificates):
    @asynccontextmanager
    async def invite(*, resolve=None, jitter=lambda: 0.0, **settings):
        settings = NetworkSettings(**{"allow_private": True, "pause_s": 0.0, **settings})
        numbers = itertools.count(1)
        resolving = {"resolve": resolve} if resolve else {}
        async with Fetcher(settings, clock, tls=certificates.client, **resolving) as fetcher:
            hosts = Hosts(settings, clock, leave=fetcher.leave, jitter=jitter)
            yield Guest(fetcher, hosts, settings, clock, lambda: f"r{next(numbers)}")

    return invite
