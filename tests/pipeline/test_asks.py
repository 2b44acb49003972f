import asyncio

import pytest

from pipeline.asks import GRACE_S, Asks


class ToldClock:
    def __init__(self):
        self.passed = 0.0

    def monotonic(self):
        return self.passed


class Stop:
    """Says so from the first time on that it was told."""

    is_told = False

    def __call__(self):
        return self.is_told


@pytest.fixture
def clock():
    return ToldClock()


@pytest.fixture
def stop():
    return Stop()


@pytest.fixture
def asks(clock, stop):
    return Asks(clock=clock, stop=stop)


def run(asks, **begun):
    async def run_all():
        for what, ask in begun.items():
            asks.begin(what, ask())
        return await asks.until_done()

    return asyncio.run(run_all())


def test_all_run_to_their_end_also_those_begun_on_the_way(asks):
    ended = []

    async def second():
        ended.append("second")

    async def first():
        asks.begin("second", second())
        ended.append("first")

    assert run(asks, first=first) == []
    assert sorted(ended) == ["first", "second"]


def test_told_to_stop_who_waits_for_a_turn_is_cut_off_and_who_waits_for_an_answer_gets_it(asks, stop):
    ended, answered = [], asyncio.Event()

    async def sending():
        asks.note_sending()
        stop.is_told = True
        await answered.wait()
        asks.note_answered()
        ended.append("sending")

    async def waiting():
        try:
            await asyncio.Event().wait()
        finally:
            answered.set()  # cut off before the answer came
        ended.append("waiting")

    assert run(asks, sending=sending, waiting=waiting) == ["waiting"]
    assert ended == ["sending"]


def test_nothing_is_sent_once_it_is_time_to_stop(asks, stop):
    sent = []

    async def first():
        asks.note_sending()
        stop.is_told = True
        sent.append("first")

    async def second():
        asks.note_sending()
        sent.append("second")

    assert run(asks, first=first, second=second) == ["second"]
    assert sent == ["first"]


def test_an_answer_that_does_not_come_in_time_is_not_waited_for(asks, clock, stop):
    async def sending():
        asks.note_sending()
        stop.is_told = True
        await asyncio.Event().wait()

    async def waiting():
        try:
            await asyncio.Event().wait()
        finally:
            clock.passed += GRACE_S  # since it was told to stop

    assert run(asks, sending=sending, waiting=waiting) == ["waiting", "sending"]


def test_an_ask_that_ends_by_itself_when_it_is_cut_off_is_over(asks, stop):
    async def stubborn():
        stop.is_told = True
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    assert run(asks, stubborn=stubborn) == []


@pytest.mark.parametrize("is_told", [False, True])
def test_an_error_ends_all_and_is_raised(is_told, asks, stop):
    ended = []

    async def failing():
        stop.is_told = is_told
        try:
            await asyncio.sleep(0)
        finally:
            raise OSError("disk is full")

    async def waiting():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waiting")

    with pytest.raises(OSError, match="disk is full"):
        run(asks, waiting=waiting, failing=failing)
    assert ended == ["waiting"]
