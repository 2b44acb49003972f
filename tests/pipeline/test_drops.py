"""Dropped files end up in the tables, once."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.dropfolders import DropFolders
from pipeline.drops import read_drops
from pipeline.feedlist import FolderSettings
from pipeline.ingest import catch_up, pass_over
from pipeline.options import ReadOptions
from pipeline.output import open_output
from pipeline.publish import Step
from transforms.core.pieces import Limits
from transforms.index import Index

LINE = '{{"uri": "tag:example.org,2026:{0}", "headline": "Report {0}", "body_text": "{1} of the morning report."}}\n'


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


class Clock:
    """Later than the files, and moving only when told."""

    def __init__(self):
        self.ahead = 100.0

    def now(self):
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def monotonic(self):
        return self.ahead


class Silent:
    def begin(self, total):
        pass

    def advance(self, size, deliveries):
        pass


@pytest.fixture
def desk(tmp_path):
    """A folder and who watches it: a call reads what was dropped; gives the report, None where nothing was."""
    drop, out, clock = tmp_path / "drop", tmp_path / "out", Clock()
    drop.mkdir()
    folder = FolderSettings(path=drop, settle_s=5.0, move_to=tmp_path / "done")

    def read(*, at=pass_over, stop=lambda: False):
        options = ReadOptions(
            out=out,
            command="newsbeam watch",
            workers=1,
            batch_size=2,
            limits=Limits(),
            now=datetime(2026, 3, 1, 12, tzinfo=UTC),
        )
        with (
            open_output(out, command="newsbeam watch") as output,
            closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
            DropFolders(out) as folders,
        ):
            catch_up(output, index, pass_over)
            folders.ready([folder], clock)
            clock.ahead += 5
            look = folders.ready([folder], clock)
            if not look.drops:
                return None
            return read_drops(folders, look, output, index, options, progress=Silent(), stop=stop, at=at)

    return drop, out, read


def drop(folder, name, *numbers):
    (folder / name).write_text("".join(LINE.format(number, f"Number {number}") for number in numbers))


TITLES = "SELECT title FROM articles ORDER BY title"
UNCHANGED = "SELECT sum(c.count) AS n FROM loads, unnest(counts) AS t(c) WHERE c.outcome IN ('unchanged', 'repeated')"


@pytest.mark.slow
def test_what_is_dropped_is_read_once_and_moved_aside(desk, rows):
    folder, out, read = desk
    drop(folder, "a.jsonl", 1, 2, 3)
    drop(folder, "b.jsonl", 4)
    assert len(read().loads) == 2
    assert read() is None
    drop(folder, "again.jsonl", 1, 2, 3)
    drop(folder, "c.jsonl.part", 5)
    assert read() is None
    (folder / "c.jsonl.part").rename(folder / "c.jsonl")
    assert len(read().loads) == 1
    assert [row["title"] for row in rows(out, TITLES)] == [f"Report {number}" for number in range(1, 6)]
    assert rows(out, UNCHANGED) == [{"n": None}]
    assert list(folder.iterdir()) == []
    assert sorted(path.name for path in (folder.parent / "done").iterdir()) == [
        "a.jsonl",
        "again.jsonl",
        "b.jsonl",
        "c.jsonl",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "time"), [(Step.BEGUN, 1), (Step.BEGUN, 2), (Step.TABLE_COMMITTED, 1), (Step.INTENT_REMOVED, 2)]
)
def test_killed_and_started_again_with_other_files_there_each_is_read_once(desk, rows, step, time):
    folder, out, read = desk
    drop(folder, "a.jsonl", 1, 2)
    drop(folder, "b.jsonl", 3, 4)
    left = [time]

    def at(now):
        left[0] -= now == step
        if not left[0]:
            raise Died

    with pytest.raises(Died):
        read(at=at)
    assert len(list(folder.iterdir())) == 2, "nothing is moved before it is published"
    drop(folder, "0.jsonl", 5, 6)
    read()
    assert read() is None
    assert [row["title"] for row in rows(out, TITLES)] == [f"Report {number}" for number in range(1, 7)]
    assert rows(out, UNCHANGED) == [{"n": None}]
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_stopped_it_goes_on_with_what_is_left(desk, rows):
    folder, out, read = desk
    drop(folder, "a.jsonl", 1, 2)
    drop(folder, "b.jsonl", 3, 4)
    assert read(stop=lambda: True).stopped
    assert len(list(folder.iterdir())) == 2
    assert len(read().loads) == 1
    assert rows(out, UNCHANGED) == [{"n": None}]
    assert [row["title"] for row in rows(out, TITLES)] == [f"Report {number}" for number in range(1, 5)]
    assert list(folder.iterdir()) == []
