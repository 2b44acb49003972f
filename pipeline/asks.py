"""Asks that run beside each other, until all are over or it is time to stop.

Told to stop, those that wait for an answer get `GRACE_S` to get it; all others, which wait for their turn, are cut off
at once.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pipeline.clock import Clock

#: Seconds that answers get which are under way when it is time to stop.
GRACE_S: Final = 30.0
#: Seconds between two looks at whether it is.
_LOOK_S: Final = 0.2

_What = TypeVar("_What")


@dataclass(slots=True, kw_only=True)
class Asks(Generic[_What]):
    """Asks for things of one kind, each a task of its own."""

    clock: Clock
    stop: Callable[[], bool]  #: whether it is time to stop; once true, always
    _running: dict[asyncio.Task[None], _What] = field(default_factory=dict)
    _sending: set[asyncio.Task[None] | None] = field(default_factory=set)  #: of these, those that wait for an answer

    def begin(self, what: _What, ask: Coroutine[None, None, None]) -> None:
        """Ask beside the others; also while they are under way."""
        self._running[asyncio.create_task(ask)] = what

    def note_sending(self) -> None:
        """The ask that calls this sends its request now and waits for the answer; at time to stop it is cut off."""
        if self.stop():
            raise asyncio.CancelledError
        self._sending.add(asyncio.current_task())

    def note_answered(self) -> None:
        """The ask that calls this has its answer."""
        self._sending.discard(asyncio.current_task())

    async def until_done(self) -> list[_What]:
        """Let them ask; gives what those asked for that were cut off. None is left running, also if this raises.

        Raises:
            BaseException: what an ask raised; the others were cut off.
        """
        cut: list[_What] = []
        ends_at: float | None = None
        try:
            while self._running:
                over, _ = await asyncio.wait(self._running, timeout=_LOOK_S, return_when=asyncio.FIRST_EXCEPTION)
                cut += self._ended(over)
                if self.stop():
                    ends_at = ends_at or self.clock.monotonic() + GRACE_S
                    is_late = self.clock.monotonic() >= ends_at
                    leaving = [ask for ask in self._running if is_late or ask not in self._sending]
                    await _end(leaving)
                    cut += self._ended(leaving)
        finally:
            await _end(self._running)
        return cut

    def _ended(self, over: Iterable[asyncio.Task[None]]) -> list[_What]:
        """Forget these; gives those that were cut off."""
        cut = []
        for ask in over:
            if ask.cancelled():
                cut.append(self._running[ask])
            else:
                ask.result()
            del self._running[ask]
        return cut


async def _end(asks: Iterable[asyncio.Task[None]]) -> None:
    """Cut these off; when this is done, they are over."""
    ending = list(asks)
    for ask in ending:
        ask.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
