"""Every feed of the real data, served over HTTP, gives the entries that it gives from the disk.

Served without a charset, fetched by the polite client, kept in a round's WARC file and read from there; against the
same bytes read as a document with the same base address.
"""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.clock import MachineClock
from pipeline.fetch import Fetcher
from pipeline.raw import Round
from transforms.core.documents import read_document
from transforms.core.exchange import Context
from transforms.core.pieces import Limits
from transforms.core.polling import NetworkSettings, Outcome, Request
from transforms.core.records import Item, Reason
from transforms.read import read_piece

SUFFIXES = {".xml", ".json", ".rss", ".atom", ".rdf", ".txt", ""}


@pytest.fixture
def served(data_dir):
    """Serve the folder of feeds; gives the base address and the files by path."""
    root = data_dir / "feeds"
    files = {
        f"/{number}": path
        for number, path in enumerate(sorted(root.rglob("*")))
        if path.is_file() and path.suffix.lower() in SUFFIXES
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            data = files[self.path].read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", files
    server.shutdown()
    thread.join()
    server.server_close()


def told(deliveries):
    """What the entries say, aside from where they were read."""
    return [
        (each.title, each.text, each.url, each.item_id, each.published, each.updated_at, each.authors)
        if isinstance(each, Item)
        else (each.title, each.url, each.reason)
        for each in deliveries
    ]


async def fetched(base, paths, keep):
    settings = NetworkSettings(allow_private=True, pause_s=0.0)
    async with Fetcher(settings, MachineClock()) as fetcher:
        for path in paths:
            keep(path, await fetcher.fetch(f"{base}{path}"))


@pytest.mark.timeout(600)
def test_the_same_entries_over_http_as_from_the_disk(served, tmp_path):
    base, files = served
    round_, pieces = Round.begin_new(tmp_path), {}

    def keep(path, answer):
        if not answer.unpacked:  # an empty document is told apart elsewhere
            return
        assert answer.outcome is Outcome.FETCHED, (files[path], answer.detail)
        request = Request(
            request_id=path,
            purpose="feed",
            url=f"{base}{path}",
            host="127.0.0.1",
            feed_url=f"{base}{path}",
            started_at=answer.started_at,
            outcome=answer.outcome,
        )
        context = Context(purpose="feed", feed_url=request.url, received_at=datetime(2026, 6, 1, tzinfo=UTC))
        ended = round_.end(request, context=context, status=answer.status, headers=answer.headers, body=answer.body)
        pieces[path] = round_.piece(ended)

    asyncio.run(fetched(base, files, keep))
    round_.close()
    assert len(pieces) > 2_500

    differing, same = [], 0
    for path, piece in pieces.items():
        url = f"{base}{path}"
        over_http = list(read_piece(piece, Limits()))
        if any(getattr(each, "reason", None) is Reason.NOT_A_FEED for each in over_http):
            continue  # a page or a text among the feeds: from the disk it is read as what it is
        from_disk = list(read_document(Path(files[path]).read_bytes(), origin="x", url=url))
        from_disk = [replace(each, feed_url=url) if isinstance(each, Item) else each for each in from_disk]
        if told(over_http) == told(from_disk):
            same += 1
        else:
            differing.append(files[path].name)
    assert differing == []
    assert same > 2_000
