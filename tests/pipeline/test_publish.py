import hashlib
import importlib.util
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import pipeline.publish
from pipeline import deltalog
from pipeline.intent import INTENT, CannotPublish, Intent
from pipeline.output import Damaged, InUse, open_output
from pipeline.publish import Staged, Step, discard_staging, next_load_id, publish, recover
from schemas.tables import TABLES
from transforms.snapshot import Snapshot

ROOT = Path(pipeline.publish.__file__).parent.parent
PROGRAM = Path(__file__).with_name("publish_program.py")

_spec = importlib.util.spec_from_file_location("publish_program", PROGRAM)
program = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(program)

#: How often a load of the program passes each step.
TIMES = dict.fromkeys(Step, 1) | {Step.FILE_PLACED: program.FILES, Step.TABLE_COMMITTED: len(program.ROWS)}
#: Every moment at which a publish of one load can be killed.
MOMENTS = [(step, time) for step in Step for time in range(1, TIMES[step] + 1)]
#: Those at which a process is killed in every run of the tests.
KILLED_ALWAYS = [
    (Step.STAGED_SYNCED, 1),
    (Step.FILE_PLACED, 3),
    (Step.TABLE_COMMITTED, 4),
    (Step.LOADS_COMMITTED, 1),
    (Step.INTENT_REMOVED, 1),
]
#: From here on the load is decided.
DECIDED = list(Step).index(Step.INTENT_WRITTEN)


