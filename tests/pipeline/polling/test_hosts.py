"""Whose turn it is."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.hosts import MAX_DELAY_S, MAX_STOP_S, Hosts, HostStopped
from transforms.core.polling import NetworkSettings


class Left:
    """Where connections were closed."""

    def __init__(self):
        self.hosts = []

    async def __call__(self, host):
        self.hosts.append(host)


@pytest.fixture
def left():
    return Left()


@pytest.fixture
def hosts(clock, left):
    def hosts(*, jitter=0.0, **settings):
        return Hosts(NetworkSettings(**{"pause_s": 2.0, **settings}), clock, leave=left, jitter=lambda: jitter)

    return hosts


def test_turns_of_a_host_follow_each_other_with_a_pause(hosts, clock):
    queue, spans = hosts(), []

    async def one(number):
        async with queue.turn("a") as waited:
            began = clock.monotonic()
            await clock.sleep(5)  # an answer takes its time
            spans.append((number, began, clock.monotonic(), waited))

    async def all_of_them():
        await asyncio.gather(*(one(number) for number in range(4)))

    asyncio.run(all_of_them())
    assert spans == [(0, 0, 5, 0), (1, 7, 12, 7), (2, 14, 19, 14), (3, 21, 26, 21)]


def test_a_turn_that_fails_is_followed_by_a_pause_too(hosts, clock):
    queue = hosts()

    async def fail():
        async with queue.turn("a"):
            clock.advance(3)
            raise ZeroDivisionError

    async def fail_then_ask():
        with pytest.raises(ZeroDivisionError):
            await fail()
        async with queue.turn("a") as waited:
            return waited

    assert asyncio.run(fail_then_ask()) == 2


def test_whoever_gives_up_waiting_holds_nobody_up(hosts):
    queue = hosts()

    async def ask():
        async with queue.turn("a"):
            waiting = asyncio.ensure_future(queue.turn("a").__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
        async with asyncio.timeout(10), queue.turn("a"):
            return True

    assert asyncio.run(ask())


@given(st.floats(0, 1), st.floats(0, 100), st.floats(-1, 1000))
def test_a_pause_is_never_shorter_than_asked_for(jitter, pause_s, delay_s):
    told = _Told()
    queue = Hosts(NetworkSettings(pause_s=pause_s), told, leave=Left(), jitter=lambda: jitter)

    async def twice():
        async with queue.turn("a"):
            queue.slow_down("a", delay_s)
        async with queue.turn("a"):
            return told.passed

    paused = asyncio.run(twice())
    asked = max(pause_s, min(delay_s, MAX_DELAY_S))
    assert asked <= paused <= asked * 1.1 + 1e-9


class _Told:
    """A clock for many examples."""

    passed = 0.0

    def now(self):
        raise AssertionError("nothing here needs the time of day")

    def monotonic(self):
        return self.passed

    async def sleep(self, seconds):
        self.passed += seconds


@pytest.mark.parametrize("at_once", [1, 3])
def test_so_many_hosts_are_asked_at_once(hosts, at_once):
    queue = hosts(hosts_at_once=at_once)
    under_way, most = set(), 0

    async def ask(host, full):
        nonlocal most
        async with queue.turn(host):
            under_way.add(host)
            most = max(most, len(under_way))
            if len(under_way) == at_once:
                full.set()
            await full.wait()
            await asyncio.sleep(0)
            under_way.discard(host)

    async def all_of_them():
        full = asyncio.Event()
        async with asyncio.timeout(10):
            await asyncio.gather(*(ask(f"h{number}", full) for number in range(7)))

    asyncio.run(all_of_them())
    assert most == at_once


def test_a_stop_holds_for_all_who_wait_and_ends(hosts, clock):
    queue = hosts()
    until = clock.now() + timedelta(seconds=100)

    async def ask(number):
        async with queue.turn("a"):
            if number == 0:
                queue.stop("a", until)
            return number

    async def all_of_them():
        return await asyncio.gather(*(ask(number) for number in range(3)), return_exceptions=True)

    first, *others = asyncio.run(all_of_them())
    assert first == 0
    assert [(type(other), other.host, other.until) for other in others] == [(HostStopped, "a", until)] * 2
    assert queue.stopped_until("a") == until
    assert queue.stopped_until("b") is None
    clock.advance(100)
    assert queue.stopped_until("a") is None
    assert asyncio.run(ask(3)) == 3


def test_a_stop_is_never_shortened_nor_longer_than_a_day(hosts, clock):
    queue = hosts()
    queue.stop("a", clock.now() + timedelta(seconds=50))
    queue.stop("a", clock.now() + timedelta(seconds=10))
    assert queue.stopped_until("a") == clock.now() + timedelta(seconds=50)
    queue.stop("a", clock.now() + timedelta(days=5000))
    assert queue.stopped_until("a") == clock.now() + timedelta(seconds=MAX_STOP_S)


def test_a_connection_is_closed_when_nobody_has_anything_to_ask(hosts, left):
    queue = hosts()

    async def visits():
        async with queue.visit("a"):
            async with queue.visit("a"), queue.visit("b"):
                assert left.hosts == []
            assert left.hosts == ["b"]
        assert left.hosts == ["b", "a"]

    asyncio.run(visits())


def test_hosts_are_forgotten_when_there_is_nothing_to_remember(hosts, clock):
    queue = hosts()

    async def round_of_many():
        for number in range(500):
            async with queue.visit(f"h{number}"), queue.turn(f"h{number}"):
                pass
            clock.advance(10)

    asyncio.run(round_of_many())
    assert len(queue._hosts) <= 2


def test_a_stopped_host_keeps_nobody_waiting(hosts, clock):
    queue = hosts(pause_s=50.0)

    async def ask():
        async with queue.turn("a"):
            queue.stop("a", clock.now() + timedelta(seconds=600))
        with pytest.raises(HostStopped):
            await queue.turn("a").__aenter__()

    asyncio.run(ask())
    assert clock.slept == []


def test_a_stop_during_the_pause_counts(hosts, clock):
    queue = hosts(pause_s=50.0)

    async def ask():
        async with queue.turn("a"):
            pass
        waiting = asyncio.ensure_future(queue.turn("a").__aenter__())
        while not clock.slept:
            await asyncio.sleep(0)
        queue.stop("a", clock.now() + timedelta(seconds=600))
        with pytest.raises(HostStopped):
            await waiting

    asyncio.run(ask())
