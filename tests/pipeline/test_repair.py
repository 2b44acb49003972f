"""Killed at any step from staged rows to the index brought up to them, the next run puts all of it right."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

import pipeline.ingest
from pipeline.publish import Step
from schemas.tables import TABLES
from transforms import index_file
from transforms.index import Index

ROOT = Path(pipeline.ingest.__file__).parent.parent
PROGRAM = Path(__file__).with_name("repair_program.py")
_spec = importlib.util.spec_from_file_location("repair_program", PROGRAM)
program = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(program)

LOADS = 3
IDS = [f"a{number}" for number in range(LOADS + 1)]
ANCHOR = 1 << 62
MOMENTS = [*Step, program.FILLING, program.APPLIED]
#: Where a process is killed in every run of the tests; elsewhere the same is done without a process.
KILLED_ALWAYS = (Step.LOADS_COMMITTED, program.FILLING)


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def state(out):
    """What the tables hold, what the index answers, and what an index answers that is built from them in one go."""
    tables = {
        name: sorted(
            str([row[column] for column in spec.key]) for row in DeltaTable(out / name).to_pyarrow_table().to_pylist()
        )
        for name, spec in TABLES.items()
    }
    with Index.open(out / "state" / "index.sqlite", readonly=True) as index:
        told = answers(index)
    with Index.open(out / "state" / "other.sqlite", readonly=False) as other:
        other.rebuild(out)
        assert answers(other) == told
    left = sorted(path.name for folder in ("staging", "quarantine") for path in (out / folder).rglob("*"))
    return tables, told, left


def answers(index):
    return (
        index.generation,
        index.stored(IDS),
        index.sharing([ANCHOR | anchor for anchor in range(20)]),
        index.seen([(article_id, "x") for article_id in IDS]),
        index.known_rejections([f"r{number}" for number in range(LOADS + 1)]),
        index.recalled(IDS),
    )


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory):
    out = tmp_path_factory.mktemp("unkilled") / "out"
    program.run(out, LOADS, lambda _: None)
    found = state(out)
    assert (found[1][0], len(found[1][1]), found[2]) == (LOADS, LOADS + 1, [])
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_given_up_at_any_step_the_next_run_repairs_it(tmp_path, unkilled, moment, monkeypatch):
    out = tmp_path / "out"
    program.run(out, LOADS - 1, lambda _: None)

    def die(now):
        if now == moment:
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr(index_file, "set_generation", program.hooked(die))
        with pytest.raises(Died):
            program.run(out, LOADS, die)
    program.run(out, LOADS, lambda _: None)
    assert state(out) == unkilled


@pytest.mark.parametrize(
    "moment",
    [pytest.param(moment, marks=[] if moment in KILLED_ALWAYS else pytest.mark.slow) for moment in MOMENTS],
)
def test_killed_at_any_step_the_next_run_repairs_it(tmp_path, unkilled, moment):
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-P", str(PROGRAM), str(out), str(LOADS), moment],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    program.run(out, LOADS, lambda _: None)
    assert state(out) == unkilled


def test_an_index_that_missed_a_load_is_not_taken_for_right(tmp_path, unkilled):
    """What the repair is for: a load is published, and the index has not heard of it."""
    out = tmp_path / "out"
    program.run(out, LOADS - 1, lambda _: None)

    def die(now):
        if now == Step.LOGS_SHORTENED:
            raise Died

    with pytest.raises(Died):
        program.run(out, LOADS, die)
    with Index.open(out / "state" / "index.sqlite", readonly=True) as index:
        assert index.generation == LOADS - 1
        assert index.stored([IDS[-1]]) == {}
    assert program.run(out, LOADS, lambda _: None) == ["Finished publishing load 3, which an earlier run had begun."]
    assert state(out) == unkilled