def kill(out, loads, step, time=1):
    """Run the program in a process of its own, killed at a moment."""
    how = {"loads": loads, "step": step, "time": time}
    done = subprocess.run(
        [sys.executable, "-P", str(PROGRAM), str(out), json.dumps(how)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def rows(out, name, table=None):
    table = (table or DeltaTable(out / name)).to_pyarrow_table().to_pylist()
    return sorted(table, key=lambda row: tuple(row[column] for column in TABLES[name].key))


def files(out):
    """All data files with their bytes' hash: where a publish leads, whatever happened on the way."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in TABLES
        for path in (out / name).rglob("*.parquet")
        if deltalog.LOG not in path.parts
    }


def state(out):
    """Everything that a reader or the next run can see."""
    tables = {name: DeltaTable(out / name) for name in TABLES}
    return {
        "rows": {name: rows(out, name, table) for name, table in tables.items()},
        "files": files(out),
        "versions": {name: table.version() for name, table in tables.items()},
        "transactions": {name: table.transaction_version("newsbeam") for name, table in tables.items()},
        "snapshot": dict(Snapshot.open(out).versions),
        "left": sorted(p.relative_to(out).as_posix() for f in ("staging", "quarantine") for p in (out / f).rglob("*")),
        "drafts": [p.name for p in out.rglob("*#*")],
        "moved on": (out / "state" / "last").read_text(),
    }


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory):
    """The states after one and after two loads that nobody disturbed."""
    out, states = tmp_path_factory.mktemp("unkilled"), {}
    with open_output(out, command="test") as output:
        for load in (1, 2):
            program.run(output, [load])
            states[load] = state(out)
    return states


@pytest.fixture
def output(tmp_path):
    with open_output(tmp_path / "out", command="test") as output:
        yield output


def test_a_load_is_in_every_table_and_its_row_tells_the_versions(unkilled):
    for load in (1, 2):
        found = unkilled[load]
        for name, count in program.ROWS.items():
            assert [row["load_id"] for row in found["rows"][name]] == [
                n for n in range(1, load + 1) for _ in range(count)
            ]
        assert [row["load_id"] for row in found["rows"]["loads"]] == list(range(1, load + 1))
        told = {table["name"]: table for table in found["rows"]["loads"][-1]["tables"]}
        assert told.keys() == TABLES.keys() - {"loads"}
        for name, table in told.items():
            assert table == {
                "name": name,
                "version": found["versions"][name],
                "rows": program.ROWS.get(name, 0),
                "files": 2 if name == "articles" else int(name in program.ROWS),
            }
        assert found["versions"]["requests"] == 0
        assert (found["left"], found["drafts"], found["moved on"]) == ([], [], str(load))
    assert {row["date"] for row in unkilled[1]["rows"]["articles"]} == {date(2026, 3, 1), date(2026, 3, 2)}
    assert "articles/date=2026-03-02/0000000002-0000.parquet" in unkilled[2]["files"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("which", range(5, 200, 11))
def test_killed_in_the_middle_of_a_system_call(tmp_path, unkilled, which):
    """At any call that changes the disk, not only between steps; 200 is about what a first run of two loads makes."""
    calls = "rename,linkat,fsync,mkdir,unlink,unlinkat,rmdir"
    out, trace = tmp_path / "out", tmp_path / "trace"
    done = subprocess.run(
        [
            *("strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={calls}"),
            *("-e", f"inject={calls}:signal=SIGKILL:when={which}"),
            *(sys.executable, "-P", str(PROGRAM), str(out), json.dumps({"loads": [1, 2]})),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    if b"ptrace" in done.stderr:
        pytest.skip("may not trace here")
    with open_output(out, command="test") as output:
        recovered = program.run(output, [1, 2])
    assert (recovered.quarantined, recovered.missing) == ((), ())
    assert state(out) == unkilled[2]


class Died(BaseException):
    """A kill, without the cost of a process: nothing below handles it."""


def die(moment):
    passed = dict.fromkeys(Step, 0)

    def at(step):
        passed[step] += 1
        if (step, passed[step]) == moment:
            raise Died

    return at


def check_after(out, unkilled, step):
    """After a death at a step of load 1: nothing half seen, and the same command leads to the same end."""
    order = list(Step)
    finished = DECIDED <= order.index(step) < order.index(Step.INTENT_REMOVED)
    seen = {name: {row["load_id"] for row in rows(out, name)} for name in TABLES}
    if order.index(step) < order.index(Step.TABLE_COMMITTED):
        assert set().union(*seen.values()) == set(), "a row was visible before its commit"
    if seen["loads"]:
        assert all(seen[name] == {1} for name in program.ROWS), "loads was not the last"
    with open_output(out, command="test") as output:
        recovered = program.run(output, [])
        assert recovered.rolled_forward == ((1,) if finished else ())
        assert (recovered.quarantined, recovered.missing) == ((), ())
        assert next_load_id(output) == (2 if order.index(step) >= DECIDED else 1)
        program.run(output, [1])
        assert state(out) == unkilled[1]
        assert recover(output, update_state=pytest.fail).rolled_forward == ()


@pytest.mark.parametrize(
    ("step", "time"),
    [
        pytest.param(step, time, marks=[] if (step, time) in KILLED_ALWAYS else pytest.mark.slow, id=f"{step}-{time}")
        for step, time in MOMENTS
    ],
)
def test_killed_at_any_moment_the_same_command_leads_to_the_same_end(tmp_path, unkilled, step, time):
    kill(tmp_path, [1, 2], step, time)
    check_after(tmp_path, unkilled, step)


@pytest.mark.parametrize(
    ("step", "time"),
    [
        pytest.param(step, time, marks=[] if time in (1, TIMES[step]) else pytest.mark.slow, id=f"{step}-{time}")
        for step, time in MOMENTS
    ],
)
def test_given_up_at_any_moment_the_same_command_leads_to_the_same_end(tmp_path, unkilled, step, time):
    """The same without the cost of a process: the lock and the folder are all that is left of the run."""
    with open_output(tmp_path, command="test") as output, pytest.raises(Died):
        program.run(output, [1], die((step, time)))
    check_after(tmp_path, unkilled, step)


@example(moments=[(Step.FILE_PLACED, 3), (Step.FILE_PLACED, 5), (Step.TABLE_COMMITTED, 2), (Step.LOADS_COMMITTED, 1)])
@given(moments=st.lists(st.sampled_from(MOMENTS), max_size=6))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_killed_again_and_again_also_while_recovering(tmp_path, unkilled, moments):
    out = tmp_path / "out"
    for moment in moments:
        with open_output(out, command="test") as output:
            try:
                program.run(output, [1, 2], die(moment))
            except Died:
                continue
    with open_output(out, command="test") as output:
        program.run(output, [1, 2])
    assert state(out) == unkilled[2]
    shutil.rmtree(out)


def test_the_steps_are_passed_in_their_order(output):
    passed = []
    program.run(output, [1], passed.append)
    assert passed == [step for step in Step for _ in range(TIMES[step])]


def test_state_moves_on_only_when_the_load_is_on_the_disk_and_again_after_a_kill(output):
    told = []
    staged = program.stage(output, 1)

    def update(load):
        told.append((load, Snapshot.open(output.path).load_id, (staged.folder / INTENT).exists()))
        if len(told) == 1:
            raise Died

    with pytest.raises(Died):
        publish(output, staged, program.loads_row(1), update_state=update)
    with pytest.raises(CannotPublish, match="half published; recover first"):
        next_load_id(output)
    with pytest.raises(CannotPublish, match="half published; recover first"):
        discard_staging(output, 1)
    recover(output, update_state=update)
    assert told == [(1, 1, True), (1, 1, True)]


def test_two_writers_at_once_are_one(tmp_path, unkilled):
    with open_output(tmp_path, command="first") as output:
        staged = program.stage(output, 1)

        def at(step):
            if step == Step.FILES_SYNCED:
                with pytest.raises(InUse, match="in use by 'first'"):
                    open_output(tmp_path, command="second")

        publish(output, staged, program.loads_row(1), update_state=lambda load: program.note(output, load), at=at)
    assert state(tmp_path) == unkilled[1]


def test_a_load_comes_after_those_before_it_and_once(output):
    program.run(output, [1])
    for load in (0, 1):
        with pytest.raises(CannotPublish, match="load 1 is already published"):
            publish(output, program.stage(output, load), program.loads_row(load), update_state=pytest.fail)
        discard_staging(output, load)
    assert next_load_id(output) == 2


def test_numbers_given_up_may_be_skipped(output):
    program.run(output, [7])
    assert next_load_id(output) == 8


def test_discarding_what_was_never_staged_is_nothing(output):
    discard_staging(output, 5)
    program.stage(output, 5)
    discard_staging(output, 5)
    assert not list(output.staging.iterdir())


def test_staging_without_an_intent_is_left_for_its_plan(output):
    program.stage(output, 1)
    before = sorted(output.staging.rglob("*"))
    assert recover(output, update_state=pytest.fail).rolled_forward == ()
    assert sorted(output.staging.rglob("*")) == before


def test_a_load_without_rows_is_a_row_of_loads_alone(output):
    output.staging_of(1).mkdir()
    staged = Staged(load_id=1, folder=output.staging_of(1))
    publish(output, staged, program.loads_row(1), update_state=lambda _load: None)
    assert {name: output.delta(name).version() for name in TABLES} == {name: int(name == "loads") for name in TABLES}
    assert Snapshot.open(output.path).load_id == 1


def spoil(folder, what):
    """Make a staged load wrong; the message that must name it."""
    good = folder / "tables" / "copies" / "date=2026-03-01" / "0000000001-0000.parquet"
    if what == "unfinished":
        good.with_name("x.tmp").write_text("")
        return "x.tmp: .* not a file named 0000000001-nnnn.parquet"
    if what == "truncated":
        good.write_bytes(good.read_bytes()[:-9])
        return "copies/date=2026-03-01/0000000001-0000.parquet: cannot be published"
    if what == "no such table":
        shutil.copytree(good.parent, folder / "tables" / "copy" / good.parent.name)
        return "tables/copy/.*: no such table"
    if what == "another table":
        shutil.move(good, folder / "tables" / "held" / "date=2026-03-01" / "0000000001-0001.parquet")
        return "its own metadata say {'table': 'copies'"
    if what == "another load":
        good.rename(good.with_name("0000000002-0000.parquet"))
        return "not a file named 0000000001"
    if what == "no day":
        good.rename(good.parent.parent / good.name)
        return "not in the right folder|Invalid isoformat"
    if what == "bad day":
        good.parent.rename(good.parent.with_name("date=2026-02-30"))
        return "day is out of range|must be in range"
    if what == "no rows":
        pq.write_table(pq.read_table(good, partitioning=None).slice(0, 0), good)
        return "no rows"
    if what == "symlink":
        shutil.move(good, folder / "elsewhere")
        good.symlink_to(folder / "elsewhere")
        return "not a file named"
    (folder / "tables" / "loads").mkdir()
    shutil.copy(folder / "tables" / "recalls" / good.name, folder / "tables" / "loads" / "0000000001-0001.parquet")
    return "its own metadata say {'table': 'recalls'"


@pytest.mark.parametrize(
    "what",
    [
        "unfinished", "truncated", "no such table", "another table", "another load",
        "no day", "bad day", "no rows", "symlink", "loads",
    ],
)  # fmt: skip
def test_what_is_staged_wrong_is_not_published(output, what):
    staged = program.stage(output, 1)
    message = spoil(staged.folder, what)
    before = sorted(staged.folder.rglob("*"))
    with pytest.raises(CannotPublish, match=message):
        publish(output, staged, program.loads_row(1), update_state=pytest.fail)
    assert sorted(staged.folder.rglob("*")) == before
    assert {output.delta(name).version() for name in TABLES} == {0}
    assert files(output.path) == {}


def test_a_folder_that_is_not_the_loads_is_not_published(output):
    staged = program.stage(output, 1)
    with pytest.raises(CannotPublish, match="not the staging folder of load 2"):
        publish(output, Staged(load_id=2, folder=staged.folder), program.loads_row(2), update_state=pytest.fail)


def test_a_file_that_is_already_there_is_not_replaced(output):
    target = output.table_folder("recalls") / "0000000001-0000.parquet"
    target.write_bytes(b"somebody's")
    with pytest.raises(CannotPublish, match="is already there; recover first"):
        publish(output, program.stage(output, 1), program.loads_row(1), update_state=pytest.fail)
    assert target.read_bytes() == b"somebody's"
    program.run(output, [1])
    assert (output.quarantine / "recalls" / target.name).read_bytes() == b"somebody's"


@pytest.mark.parametrize("moment", [(Step.INTENT_WRITTEN, 1), (Step.FILE_PLACED, 4), (Step.FILE_PLACED, 9)])
@pytest.mark.parametrize("harm", ["missing", "changed", "cut"])
def test_an_intent_that_cannot_be_carried_out_is_loud_and_changes_nothing(output, moment, harm):
    with pytest.raises(Died):
        program.run(output, [1], die(moment))
    below = "recalls/0000000001-0000.parquet"
    staged = output.staging_of(1) / "tables" / below
    path = staged if staged.exists() else output.path / below
    content = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(content[:-1] + (b"" if harm == "cut" else bytes([content[-1] ^ 1])))
    before = files(output.path)
    for _ in range(2):
        with pytest.raises(CannotPublish, match=r"recalls/0000000001-0000.parquet: (missing|not what was staged)"):
            recover(output, update_state=pytest.fail)
    assert files(output.path) == before
    assert {output.delta(name).version() for name in TABLES} == {0}
    path.write_bytes(content)
    assert recover(output, update_state=lambda _load: None).rolled_forward == (1,)


def test_an_intent_that_cannot_be_read_is_loud(output):
    with pytest.raises(Died):
        program.run(output, [1], die((Step.INTENT_WRITTEN, 1)))
    path = output.staging_of(1) / INTENT
    assert Intent.read(path).load_id == 1
    content = path.read_text()
    for broken in (
        content[:-20],
        content.replace('"load_id": 1', '"load_id": 2'),
        content.replace("recalls", "recall"),
    ):
        path.write_text(broken)
        with pytest.raises(CannotPublish, match="intent"):
            recover(output, update_state=pytest.fail)


def test_the_intent_names_every_file_with_its_hash_and_where_it_leads(output):
    with pytest.raises(Died):
        program.run(output, [1], die((Step.INTENT_WRITTEN, 1)))
    intent = json.loads((output.staging_of(1) / INTENT).read_text())
    told = {f"{name}/{f['path']}": f for name, change in intent["tables"].items() for f in change["files"]}
    staged = {
        p.relative_to(output.staging_of(1) / "tables").as_posix(): p for p in output.staging_of(1).rglob("*.parquet")
    }
    assert told.keys() == staged.keys()
    assert len(told) == program.FILES
    for path, file in told.items():
        assert file["sha256"] == hashlib.sha256(staged[path].read_bytes()).hexdigest()
        assert (file["bytes"], file["rows"]) == (staged[path].stat().st_size, pq.read_metadata(staged[path]).num_rows)
        assert file["partition"] == ({"date": path.split("=")[1][:10]} if "=" in path else {})
    assert {change["version"] for change in intent["tables"].values()} == {1}


def test_a_log_that_moved_on_by_itself_stops_the_load(output):
    with pytest.raises(Died):
        program.run(output, [1], die((Step.INTENT_WRITTEN, 1)))
    DeltaTable(output.table_folder("copies")).alter.set_table_properties({"delta.appendOnly": "false"})
    with pytest.raises(CannotPublish, match="copies: at version 1, but load 1 was to make version 1"):
        recover(output, update_state=pytest.fail)


def test_a_full_disk_is_one_line_and_the_load_is_finished_later(tmp_path, unkilled):
    def fill(step):
        if step == Step.FILES_SYNCED:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_output(tmp_path, command="test") as output:
        try:
            with pytest.raises(CannotPublish) as caught:
                program.run(output, [1], fill)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert str(caught.value).startswith(f"{tmp_path}/articles: load 1 cannot be committed: ")
        assert "File too large" in str(caught.value)
        assert not {"\n", "\x1b"} & set(str(caught.value))
        assert output.last_load() == 0
        assert program.run(output, []).rolled_forward == (1,)
    assert state(tmp_path) == unkilled[1]


@pytest.mark.parametrize("name", ["copies", "loads"])
def test_a_log_that_is_gone_or_torn_is_named_and_nothing_is_moved(output, name):
    program.run(output, [1, 2])
    output.close()
    log = output.table_folder(name) / deltalog.LOG
    (log / f"{2:020d}.json").write_text('{"add')
    before = files(output.path)
    for _ in range(2):
        with (
            open_output(output.path, command="test") as again,
            pytest.raises(Damaged, match=f"{output.path}/{name}: cannot be opened: ") as caught,
        ):
            recover(again, update_state=pytest.fail)
        assert "\n" not in str(caught.value)
        assert files(output.path) == before
        shutil.rmtree(log, ignore_errors=True)


def test_unknown_files_are_set_aside_and_never_deleted(output):
    program.run(output, [1])
    stranger = output.table_folder("articles") / "date=2026-03-01" / "stranger.parquet"
    for content in (b"one", b"two"):
        stranger.write_bytes(content)
        deep = output.table_folder("held") / "a" / "b.parquet"
        deep.parent.mkdir(exist_ok=True)
        deep.write_bytes(content)
        recovered = recover(output, update_state=pytest.fail)
        tail = "" if content == b"one" else "+"
        names = (f"articles/date=2026-03-01/stranger.parquet{tail}", f"held/a/b.parquet{tail}")
        assert recovered.quarantined == names
        assert [(output.quarantine / name).read_bytes() for name in names] == [content] * 2
        assert not stranger.exists()
    assert recover(output, update_state=pytest.fail).quarantined == ()


def test_a_file_that_the_log_knows_and_that_is_gone_is_reported(output):
    program.run(output, [1])
    (output.path / "copies/date=2026-03-01/0000000001-0000.parquet").unlink()
    assert recover(output, update_state=pytest.fail).missing == ("copies/date=2026-03-01/0000000001-0000.parquet",)


def test_drafts_of_a_killed_commit_are_removed(output):
    program.run(output, [1])
    drafts = [
        output.path / "articles" / "_delta_log" / "00000000000000000002.json#1",
        output.path / "articles" / "_delta_log" / "00000000000000000001.checkpoint.parquet#12",
        output.path / "articles" / "date=2026-03-01" / "part-0001.parquet#1",
    ]
    for draft in drafts:
        draft.write_text("{")
    recover(output, update_state=pytest.fail)
    assert not any(draft.exists() for draft in drafts)
    assert output.delta("articles").version() == 1


def test_compaction_leaves_files_that_are_known_until_they_go(output):
    program.run(output, [1, 2])
    output.delta("copies").optimize.compact()
    assert recover(output, update_state=pytest.fail).quarantined == ()
    assert len(list(output.table_folder("copies").glob("date=*/*.parquet"))) == 3
    program.run(output, [3])
    assert len(rows(output.path, "copies")) == 3
    assert Snapshot.open(output.path).versions["copies"] == 4


@pytest.mark.parametrize(
    ("moment", "content"),
    [
        ((Step.TABLE_COMMITTED, 3), b""),
        ((Step.LOADS_COMMITTED, 1), b'{"commitInfo":{"timesta'),
        ((Step.LOGS_SHORTENED, 1), b"\0" * 300),
    ],
)
def test_a_log_entry_that_a_power_cut_tore_is_written_again(tmp_path, unkilled, moment, content):
    with open_output(tmp_path, command="test") as output, pytest.raises(Died):
        program.run(output, [1], die(moment))
    names = [name for name in TABLES if (tmp_path / name / "_delta_log" / f"{1:020d}.json").exists()]
    assert names
    for name in names:
        (tmp_path / name / "_delta_log" / f"{1:020d}.json").write_bytes(content)
    with open_output(tmp_path, command="test") as output:
        assert program.run(output, []).rolled_forward == (1,)
    assert state(tmp_path) == unkilled[1]


@pytest.fixture
def short(monkeypatch):
    """Checkpoints every three commits."""
    monkeypatch.setattr(deltalog, "CHECKPOINT_EVERY", 3)


FEW = {"copies": 1}


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("torn", ["checkpoint", "hint", "both", "checkpoint gone"])
def test_a_checkpoint_that_a_power_cut_tore_is_made_again(output, torn):
    with pytest.raises(Died):
        program.run(output, [1, 2, 3], die((Step.LOGS_SHORTENED, 3)), FEW)
    log = output.table_folder("copies") / deltalog.LOG
    checkpoint, hint = log / f"{3:020d}.checkpoint.parquet", log / "_last_checkpoint"
    whole = len(checkpoint.read_bytes())
    if torn != "hint":
        checkpoint.write_bytes(checkpoint.read_bytes()[: whole // 2])
    if torn in ("hint", "both"):
        hint.write_bytes(b"")
    if torn == "checkpoint gone":
        checkpoint.unlink()
    output.close()
    with open_output(output.path, command="again") as again:
        assert program.run(again, [], rows=FEW).rolled_forward == (3,)
        assert json.loads(hint.read_text())["version"] == 3
        assert pq.read_metadata(checkpoint).num_rows > 0
        assert [row["load_id"] for row in rows(again.path, "copies")] == [1, 2, 3]


@pytest.mark.usefixtures("short")
def test_old_entries_go_only_when_nobody_may_want_them(output, monkeypatch):
    program.run(output, range(1, 8), rows=FEW)
    folder = output.table_folder("copies")
    log = folder / deltalog.LOG
    everything = sorted(p.name for p in log.iterdir())
    assert [n for n in everything if "checkpoint.p" in n] == [f"{v:020d}.checkpoint.parquet" for v in (3, 6)]

    def age(version, days):
        at = 1_800_000_000 - days * 86_400
        os.utime(log / f"{version:020d}.json", (at, at))

    # A table that is seldom written: version 6 was the newest until six days ago, and 3 until eight days ago.
    for version, days in enumerate([900, 800, 700, 600, 8, 400, 300, 6]):
        age(version, days)
    deltalog.expire_log(folder, before=1_800_000_000 - 7 * 86_400)
    assert sorted(p.name for p in log.iterdir()) == [n for n in everything if n[0] == "_" or int(n[:20]) >= 3]
    for version in (3, 4, 5, 6, 7):
        assert DeltaTable(folder, version=version).to_pyarrow_table().num_rows == version
    age(7, 8)
    monkeypatch.setattr(pipeline.publish.time, "time", lambda: 1_800_000_000)
    program.run(output, [8, 9], rows=FEW)
    assert min(int(p.name[:20]) for p in log.iterdir() if p.name[0] != "_") == 6
    assert DeltaTable(folder, version=6).to_pyarrow_table().num_rows == 6
    assert DeltaTable(folder).to_pyarrow_table().num_rows == 9
    assert output.last_load() == 9


def test_a_log_tells_of_files_what_is_asked_and_knows_no_other_fact(output):
    def asked(name, *facts):
        return deltalog.live_files(output.delta(name), *facts)

    facts = {
        name: ["path", "size_bytes", "num_records", *(["partition.date"] if spec.partition else [])]
        for name, spec in TABLES.items()
    }
    assert not any(asked(name, *told) for name, told in facts.items())  # of tables without files, too
    program.run(output, [1])
    assert all(list(file) == told for name, told in facts.items() for file in asked(name, *told))
    for mistyped in ("size", "partition.day", "partition.None"):
        with pytest.raises(KeyError, match=mistyped):
            asked("loads", "path", mistyped)


def test_a_file_leaves_a_table_in_the_load_that_replaces_it(output):
    """A killed version moves from articles to held: one load, one snapshot."""
    program.run(output, [1])
    gone = "date=2026-03-02/0000000001-0000.parquet"
    staged = program.stage(output, 2, {"held": 1})
    staged = Staged(load_id=2, folder=staged.folder, removed={"articles": (gone,)})

    def publish_it(at):
        publish(output, staged, program.loads_row(2), update_state=lambda _load: None, at=at)

    with pytest.raises(Died):
        publish_it(die((Step.TABLE_COMMITTED, 1)))
    recovered = recover(output, update_state=lambda _load: None)
    assert (recovered.rolled_forward, recovered.quarantined) == ((2,), ())
    assert {row["date"] for row in rows(output.path, "articles")} == {date(2026, 3, 1)}
    assert len(rows(output.path, "held")) == 2
    assert DeltaTable(output.table_folder("articles"), version=1).to_pyarrow_table().num_rows == 3
    told = {table["name"]: table for table in rows(output.path, "loads")[-1]["tables"]}
    assert told["articles"] == {"name": "articles", "version": 2, "rows": 0, "files": 0}
    staged = Staged(load_id=3, folder=program.stage(output, 3, FEW).folder, removed={"articles": (gone,)})
    with pytest.raises(CannotPublish, match="articles: cannot remove what it does not hold: date=2026-03-02"):
        publish(output, staged, program.loads_row(3), update_state=pytest.fail)


def test_everything_is_synced_before_what_builds_on_it(output, monkeypatch):
    """Each file, folder and log entry is flushed before the step that says so."""
    program.run(output, [1])
    synced, step_of = set(), {}
    real = os.fsync

    def fsync(descriptor):
        real(descriptor)
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink().as_posix())

    monkeypatch.setattr(os, "fsync", fsync)
    staged = program.stage(output, 2)
    in_staging = {p.as_posix() for p in staged.folder.rglob("*")}

    def at(step):
        step_of.setdefault(step, set(synced))

    publish(output, staged, program.loads_row(2), update_state=lambda _load: None, at=at)
    out = output.path
    staged_all = {p for p in in_staging if "loads" not in p} | {staged.folder.as_posix(), output.staging.as_posix()}
    assert staged_all <= step_of[Step.STAGED_SYNCED]
    assert f"{staged.folder}/tables/loads/0000000002-0000.parquet" in step_of[Step.STAGED_SYNCED]
    assert f"{staged.folder}/{INTENT}.unfinished" in step_of[Step.INTENT_WRITTEN]
    targets = {(out / path).parent.as_posix() for path in files(out) if "0000000002" in path}
    assert targets <= step_of[Step.FILES_SYNCED]
    entries = {name: f"{out}/{name}/_delta_log/{2:020d}.json" for name in TABLES}
    logs = {path for name in program.ROWS for path in (entries[name], f"{out}/{name}/_delta_log")}
    assert logs <= step_of[Step.LOGS_SYNCED]
    assert entries["loads"] not in step_of[Step.LOGS_SYNCED]
    assert {entries["loads"], f"{out}/loads/_delta_log"} <= step_of[Step.LOADS_SYNCED]


def test_a_reader_sees_each_load_whole_or_not_at_all(output):
    """Polling through the snapshot while loads are published, and between any two steps."""
    seen, stop = [], threading.Event()

    def look():
        snapshot = Snapshot.open(output.path)
        counts = {
            name: DeltaTable(output.path / name, version=snapshot.versions[name]).to_pyarrow_table().num_rows
            for name in program.ROWS
        }
        assert counts == {name: count * snapshot.load_id for name, count in program.ROWS.items()}
        seen.append(snapshot.load_id)

    def look_at(step):
        if step in (Step.TABLE_COMMITTED, Step.LOGS_SYNCED, Step.LOADS_COMMITTED):
            look()

    failures = []

    def poll():
        while not stop.is_set():
            try:
                look()
            except (AssertionError, OSError, ValueError) as error:
                failures.append(error)
                return

    reader = threading.Thread(target=poll)
    program.run(output, [1])
    reader.start()
    program.run(output, [2, 3], at=look_at)
    stop.set()
    reader.join()
    assert not failures
    assert sorted(set(seen)) == [1, 2, 3]


def test_duckdb_polars_and_pandas_read_the_same_rows(output):
    program.run(output, [1, 2])
    out = output.path
    expected = [(row["article_id"], row["date"], row["load_id"]) for row in rows(out, "articles")]
    assert len(expected) == 6
    glob = f"{out}/articles/date=*/*.parquet"
    columns = ["article_id", "date", "load_id"]
    by_duckdb = duckdb.read_parquet(glob, hive_partitioning=True).select(*columns).order("all").fetchall()
    assert by_duckdb == expected
    assert pl.scan_parquet(glob, hive_partitioning=True).select(columns).collect().sort(columns).rows() == expected
    assert pl.scan_delta(str(out / "articles")).select(columns).collect().sort(columns).rows() == expected
    frame = pd.read_parquet(out / "articles")
    days = pd.to_datetime(frame["date"].astype(str)).dt.date
    assert sorted(zip(frame["article_id"], days, frame["load_id"], strict=True)) == expected
    in_log = DeltaTable(out / "articles").to_pyarrow_dataset()
    assert duckdb.from_arrow(in_log).filter("load_id = 2").count("*").fetchall() == [(3,)]
    scanned = pl.scan_delta(str(out / "articles")).filter(
        (pl.col("load_id") == 2) & (pl.col("date") == date(2026, 3, 2))
    )
    assert scanned.collect().height == 1
