"""What sites let programs read: robots.txt (RFC 9309), asked once a day for each origin."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from protego import Protego

from pipeline.clock import Clock
from transforms.core.http import origin_of
from transforms.core.polling import Outcome

#: What is behind so many bytes of a robots.txt is not read (RFC 9309 2.5).
MAX_BYTES: Final = 512_000
#: The product token that robots.txt calls us by.
TOKEN: Final = "newsbeam"  # noqa: S105  # a name
_KEPT: Final = timedelta(days=1)
#: A site whose robots.txt could not be had is asked for it again after this.
_KEPT_FAILURE: Final = timedelta(hours=1)
_MAX_ORIGINS: Final = 4096
_AGENT: Final = re.compile(
    r"[ \t\ufeff]{0,8}user[ -]?agents?[ \t]{0,8}[: \t][ \t]{0,8}([^#\r\n]{0,200})", re.IGNORECASE
)

#: What robots.txt says about an address.
Word = Literal["allowed", "disallowed", "unavailable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What came of asking for a robots.txt."""

    outcome: Outcome
    detail: str = ""  #: why there is none, for a person
    text: str = ""  #: of a success


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one origin lets us do."""

    word: Word  #: where `file` is None: of every address
    until: datetime
    file: Protego | None = None
    delay_s: float = 0.0  #: its Crawl-delay
    why: str = ""  #: it could not be had, for a person

    def about(self, url: str) -> Word:
        """Whether an address of this origin may be read."""
        if self.file is None:
            return self.word
        return "allowed" if self.file.can_fetch(url, TOKEN) else "disallowed"


def rules_of(file: RobotsFile, now: datetime) -> Rules:
    """What follows from an answer to robots.txt (RFC 9309 2.3.1).

    There is none (4xx): everything is allowed. It could not be had (5xx, no answer, a redirect that leads nowhere):
    nothing is.
    """
    match file.outcome:
        case Outcome.FETCHED:
            parsed = Protego.parse(_ours(file.text))
            return Rules(word="allowed", until=now + _KEPT, file=parsed, delay_s=parsed.crawl_delay(TOKEN) or 0.0)
        case Outcome.MISSING | Outcome.GONE | Outcome.FORBIDDEN | Outcome.REFUSED:
            return Rules(word="allowed", until=now + _KEPT)
        case _:
            return Rules(word="unavailable", until=now + _KEPT_FAILURE, why=file.detail)


def _ours(text: str) -> str:
    """The text with the names of all other programs made one.

    Names compare as RFC 9309 2.2.1 says: equal without case, a version behind a slash is no part of them. And a file of
    thousands of names costs what a file of two costs.
    """
    lines = []
    for line in text[:MAX_BYTES].splitlines():
        found = _AGENT.match(line)
        if found is None:
            lines.append(line)
            continue
        name = found[1].strip().lower().partition("/")[0]
        said = f"User-agent: {name if name in {TOKEN, '*'} else 'another'}"
        if not lines or lines[-1] != said:
            lines.append(said)
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer to robots.txt that is remembered from round to round."""

    file: RobotsFile
    at: datetime


def _nothing(_origin: str) -> Kept | None:
    """Remember nothing."""
    return None


@dataclass(slots=True)
class Robots:
    """The robots.txt of each origin, asked for when first needed and kept for a day.

    `remembered` gives what an earlier round was answered; `learned` holds the answers of this one.
    """

    clock: Clock
    remembered: Callable[[str], Kept | None] = _nothing
    learned: dict[str, Kept] = field(default_factory=dict)
    _rules: dict[str, Rules] = field(default_factory=dict)
    _asking: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def rules(self, url: str, ask: Callable[[str], Awaitable[RobotsFile | None]]) -> Rules:
        """The rules for an address.

        Args:
            url: an address that may be asked.
            ask: asks for the address of a robots.txt, redirects followed; None: it may not be asked now, which is not
                remembered.
        """
        origin = origin_of(url)
        lock = self._asking.setdefault(origin, asyncio.Lock())
        async with lock:
            known = self._rules.get(origin) or self._recall(origin)
            if known is None or known.until <= self.clock.now():
                file = await ask(f"{origin}/robots.txt")
                if file is None:
                    return Rules(word="unavailable", until=self.clock.now())
                self.learned[origin] = Kept(file=file, at=self.clock.now())
                known = self._keep(origin, rules_of(file, self.clock.now()))
        return known

    def _recall(self, origin: str) -> Rules | None:
        kept = self.remembered(origin)
        if kept is None or kept.at > self.clock.now():  # the clock was set back
            return None
        return self._keep(origin, rules_of(kept.file, kept.at))

    def _keep(self, origin: str, rules: Rules) -> Rules:
        now = self.clock.now()
        if len(self._rules) >= _MAX_ORIGINS:
            self._rules = {kept: known for kept, known in self._rules.items() if known.until > now}
            while len(self._rules) >= _MAX_ORIGINS:
                del self._rules[next(iter(self._rules))]
        self._asking = {kept: lock for kept, lock in self._asking.items() if kept in self._rules or lock.locked()}
        self._rules[origin] = rules
        return rules
