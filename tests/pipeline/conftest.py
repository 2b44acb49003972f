"""Running the pipeline in this process: readers are started once and shared by all tests."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import newsbeam
from pipeline.ingest import ingest
from pipeline.options import ReadOptions
from pipeline.raw import Round
from transforms.core.exchange import Context
from transforms.core.pieces import Limits
from transforms.core.polling import Outcome, Request


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
