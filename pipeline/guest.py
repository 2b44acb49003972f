"""A guest's ask: an address and the redirects behind it, with manners, each hop written down before it is sent."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from pipeline.clock import Clock
from pipeline.fetch import Answer, Fetcher
from pipeline.hosts import LIMITED_S, Hosts, HostStopped
from pipeline.robots import MAX_BYTES, Robots, RobotsFile
from transforms.core.http import (
    BadAddress,
    askable,
    delta_s,
    expiry,
    first_field,
    host_of,
    parse_http_date,
    redirect_target,
    retry_after_s,
)
from transforms.core.http import (
    field as field_of,
)
from transforms.core.polling import NetworkSettings, Outcome, Purpose, Request

#: Of a robots.txt, redirects are followed so often (RFC 9309 2.3.1.2).
_ROBOTS_REDIRECTS: Final = 5
_UNAVAILABLE: Final = 503


class Journal(Protocol):
    """Keeps what was asked and what came, before and after it happens."""

    def begin(self, request: Request) -> None:
        """Called before a request is sent; returns when that is safely written down. Its outcome is ABANDONED."""

    def end(self, request: Request, answer: Answer | None) -> Request:
        """Called when it is over, whatever came of it; gives the request as it stands in `requests/`.

        The answer is None where there is none to keep: of robots.txt.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that was asked for one address."""

    requests: tuple[Request, ...]  #: every request that was sent, robots.txt too, in order; and the final one
    final: Request  #: the last hop; its outcome is that of the whole
    answer: Answer | None  #: to the final request; None: it was not sent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """What is the same for every hop."""

    url: str  #: as it was given
    purpose: Purpose
    feed_url: str
    headers: tuple[tuple[str, str], ...]
    etag: str
    last_modified: str
    journal: Journal
    requests: list[Request] = field(default_factory=list)
    visits: AsyncExitStack
    visited: set[str] = field(default_factory=set)  #: hosts
    hops: set[str] = field(default_factory=set)  #: addresses


class Guest:
    """Asks for addresses as a guest does.

    One request to a host at a time, pauses, and silence when asked for (`pipeline.hosts`); robots.txt for pages
    (`pipeline.robots`); redirects followed hop by hop, each hop with all of these. A host that answers 429, or 503 with
    a Retry-After, gets no more requests until then.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        hosts: Hosts,
        settings: NetworkSettings,
        clock: Clock,
        next_id: Callable[[], str],
        robots: Robots | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._hosts = hosts
        self._settings = settings
        self._clock = clock
        self._next_id = next_id
        self._robots = robots or Robots(clock)

    async def ask(
        self,
        url: str,
        *,
        purpose: Purpose,
        feed_url: str = "",
        headers: Sequence[tuple[str, str]] = (),
        etag: str = "",
        last_modified: str = "",
        journal: Journal,
    ) -> Asked:
        """Ask for an address and follow where it leads; never raises for what servers do.

        What is not sent is not journaled: an address that is none (BAD_ADDRESS), a page that robots.txt keeps for
        itself (DISALLOWED), a host that wants to be left alone (LIMITED, without a status; `detail` and
        `retry_after_s` say until when). The final request then is the only one that the journal has not seen.

        Args:
            url: what to ask for.
            purpose: robots.txt counts for pages only.
            feed_url: the feed for which it is asked, as it stands in the list.
            headers: the user's own for that feed: sent to the feed's own host only, and never in the clear where the
                feed's address is https.
            etag: of the body that is known; sent verbatim with every hop.
            last_modified: the same.
            journal: told of every request.
        """
        async with AsyncExitStack() as visits:
            ask = _Ask(
                url=url,
                purpose=purpose,
                feed_url=feed_url,
                headers=tuple(headers),
                etag=etag,
                last_modified=last_modified,
                journal=journal,
                visits=visits,
            )
            final, answer = await self._follow(ask)
        return Asked(requests=tuple(ask.requests), final=final, answer=answer)

    async def _follow(self, ask: _Ask) -> tuple[Request, Answer | None]:
        try:
            url = askable(ask.url)
        except BadAddress as error:
            return self._unsent(ask, ask.url, "", Outcome.BAD_ADDRESS, str(error)), None
        while True:
            request, answer = await self._hop(ask, url)
            if request.outcome is not Outcome.REDIRECTED:
                return request, answer
            url = request.location

    async def _hop(self, ask: _Ask, url: str) -> tuple[Request, Answer | None]:
        """One request, or the reason why it is not sent."""
        host, robots = host_of(url), ""
        await self._visit(ask, host)
        if ask.purpose == "page":
            rules = await self._robots.rules(url, lambda address: self._robots_file(ask, address))
            robots = rules.about(url)
            self._hosts.slow_down(host, rules.delay_s)
            if robots != "allowed" and self._hosts.stopped_until(host) is None:
                detail = (
                    "robots.txt"
                    if robots == "disallowed"
                    else f"robots.txt could not be had{rules.why and ': '}{rules.why}"
                )
                return self._unsent(ask, url, host, Outcome.DISALLOWED, detail, robots=robots), None
        try:
            async with self._hosts.turn(host) as waited_s:
                request = replace(
                    self._request(ask, url, host, Outcome.ABANDONED),
                    sent_etag=ask.etag,
                    sent_last_modified=ask.last_modified,
                    wait_ms=round(waited_s * 1000),
                    robots=robots,
                )
                ask.journal.begin(request)
                answer = await self._fetcher.fetch(
                    url, headers=_own_headers(ask, url), etag=ask.etag, last_modified=ask.last_modified
                )
                request = self._checked(ask, described(request, answer, self._clock.now()))
                self._stop_if_asked(host, request)
                request = ask.journal.end(request, None if ask.purpose == "robots" else answer)
        except HostStopped as stopped:
            return self._not_now(ask, url, stopped, robots), None
        ask.requests.append(request)
        return request, answer

    async def _visit(self, ask: _Ask, host: str) -> None:
        if host not in ask.visited:
            ask.visited.add(host)
            await ask.visits.enter_async_context(self._hosts.visit(host))

    async def _robots_file(self, page: _Ask, url: str) -> RobotsFile | None:
        """Ask for a robots.txt on the way to a page; None: its host wants to be left alone."""
        ask = replace(page, url=url, purpose="robots", headers=(), etag="", last_modified="", requests=[], hops=set())
        request, answer = await self._follow(ask)
        page.requests.extend(ask.requests if answer else ask.requests[:-1])
        if request.outcome is Outcome.LIMITED:
            return None
        body = answer.unpacked[:MAX_BYTES] if answer else b""
        return RobotsFile(outcome=request.outcome, detail=request.detail, text=body.decode("utf-8", "replace"))

    def _checked(self, ask: _Ask, request: Request) -> Request:
        """A redirect that leads nowhere is a bad one."""
        ask.hops.add(request.url)
        if request.outcome is not Outcome.REDIRECTED:
            return request
        most = _ROBOTS_REDIRECTS if ask.purpose == "robots" else self._settings.max_redirects
        fault = request.detail if not request.location else ""
        if request.location in ask.hops:
            fault = f"redirects in a loop, back to {request.location}"
        elif request.location and len(ask.hops) > most:
            fault = f"more than {most} redirects"
        return replace(request, outcome=Outcome.BAD_REDIRECT, detail=fault) if fault else request

    def _stop_if_asked(self, host: str, request: Request) -> None:
        """429 is for the host; so is a 503 that says until when."""
        is_limited = request.outcome is Outcome.LIMITED
        if is_limited or (request.status == _UNAVAILABLE and request.retry_after_s is not None):
            wait_s = LIMITED_S if request.retry_after_s is None else request.retry_after_s
            self._hosts.stop(host, self._clock.now() + timedelta(seconds=wait_s))

    def _not_now(self, ask: _Ask, url: str, stopped: HostStopped, robots: str) -> Request:
        left_s = max(0, round((stopped.until - self._clock.now()).total_seconds()))
        detail = f"not asked: {stopped.host} wants no requests until {stopped.until:%Y-%m-%d %H:%M:%S} UTC"
        return self._unsent(ask, url, stopped.host, Outcome.LIMITED, detail, robots=robots, retry_after_s=left_s)

    def _unsent(
        self,
        ask: _Ask,
        url: str,
        host: str,
        outcome: Outcome,
        detail: str,
        *,
        robots: str = "",
        retry_after_s: int | None = None,
    ) -> Request:
        request = replace(
            self._request(ask, url, host, outcome), detail=detail, robots=robots, retry_after_s=retry_after_s
        )
        ask.requests.append(request)
        return request

    def _request(self, ask: _Ask, url: str, host: str, outcome: Outcome) -> Request:
        return Request(
            request_id=self._next_id(),
            purpose=ask.purpose,
            url=url,
            host=host,
            feed_url=ask.feed_url,
            started_at=self._clock.now(),
            outcome=outcome,
            first_url=ask.url,
        )


