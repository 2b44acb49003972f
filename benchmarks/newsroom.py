"""A server of many feeds on many host names, which keeps a log of its own: `python -m benchmarks.newsroom`.

Host names are `outlet00.localhost` and so on; `/feed/N.xml` is an RSS feed with whole articles, an ETag and a
Last-Modified. `POST /-/edition/N` puts out another edition: in edition 2 every twentieth feed has one new entry and one
that was changed, and so in every later one. A feed names only its newest entries, as feeds do. The log has a line of
JSON for each request: host, path, connection, begin and end (seconds of the monotonic clock), status, bytes of the
body, and what the request was conditional on.
"""

import argparse
import asyncio
import hashlib
import itertools
import json
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

#: Every so many-th feed changes from edition to edition.
CHANGING = 20
#: Of the first edition.
ENTRIES = 8
#: A feed names so many of its entries, the newest.
WINDOW = 20
_SYLLABLES = ("ba", "de", "ki", "lo", "mu", "na", "po", "ra", "si", "tu", "ve", "zo")
_WORDS = tuple("".join(parts) for parts in itertools.product(_SYLLABLES, repeat=3))


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed in one edition."""

    number: int
    title: str
    text: str


def entries_of(feed: int, edition: int) -> list[Entry]:
    """The entries of a feed, newest first: a pure function, so that a test knows what must come out."""
    changes = max(0, edition - 1) if feed % CHANGING == 0 else 0
    newest = range(ENTRIES + changes)[-WINDOW:]
    entries = [_entry(feed, number) for number in reversed(newest)]
    if changes:  # in each edition the last one is corrected, the same one anew until it leaves the window
        first = entries[-1]
        entries[-1] = Entry(first.number, first.title, f"{first.text} The council corrected the figure to {edition}.")
    return entries


def _entry(feed: int, number: int) -> Entry:
    choose = random.Random(f"{feed} {number}")
    words = [choose.choice(_WORDS) for _ in range(130)]
    sentences = [" ".join(words[start : start + 13]).capitalize() + "." for start in range(0, 130, 13)]
    return Entry(number, f"{' '.join(words[:6]).capitalize()} {feed}-{number}", " ".join(sentences))


def document(feed: int, edition: int, base: str) -> bytes:
    """The feed as RSS."""
    items = "".join(
        f"<item><title>{entry.title}</title><link>{base}/story/{feed}/{entry.number}</link>"
        f'<guid isPermaLink="false">story-{feed}-{entry.number}</guid>'
        f"<pubDate>Mon, 01 Jun 2026 {entry.number % 24:02d}:00:00 GMT</pubDate>"
        f"<content:encoded><![CDATA[<p>{entry.text}</p>]]></content:encoded></item>"
        for entry in entries_of(feed, edition)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Outlet feed {feed}</title><link>{base}/</link><language>en</language>{items}</channel></rss>"
    ).encode()


@dataclass(slots=True)
class Newsroom:
    """The server."""

    log: TextIO
    edition: int = 1
    _connections: "itertools.count[int]" = field(default_factory=itertools.count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        connection = next(self._connections)
        try:
            while head := await _head(reader):
                began = time.monotonic()
                method, path, headers = head
                status, body, etag = self._answer(method, path, headers)
                said = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Status'}", f"Content-Length: {len(body)}"]
                if etag:
                    said += [f"ETag: {etag}", "Content-Type: application/rss+xml; charset=utf-8"]
                writer.write("\r\n".join([*said, "", ""]).encode() + body)
                self._note(connection, path, headers, began, status, len(body))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes, str]:
        kind, _, name = path.strip("/").partition("/")
        if method == "POST" and kind == "-":
            self.edition = int(name.rpartition("/")[2])
            return 200, b"", ""
        if kind != "feed":
            return 404, b"", ""
        body = document(int(name.removesuffix(".xml")), self.edition, f"http://{headers['host']}")
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        return (304, b"", etag) if headers.get("if-none-match") == etag else (200, body, etag)

    def _note(self, connection: int, path: str, headers: dict[str, str], began: float, status: int, size: int) -> None:
        line = {
            "host": headers.get("host", "").partition(":")[0],
            "path": path,
            "connection": connection,
            "began": began,
            "ended": time.monotonic(),
            "status": status,
            "bytes": size,
            "if_none_match": headers.get("if-none-match", ""),
        }
        self.log.write(json.dumps(line) + "\n")
        self.log.flush()


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]] | None:
    line = await reader.readline()
    if not line:
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    headers = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return method, path, headers


def feed_list(port: int, *, feeds: int, hosts: int, pause_s: float, interval: str) -> str:
    """The text of a feed list that names them all."""
    said = [f'[network]\nallow_private = true\npause = {pause_s}\n\n[defaults]\ninterval = "{interval}"\n']
    said += [f'[[feeds]]\nurl = "http://outlet{n % hosts:02d}.localhost:{port}/feed/{n}.xml"\n' for n in range(feeds)]
    return "\n".join(said)


async def _run(port: int, log: Path) -> None:
    with log.open("a") as file:
        newsroom = Newsroom(file)
        server = await asyncio.start_server(newsroom.serve, "127.0.0.1", port, backlog=512)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve_forever()


def main() -> None:
    """Serve until killed; prints the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(_run(given.port, given.log))


if __name__ == "__main__":
    main()
