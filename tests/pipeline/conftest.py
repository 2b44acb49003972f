"""Running the pipeline in this process: readers are started once and shared by all tests."""

import hashlib
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import newsbeam
from pipeline.feedlist import FeedList
from pipeline.ingest import ingest
from pipeline.options import ReadOptions
from pipeline.poll import polling
from pipeline.raw import Round
from transforms.core.exchange import Context
from transforms.core.pieces import Limits
from transforms.core.polling import NetworkSettings, Outcome, Request

BEGIN = datetime(2026, 6, 1, 6, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html lang="en"><head><title>{title} | Bank Herald</title>
<link rel="canonical" href="{url}"></head><body><nav><a href="/">Home</a></nav><article><h1>{title}</h1>
<p>{text}</p><p>Passengers pay half until the end of the month, the office said, and schoolchildren nothing at all. The
operator expects three thousand people a day, more than before the flood, because the road on the southern bank is still
closed to buses and the railway will not be mended before the autumn.</p></article></body></html>"""


class Silent:
    def begin(self, total):
        pass

    def advance(self, size, deliveries):
        pass


@pytest.fixture
def run(tmp_path):
    """Ingest paths into an output folder with a fixed clock; gives the report."""

    def run(*paths, out=None, workers=2, batch_size=5_000, limits=None, now=None, beam_args=(), stop=lambda: False):
        options = ReadOptions(
            out=Path(out or tmp_path / "out"),
            command="newsbeam ingest (a test)",
            workers=workers,
            batch_size=batch_size,
            limits=limits or Limits(),
            now=now or datetime(2026, 3, 1, 12, tzinfo=UTC),
            beam_args=tuple(beam_args),
        )
        return ingest(options, tuple(map(str, paths)), progress=Silent(), stop=stop)

    return run


@pytest.fixture
def rows():
    """The rows of a table or view, as dicts, in the order of the query."""

    def rows(out, query):
        with newsbeam.open(out) as archive:
            relation = archive.sql(query)
            return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    return rows


@pytest.fixture
def make_round():
    """Keep answers to feeds below `raw/` as a published round; gives the requests by feed."""

    def make_round(raw, bodies, *, at=datetime(2026, 3, 1, 12, tzinfo=UTC)):
        made = Round.begin_new(raw)
        asked = {}
        for number, (url, body) in enumerate(bodies.items()):
            request = Request(
                request_id=f"{made.number}-{number}",
                purpose="feed",
                url=url,
                host=url.split("/")[2],
                feed_url=url,
                first_url=url,
                started_at=at,
                outcome=Outcome.FETCHED,
                status=200,
            )
            made.begin(request)
            context = Context(purpose="feed", feed_url=url, received_at=at)
            asked[url] = made.end(replace(request, bytes=len(body)), context=context, status=200, body=body)
        made.mark_published()
        return asked

    return make_round


class ToldClock:
    """Time passes when it is told to, or when somebody waits."""

    def __init__(self):
        self.passed = 0.0

    def now(self):
        return BEGIN + timedelta(seconds=self.passed)

    def monotonic(self):
        return self.passed

    async def sleep(self, seconds):
        self.passed += max(0.0, seconds)


class Outlet:
    """A site that speaks HTTP on this machine and serves what it is given; log: (path, status, If-None-Match)."""

    def __init__(self):
        self.files = {}
        self.log = []
        self.before = lambda _handler: None  #: called before each answer
        outlet = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outlet.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://bank.localhost:{self.server.server_port}"

    def answer(self, handler):
        self.before(handler)
        status, kind, body = self.files.get(handler.path, (404, "text/plain", b"none"))
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"' if status == 200 else ""
        sent = handler.headers.get("If-None-Match", "")
        if etag and etag == sent:
            status, body = 304, b""
        self.log.append((handler.path, status, sent))
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        if etag:
            handler.send_header("ETag", etag)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def put(self, path, body, kind="application/rss+xml", status=200):
        self.files[path] = (status, kind, body.encode())

    def asked(self, path):
        return [(status, etag) for asked, status, etag in self.log if asked == path]

    def put_feed(self, path, *items):
        said = "".join(
            f"<item><title>{title}</title><link>{self.base}{link}</link><guid isPermaLink='false'>{link}</guid>"
            f"<pubDate>{date}</pubDate><category>Transport</category><description>{text}</description></item>"
            for title, link, date, text in items
        )
        self.put(path, f"<rss version='2.0'><channel><title>Bank Herald</title>{said}</channel></rss>")

    def put_page(self, path, title, text):
        page = PAGE.format(title=title, url=f"{self.base}{path}", text=text)
        self.put(path, page, "text/html; charset=utf-8")


@pytest.fixture
def outlet():
    outlet = Outlet()
    thread = threading.Thread(target=outlet.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield outlet
    outlet.server.shutdown()
    thread.join()
    outlet.server.server_close()


@pytest.fixture
def clock():
    return ToldClock()


@pytest.fixture
def desk(tmp_path, clock):
    """Poll feeds into an output folder; gives the report."""

    class Desk:
        out = tmp_path / "out"
        is_told_to_stop = False
        batch_size = 5_000

        @contextmanager
        def open(self, at=lambda _: None):
            options = ReadOptions(
                out=self.out, command="newsbeam poll (a test)", workers=2, batch_size=self.batch_size, limits=Limits()
            )
            with polling(options, clock=clock, stop=lambda: self.is_told_to_stop, at=at) as poller:
                yield poller

        def poll(self, *feeds, hours=2.0, **network):
            clock.passed += hours * 3_600
            settings = NetworkSettings(allow_private=True, pause_s=0.0, **network)
            with self.open() as poller:
                return poller.poll(FeedList(feeds=tuple(feeds), network=settings))

    return Desk()