def _own_headers(ask: _Ask, url: str) -> tuple[tuple[str, str], ...]:
    """The user's headers where they may go."""
    if not ask.headers:
        return ()
    own, asked = urlsplit(ask.feed_url or ask.url), urlsplit(url)
    is_own_host = (asked.hostname or "") == (own.hostname or "").lower()
    return ask.headers if is_own_host and (own.scheme, asked.scheme) != ("https", "http") else ()


def described(request: Request, answer: Answer, now: datetime) -> Request:
    """The request with what its answer says.

    Args:
        request: as it was sent.
        answer: to it.
        now: the end of the answer.
    """
    said_at = parse_http_date(first_field(answer.headers, "date"), now) or now
    location, detail = "", answer.detail
    if answer.outcome is Outcome.REDIRECTED:
        try:
            location = redirect_target(request.url, first_field(answer.headers, "location"))
        except BadAddress as error:
            detail = f"{answer.detail}: {error}"
    return replace(
        request,
        outcome=answer.outcome,
        detail=detail,
        status=answer.status,
        http_version=answer.http_version,
        bytes=len(answer.body),
        duration_ms=answer.duration_ms,
        etag=first_field(answer.headers, "etag"),
        last_modified=first_field(answer.headers, "last-modified"),
        cache_control=field_of(answer.headers, "cache-control"),
        age_s=delta_s(first_field(answer.headers, "age")) or 0,
        expires_at=expiry(answer.headers, now),
        retry_after_s=retry_after_s(first_field(answer.headers, "retry-after"), said_at),
        location=location,
        content_type=first_field(answer.headers, "content-type"),
        body_hash=answer.body_hash,
    )


@asynccontextmanager
async def invited(
    settings: NetworkSettings,
    clock: Clock,
    next_id: Callable[[], str],
    *,
    robots: Robots | None = None,
    stopped: Mapping[str, datetime] | None = None,
) -> AsyncIterator[Guest]:
    """A guest with connections of its own, which are closed at the end.

    Args:
        settings: manners and bounds.
        clock: for all waiting.
        next_id: names requests.
        robots: remembers robots.txt; None: nothing is remembered.
        stopped: hosts that asked for silence before, and until when; None: none did.
    """
    async with Fetcher(settings, clock) as fetcher:
        hosts = Hosts(settings, clock, leave=fetcher.leave)
        for host, until in (stopped or {}).items():
            hosts.stop(host, until)
        yield Guest(fetcher, hosts, settings, clock, next_id, robots)
