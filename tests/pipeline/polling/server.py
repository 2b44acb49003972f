"""A web server on this machine that does what it is told, HTTP or not, and keeps a log of whom it served when.

It runs in a thread of its own, on one port for http and one for https. Every name below .localhost is its own.
"""

import asyncio
import itertools
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events

FRAME = 16_384  # of HTTP/2
TLS_BEGINS = b"\x16"
LOST = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError)


@dataclass
class Seen:
    """One request as the server saw it. Numbers order all beginnings and ends; times are the server's clock."""

    host: str  # without port
    target: str
    headers: list[tuple[str, str]]
    connection: int
    began: tuple[int, float]
    ended: tuple[int, float] | None = None  # when the last bytes of the answer were handed over

    def header(self, name):
        return next((value for given, value in self.headers if given.lower() == name.lower()), None)


@dataclass
class Visit:
    """A request to answer, in whatever way."""

    seen: Seen
    server: "Server"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    times: int  # how often this host was asked for this target, from 1
    stays_open: bool = True
    send: Callable[..., Awaitable[None]] | None = None  # HTTP/2: a whole answer
    http2: h2.connection.H2Connection | None = None
    stream: int = 0  # of HTTP/2

    @property
    def target(self):
        return self.seen.target

    async def raw(self, data):
        """Send bytes as they are."""
        self.seen.ended = self.server.stamp()
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, status=200, headers=(), body=b"", *, reason="Said", length=True):
        """Answer in good HTTP; without a length the body ends with the connection."""
        if self.send:
            await self.send(status, headers, body)
            return
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
        if length and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
            lines.append(f"Content-Length: {len(body)}")
        await self.raw("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        self.stays_open = self.stays_open and length

    def close(self):
        """Close the connection when this visit is over."""
        self.stays_open = False

    def reset(self):
        """Break the connection off now."""
        self.stays_open = False
        self.writer.transport.abort()

    async def wait_for_the_other(self):
        """Say nothing until the client goes."""
        with suppress(*LOST):
            await self.reader.read()
        self.stays_open = False


@dataclass
class Server:
    """Serves `app(visit)`."""

    app: Callable[[Visit], Awaitable[None]]
    tls: dict[str, ssl.SSLContext] = field(default_factory=dict)  # by server name; "": any other
    time: Callable[[], float] = time.monotonic
    log: list[Seen] = field(default_factory=list)
    port: int = 0
    tls_port: int = 0

    def __post_init__(self):
        self._numbers = itertools.count()
        self._connections = itertools.count()
        self._times = {}
        self._tasks = set()
        self.open_connections = {}  # by number: the host it was last used for
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def stamp(self):
        return next(self._numbers), self.time()

    def of(self, host):
        """The requests that a host got, in their order."""
        return [seen for seen in self.log if seen.host == host]

    async def _run(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        plain = await asyncio.start_server(self._served, "127.0.0.1", 0)
        servers = [plain]
        self.port = plain.sockets[0].getsockname()[1]
        if self.tls:
            secure = await asyncio.start_server(self._served, "127.0.0.1", 0, ssl=self._by_name())
            servers.append(secure)
            self.tls_port = secure.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        for server in servers:  # nobody else is let in; who just was gets as far as being shown out
            for each in server.sockets:
                self._loop.remove_reader(each.fileno())
        for _ in range(10):
            await asyncio.sleep(0)
        for server in servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _by_name(self):
        def pick(connection, name, _):
            connection.context = self.tls.get(name or "") or self.tls[""]

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = pick
        return context

    async def _served(self, reader, writer):
        # a task of our own: asyncio's complains of the ones that are cancelled
        task = asyncio.ensure_future(self._connection(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, reader, writer):
        number = next(self._connections)
        secure = writer.get_extra_info("ssl_object")
        try:
            if secure is not None and secure.selected_alpn_protocol() == "h2":
                await self._http2(number, reader, writer)
            else:
                await self._http1(number, reader, writer)
        except (*LOST, asyncio.CancelledError):
            pass
        finally:
            self.open_connections.pop(number, None)
            with suppress(*LOST):
                writer.close()
                await writer.wait_closed()

    async def _http1(self, number, reader, writer):
        while True:
            first = await reader.readexactly(1)
            if first == TLS_BEGINS:
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = [tuple(line.split(": ", 1)) for line in head[1:] if line]
            host = dict(headers)["Host"]
            visit = self._visit(number, host, head[0].split()[1], headers, reader, writer)
            await self.app(visit)
            if not visit.stays_open:
                return

    def _visit(self, number, host, target, headers, reader, writer):
        seen = Seen(host.rpartition(":")[0], target, headers, number, self.stamp())
        self.open_connections[number] = seen.host
        self.log.append(seen)
        self._times[seen.host, target] = times = self._times.get((seen.host, target), 0) + 1
        return Visit(seen, self, reader, writer, times)

    async def _http2(self, number, reader, writer):
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8", validate_outbound_headers=False)
        state = h2.connection.H2Connection(config)
        while data := await reader.read(65_536):
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    await self._stream(number, state, event, reader, writer)
            writer.write(state.data_to_send())
            await writer.drain()

    async def _stream(self, number, state, event, reader, writer):
        said = dict(event.headers)
        visit = self._visit(number, said[":authority"], said[":path"], list(said.items()), reader, writer)

        async def send(status, headers, body):
            visit.seen.ended = self.stamp()
            fields = [(":status", str(status)), *((name.lower(), value) for name, value in headers)]
            state.send_headers(event.stream_id, fields)
            for start in range(0, len(body), FRAME):
                state.send_data(event.stream_id, body[start : start + FRAME])
            state.end_stream(event.stream_id)

        visit.send, visit.http2, visit.stream = send, state, event.stream_id
        await self.app(visit)
