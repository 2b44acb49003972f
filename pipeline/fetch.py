"""One request, one answer: whatever a server does comes back as a value.

HTTP/1.1 and 2 with connections kept open per host, no cookies, no redirects followed, no proxies, no credentials of the
machine. A host has one connection at most. Bodies are kept as they were received and unpacked beside, both bounded.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from types import TracebackType
from typing import Any, Final, Self

import h2.exceptions
import hpack
import httpcore2
import hyperframe.exceptions

from pipeline.clock import Clock
from pipeline.network import NotPublic, NotResolved, NotTrusted, PublicNetwork, Resolve, Stream, resolve
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
#: Headers that say how the message is sent; a user's own of these names are left out.
_OURS: Final = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade", "expect", "range"}
    | {"if-none-match", "if-modified-since"}
)
_BASIC: Final = (("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate, br, zstd"))
#: What goes wrong below: the libraries' errors, and what hostile numbers and names raise in them.
_FAILURES: Final = (
    NotPublic,
    NotResolved,
    NotTrusted,
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ConnectionNotAvailable,
    h2.exceptions.H2Error,
    hpack.HPACKError,
    hyperframe.exceptions.HyperframeError,
    OSError,  # TimeoutError and ssl.SSLError, too
    ValueError,
    KeyError,
)
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

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Follow what httpcore2 does: which connection it opens."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.stream = info["return_value"]
        elif event == "connection.connect_tcp.started":
            self.stream, self.is_fresh = None, True

    @property
    def received(self) -> int:
        return self.stream.received if self.stream else 0


@dataclass(slots=True)
class _Draft:
    """An answer as far as it has come."""

    status: int | None = None
    reason: str = ""
    http_version: str = ""
    headers: Headers = ()
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    is_whole: bool = False  #: the body came to its end
    is_clean: bool = False  #: and nothing behind it: the connection may be used again
    bound: int = 0
    announced: str = ""  #: its length, as it says


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
        self._lines: dict[str, _Line] = {}
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
        host, draft = host_of(url), _Draft()
        outcome, detail = Outcome.FETCHED, ""
        try:
            async with asyncio.timeout(self._settings.total_s):
                draft = await self._exchange(host, self._request(url, headers, etag, last_modified), draft)
        except _FAILURES as error:
            line = self._lines.get(host)
            outcome, detail = self._failed(error, draft, received=line.received if line else 0)
        finally:
            if not draft.is_clean:  # what is left of the answer must not be taken for the next one
                await self.leave(host)
        if draft.status is not None:
            outcome, detail = _judged(draft, outcome, detail, is_conditional=bool(etag or last_modified))
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

    async def _exchange(self, host: str, request: httpcore2.Request, draft: _Draft) -> _Draft:
        """Send the request and fill the draft with what comes."""
        line = self._line(host)
        try:
            await self._receive(line, request, draft)
        except _STALE:
            if line.is_fresh or draft.status is not None:
                raise
            await self.leave(host)
            await self._receive(self._line(host), request, draft)
        return draft

    def _line(self, host: str) -> _Line:
        if host not in self._lines:
            pool = httpcore2.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=1,
                keepalive_expiry=_KEPT_S,
                http2=True,
                network_backend=self._network,
            )
            self._lines[host] = _Line(pool)
        return self._lines[host]

    async def _receive(self, line: _Line, request: httpcore2.Request, draft: _Draft) -> None:
        line.is_fresh = False
        if line.stream:
            line.stream.received = 0
        request.extensions["trace"] = line.trace
        response = await line.pool.handle_async_request(request)
        try:
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
        finally:
            await response.aclose()
        draft.is_clean = draft.is_whole and not _has_surplus(line.pool)

    def _failed(self, error: BaseException, draft: _Draft, *, received: int) -> tuple[Outcome, str]:
        """What an error below means."""
        said = " ".join(str(error).split())[:200] or type(error).__name__
        match error:
            case NotPublic():
                return Outcome.BAD_ADDRESS, said
            case NotResolved():
                return Outcome.UNRESOLVED, said
            case NotTrusted():
                return Outcome.INSECURE, said
            case httpcore2.ConnectTimeout():
                return Outcome.TIMED_OUT, f"no connection in {self._settings.timeout_s:g} s"
            case httpcore2.TimeoutException():
                came = f"after {draft.size} bytes of the body" if draft.status else "before an answer"
                return Outcome.TIMED_OUT, f"silent for {self._settings.timeout_s:g} s, {came}"
            case TimeoutError():
                came = f"{draft.size} bytes of the body" if draft.status else f"{received} bytes, no whole head"
                return Outcome.TIMED_OUT, f"not whole in {self._settings.total_s:g} s: {came}"
            case httpcore2.ConnectError():
                return Outcome.UNREACHABLE, f"no connection: {said}"
        if draft.status is None and not received:
            return Outcome.UNREACHABLE, f"closed without an answer: {said}"
        if draft.status is None:
            return Outcome.BROKEN, f"not HTTP: {said}"
        return Outcome.BROKEN, f"cut after {draft.size} bytes of the body: {said}"

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


async def _take(response: httpcore2.Response, draft: _Draft) -> None:
    """Receive the body up to its bound."""
    async with aclosing(response.aiter_stream()) as parts:
        async for part in parts:
            draft.size += len(part)
            if draft.size > draft.bound:
                return
            draft.chunks.append(part)
    draft.is_whole = True


def _judged(draft: _Draft, outcome: Outcome, detail: str, *, is_conditional: bool) -> tuple[Outcome, str]:
    """What an answer means whose head has come.

    A status that is no success says all there is to say, whatever happened to the body behind it.
    """
    status = draft.status or 0
    meant = outcome_of(status)
    said = " ".join(f"{status} {draft.reason}".split())[:80]
    if meant is Outcome.NOT_MODIFIED and not is_conditional:
        return Outcome.BROKEN, "304 although nothing was said to be known"
    if meant is Outcome.BROKEN:
        return Outcome.BROKEN, f"{said}: not what was asked for"
    if meant is not Outcome.FETCHED:
        return meant, said
    if outcome is Outcome.FETCHED and not draft.is_whole:
        announced = f"; {draft.announced[:20]} are announced" if draft.announced else ""
        return Outcome.TOO_LARGE, f"more than {draft.bound} bytes{announced}"
    return outcome, detail


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(value: str) -> bytes:
    """A value as it was received; what no server has sent, a user's own words, is UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")
