"""One request, one answer: whatever a server does comes back as a value.

HTTP/1.1 and 2 with connections kept open per host, no cookies, no redirects followed, no proxies, no credentials of the
machine. A host has one connection at most. Bodies are kept as they were received and unpacked beside, both bounded.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from types import TracebackType
from typing import Any, Final, Self

import httpcore2

from pipeline.clock import Clock
from pipeline.draft import FAILURES, Draft, failed, judged
from pipeline.network import PublicNetwork, Resolve, Stream, resolve
from transforms.core.codings import undo
from transforms.core.errors import Refused
from transforms.core.http import Headers, delta_s, first_field, host_of, outcome_of, user_agent, with_own
from transforms.core.http import field as field_of
from transforms.core.pieces import Limits
from transforms.core.polling import NetworkSettings, Outcome
from transforms.core.records import Reason

#: Of an answer that is no success, so many bytes are received at most; nobody needs more of an error.
ERROR_BYTES: Final = 262_144
_HASH_BYTES: Final = 16
#: Connections that were not used for so long are closed by us before the server does it while we write.
_KEPT_S: Final = 60.0
#: Connections are kept open to so many hosts for each one that is asked at the same time.
_LINES_PER_HOST_AT_ONCE: Final = 4
#: Headers that say how the message is sent; a user's own of these names are left out.
_OURS: Final = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade", "expect", "range"}
    | {"if-none-match", "if-modified-since"}
)
_BASIC: Final = (("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate, br, zstd"))
#: On a connection that was used before these mean that the server had closed it: nobody has handled the request.
_STALE: Final = (httpcore2.NetworkError, httpcore2.ProtocolError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request. Without a status there was no answer; `detail` says in a line for a person why."""

    url: str
    outcome: Outcome
    detail: str = ""
    started_at: datetime
    duration_ms: int = 0
    status: int | None = None
    reason: str = ""  #: the words behind the status
    http_version: str = ""  #: "HTTP/1.1", "HTTP/2"
    headers: Headers = ()  #: as received; bytes as Latin-1
    body: bytes = b""  #: as received, without transfer coding, with content coding; of a failure what there was of it
    unpacked: bytes = b""  #: the body without content coding; of a success only
    body_hash: str = ""  #: BLAKE2b-128 of `unpacked`, hex; of a success only


@dataclass(slots=True)
class _Line:
    """The one connection to a host, and what is known of it."""

    pool: httpcore2.AsyncConnectionPool
    stream: Stream | None = None  #: the newest
    is_fresh: bool = False  #: whether the request under way opened it
    is_busy: bool = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Follow what httpcore2 does: which connection it opens."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.stream = info["return_value"]
        elif event == "connection.connect_tcp.started":
            self.stream, self.is_fresh = None, True

    @property
    def received(self) -> int:
        return self.stream.received if self.stream else 0


