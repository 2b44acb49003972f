"""Asking on a person's behalf, with all manners, where nothing is kept: a look at feeds before they are in the list."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final

from pipeline.clock import Clock
from pipeline.fetch import Answer
from pipeline.guest import Guest, invited
from transforms.core.exchange import Context, Exchange
from transforms.core.feedcheck import Examined, examine
from transforms.core.polling import NetworkSettings, Outcome, Purpose, Request

_CHARSET: Final = re.compile(r";\s{0,9}charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_PERMANENT: Final = frozenset({301, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """What came of asking for an address."""

    requests: tuple[Request, ...]  #: every hop, and what was asked of robots.txt
    final: Request
    body: bytes  #: unpacked; of a success only

    @property
    def ok(self) -> bool:
        """Whether there is a document."""
        return self.final.outcome in {Outcome.FETCHED, Outcome.SAME}

    @property
    def content_type(self) -> str:
        """The media type as the server says it, in lower case."""
        return self.final.content_type.partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The encoding as the server says it."""
        found = _CHARSET.search(self.final.content_type)
        return found[1] if found else ""

    @property
    def said(self) -> str:
        """Why there is no document, for a person."""
        status = f"{self.final.status} " if self.final.status else ""
        detail = self.final.detail or str(self.final.outcome).replace("_", " ")
        return detail if detail.startswith(status) else status + detail

    @property
    def settled_url(self) -> str:
        """The address to ask from now on: the last one where every redirect was permanent, else the first."""
        hops = [each for each in self.requests if each.purpose != "robots"]
        moved = all(hop.status in _PERMANENT for hop in hops[:-1])
        return hops[-1].url if moved else hops[0].url


class Visitor:
    """Asks as a guest, and keeps nothing."""

    def __init__(self, guest: Guest, clock: Clock) -> None:
        self._guest, self._clock = guest, clock

    async def ask(
        self,
        url: str,
        *,
        purpose: Purpose = "discovery",
        etag: str = "",
        last_modified: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Visited:
        """Ask for an address, with redirects; never raises for what servers do."""
        asked = await self._guest.ask(
            url,
            purpose=purpose,
            feed_url=url,
            etag=etag,
            last_modified=last_modified,
            headers=headers,
            journal=_NoJournal(),
        )
        body = asked.answer.unpacked if asked.answer else b""
        return Visited(requests=asked.requests, final=asked.final, body=body)

    def examine(self, visited: Visited) -> Examined:
        """Look at the document that came."""
        now = self._clock.now()
        exchange = Exchange(
            context=Context(purpose="feed", feed_url=visited.requests[0].url, received_at=now),
            url=visited.final.url,
            content_type=visited.content_type,
            charset=visited.charset,
            body=visited.body,
            raw_address="",
        )
        return examine(exchange, now)


@asynccontextmanager
async def visiting(settings: NetworkSettings, clock: Clock) -> AsyncIterator[Visitor]:
    """A visitor with connections of its own, which are closed at the end."""
    numbers = count(1)
    async with invited(settings, clock, lambda: f"visit-{next(numbers)}") as guest:
        yield Visitor(guest, clock)


class _NoJournal:
    """Keeps nothing: what a person asks once is no part of the archive."""

    def begin(self, request: Request) -> None:
        """Nothing is kept."""

    def end(self, request: Request, answer: Answer | None) -> Request:  # noqa: ARG002  # the journal's contract
        """The request, as it is."""
        return request
