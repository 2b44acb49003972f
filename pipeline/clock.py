"""The time of day and the passing of time, as an argument."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to let some pass."""

    def now(self) -> datetime:
        """The time of day, UTC. It may jump in either direction."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Let so much time pass; nothing for zero or less."""


class MachineClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The time of day."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since the machine started, or some such moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        if seconds > 0:
            await asyncio.sleep(seconds)


class ShiftedClock(MachineClock):
    """The clock of this machine, set to another time of day."""

    def __init__(self, start: datetime) -> None:
        """From now on it is `start`, and time passes as ever."""
        self._start, self._since = start, time.monotonic()

    def now(self) -> datetime:
        """The time of day since it was set."""
        return self._start + timedelta(seconds=time.monotonic() - self._since)
