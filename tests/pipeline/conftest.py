"""Running the pipeline in this process: readers are started once and shared by all tests."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import newsbeam
from pipeline.ingest import IngestOptions, ingest
from transforms.core.pieces import Limits


class Silent:
    def begin(self, total):
        pass

    def advance(self, size, deliveries):
        pass


@pytest.fixture
def run(tmp_path):
    """Ingest paths into an output folder with a fixed clock; gives the report."""

    def run(*paths, out=None, workers=2, batch_size=5_000, limits=None, now=None, beam_args=(), stop=lambda: False):
        options = IngestOptions(
            paths=tuple(map(str, paths)),
            out=Path(out or tmp_path / "out"),
            command="newsbeam ingest (a test)",
            workers=workers,
            batch_size=batch_size,
            limits=limits or Limits(),
            topics=None,
            now=now or datetime(2026, 3, 1, 12, tzinfo=UTC),
            beam_args=tuple(beam_args),
        )
        return ingest(options, progress=Silent(), stop=stop)

    return run


@pytest.fixture
def rows():
    """The rows of a table or view, as dicts, in the order of the query."""

    def rows(out, query):
        with newsbeam.open(out) as archive:
            relation = archive.sql(query)
            return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    return rows
