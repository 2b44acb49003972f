"""Manners per host: one request at a time, a pause between two, and silence when a host asks for it.

All time is the clock's. What is remembered of a host is forgotten when nobody visits it and it is ready again.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pipeline.clock import Clock
from transforms.core.polling import NetworkSettings

#: A Crawl-delay is followed up to this.
MAX_DELAY_S: Final = 60.0
#: A host that says 429 without saying until when is left alone for so long.
LIMITED_S: Final = 900
#: However long a host asks for: its feeds are not forgotten.
MAX_STOP_S: Final = 86_400
#: Pauses are longer by up to this share, so that hosts asked together do not stay in step.
_JITTER: Final = 0.1


class HostStopped(Exception):
    """A host wants no requests until a time."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(host, until)
        self.host = host
        self.until = until


@dataclass(slots=True)
class _Host:
    """What is known of one host."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    visits: int = 0  #: how many have something to ask of it
    ready_at: float = 0.0  #: monotonic
    delay_s: float = 0.0  #: what its robots.txt asks for
    stopped_until: datetime | None = None


class Hosts:
    """Whose turn it is.

    A visit says that there is something to ask of a host; its connection is closed when the last visit ends. Within a
    visit, each request takes a turn. Turns of one host never overlap and come in the order they were asked for; of all
    hosts `hosts_at_once` are asked at the same time.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        clock: Clock,
        *,
        leave: Callable[[str], Awaitable[None]],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Begin with no host known.

        Args:
            settings: pause_s, hosts_at_once.
            clock: for all waiting.
            leave: closes the connection to a host.
            jitter: gives a number from 0 to 1.
        """
        self._settings = settings
        self._clock = clock
        self._leave = leave
        self._jitter = jitter
        self._at_once = asyncio.Semaphore(settings.hosts_at_once)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def visit(self, host: str) -> AsyncIterator[None]:
        """Say that there is something to ask of a host."""
        known = self._hosts.setdefault(host, _Host())
        known.visits += 1
        try:
            yield
        finally:
            known.visits -= 1
            if not known.visits:
                self._forget()
                await self._leave(host)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[float]:
        """Wait until a host may be asked; gives the seconds that this took. The pause begins when the turn ends.

        Raises:
            HostStopped: it wants no requests now.
        """
        known = self._hosts.setdefault(host, _Host())
        came = self._clock.monotonic()
        async with known.turn:
            self._refuse_if_stopped(host)
            while (left := known.ready_at - self._clock.monotonic()) > 0:
                await self._clock.sleep(left)
            async with self._at_once:
                self._refuse_if_stopped(host)
                try:
                    yield self._clock.monotonic() - came
                finally:
                    pause = max(self._settings.pause_s, known.delay_s)
                    known.ready_at = self._clock.monotonic() + pause * (1 + _JITTER * self._jitter())

    def stop(self, host: str, until: datetime) -> None:
        """Ask nothing more of a host until a time, a day from now at most; never shortens what was said before."""
        until = min(until, self._clock.now() + timedelta(seconds=MAX_STOP_S))
        known = self._hosts.setdefault(host, _Host())
        known.stopped_until = max(until, known.stopped_until or until)

    def stopped_until(self, host: str) -> datetime | None:
        """Until when a host wants no requests; None: it may be asked."""
        known = self._hosts.get(host)
        if known is None or known.stopped_until is None:
            return None
        return known.stopped_until if known.stopped_until > self._clock.now() else None

    def slow_down(self, host: str, delay_s: float) -> None:
        """Pause at least so long between requests to a host, `MAX_DELAY_S` at most."""
        self._hosts.setdefault(host, _Host()).delay_s = min(max(delay_s, 0.0), MAX_DELAY_S)

    def _refuse_if_stopped(self, host: str) -> None:
        until = self.stopped_until(host)
        if until is not None:
            raise HostStopped(host, until)

    def _forget(self) -> None:
        now = self._clock.monotonic()
        for host in [host for host, known in self._hosts.items() if not known.visits]:
            if self._hosts[host].ready_at <= now and self.stopped_until(host) is None:
                del self._hosts[host]