class Fetcher:
    """Asks one address at a time; several may be under way, to different hosts."""

    def __init__(
        self,
        settings: NetworkSettings,
        clock: Clock,
        *,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._network = PublicNetwork(allow_private=settings.allow_private, resolve=resolve)
        self._tls = tls or httpcore2.default_ssl_context()
        self._limits = Limits(max_item_bytes=settings.max_bytes)
        self._lines: dict[str, _Line] = {}  #: by host, the one used last at the end
        self._most_lines = _LINES_PER_HOST_AT_ONCE * settings.hosts_at_once
        self.user_agent = user_agent(version("newsbeam"), settings.contact)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for host in tuple(self._lines):
            await self.leave(host)

    async def leave(self, host: str) -> None:
        """Close the connection to a host, if there is one."""
        line = self._lines.pop(host, None)
        if line is not None:
            with suppress(*FAILURES):  # it is closed either way
                await line.pool.aclose()

    async def fetch(
        self, url: str, *, headers: Sequence[tuple[str, str]] = (), etag: str = "", last_modified: str = ""
    ) -> Answer:
        """Ask for an address and take the whole answer; never raises for what the other side does.

        A request on a connection that turns out to be closed before anything of an answer came is sent once more, on a
        new one: it is a GET, and nobody has answered it (RFC 9110 9.2.2, RFC 9112 9.3.1).

        Args:
            url: as `transforms.core.http.askable` gives it.
            headers: the user's own; those that say how a message is sent are left out.
            etag: sent verbatim as If-None-Match.
            last_modified: sent verbatim as If-Modified-Since.
        """
        started_at, began = self._clock.now(), self._clock.monotonic()
        host, draft = host_of(url), Draft()
        outcome, detail = Outcome.FETCHED, ""
        try:
            async with asyncio.timeout(self._settings.total_s):
                await self._exchange(host, self._request(url, headers, etag, last_modified), draft)
        except FAILURES as error:
            line = self._lines.get(host)
            outcome, detail = failed(error, draft, self._settings, received=line.received if line else 0)
        finally:
            if not draft.is_clean:  # what is left of the answer must not be taken for the next one
                await self.leave(host)
        if draft.status is not None:
            outcome, detail = judged(draft, outcome, detail, is_conditional=bool(etag or last_modified))
        body, unpacked = b"".join(draft.chunks), b""
        if outcome is Outcome.FETCHED:
            outcome, detail, unpacked = self._unpack(body, draft.headers, detail)
        return Answer(
            url=url,
            outcome=outcome,
            detail=detail,
            started_at=started_at,
            duration_ms=round((self._clock.monotonic() - began) * 1000),
            status=draft.status,
            reason=draft.reason,
            http_version=draft.http_version,
            headers=draft.headers,
            body=body,
            unpacked=unpacked,
            body_hash=body_hash(unpacked) if outcome is Outcome.FETCHED else "",
        )

    def _request(
        self, url: str, headers: Sequence[tuple[str, str]], etag: str, last_modified: str
    ) -> httpcore2.Request:
        address = httpcore2.URL(url)
        own = [(name, value) for name, value in headers if name.lower() not in _OURS]
        said = [("Host", url.split("/")[2]), *with_own([("User-Agent", self.user_agent), *_BASIC], own)]
        if etag:
            said.append(("If-None-Match", etag))
        if last_modified:
            said.append(("If-Modified-Since", last_modified))
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self._settings.timeout_s)
        return httpcore2.Request(
            "GET",
            address,
            headers=[(name.encode("ascii"), _bytes(value)) for name, value in said],
            extensions={"timeout": waits},
        )

    async def _exchange(self, host: str, request: httpcore2.Request, draft: Draft) -> None:
        """Send the request and fill the draft with what comes."""
        line = await self._line(host)
        try:
            await self._receive(line, request, draft)
        except _STALE:
            if line.is_fresh or draft.status is not None:
                raise
            await self.leave(host)
            await self._receive(await self._line(host), request, draft)

    async def _line(self, host: str) -> _Line:
        """The connection to a host; the one that was idle for longest makes room for it where there are many."""
        line = self._lines.pop(host, None)
        if line is None:
            idle = [other for other, each in self._lines.items() if not each.is_busy]
            if idle and len(self._lines) >= self._most_lines:
                await self.leave(idle[0])
            pool = httpcore2.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=1,
                keepalive_expiry=_KEPT_S,
                http2=True,
                network_backend=self._network,
            )
            line = _Line(pool)
        self._lines[host] = line
        return line

    async def _receive(self, line: _Line, request: httpcore2.Request, draft: Draft) -> None:
        line.is_fresh = False
        if line.stream:
            line.stream.received = 0
        request.extensions["trace"] = line.trace
        line.is_busy = True
        try:
            response = await line.pool.handle_async_request(request)
            try:
                await self._read(response, draft)
            finally:
                await response.aclose()
        finally:
            line.is_busy = False
        draft.is_clean = draft.is_whole and not _has_surplus(line.pool)

    async def _read(self, response: httpcore2.Response, draft: Draft) -> None:
        draft.status = response.status
        draft.reason = _text(response.extensions.get("reason_phrase", b""))
        draft.http_version = _text(response.extensions.get("http_version", b""))
        draft.headers = tuple((_text(name), _text(value)) for name, value in response.headers)
        draft.bound = self._settings.max_bytes
        if outcome_of(response.status) is not Outcome.FETCHED:
            draft.bound = min(ERROR_BYTES, draft.bound)
        draft.announced = first_field(draft.headers, "content-length")
        is_empty = outcome_of(response.status) is Outcome.NOT_MODIFIED  # it tells the length of another answer
        if is_empty or (delta_s(draft.announced) or 0) <= draft.bound:
            await _take(response, draft)

    def _unpack(self, body: bytes, headers: Headers, detail: str) -> tuple[Outcome, str, bytes]:
        try:
            unpacked = undo(body, field_of(headers, "content-encoding"), self._limits)
        except Refused as refused:
            is_large = refused.reason in (Reason.BOMB, Reason.TOO_LARGE)
            return Outcome.TOO_LARGE if is_large else Outcome.BROKEN, refused.detail, b""
        return Outcome.FETCHED, detail or ("" if unpacked else "an empty body"), unpacked


def body_hash(unpacked: bytes) -> str:
    """What tells one body from another: BLAKE2b of 128 bits, hex."""
    return hashlib.blake2b(unpacked, digest_size=_HASH_BYTES).hexdigest()


def _has_surplus(pool: httpcore2.AsyncConnectionPool) -> bool:
    """Whether bytes lie behind the answer that was just received: on that connection they would begin the next one.

    Asked of h11's `trailing_data`, to which httpcore2 has no door of its own.
    """
    states = (getattr(getattr(each, "_connection", None), "_h11_state", None) for each in pool.connections)
    return any(state.trailing_data[0] for state in states if state is not None)


async def _take(response: httpcore2.Response, draft: Draft) -> None:
    """Receive the body up to its bound."""
    async with aclosing(response.aiter_stream()) as parts:
        async for part in parts:
            draft.size += len(part)
            if draft.size > draft.bound:
                return
            draft.chunks.append(part)
    draft.is_whole = True


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(value: str) -> bytes:
    """A value as it was received; what no server has sent, a user's own words, is UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")
