import json
import os
import pickle
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable
from filelock import FileLock

import pipeline.output
from pipeline.output import (
    HOLDER,
    LOCK,
    MARKER,
    Holder,
    InUse,
    NotOurs,
    NotWritable,
    OutputError,
    check_readable,
    open_output,
    read_holder,
)
from schemas.tables import SCHEMA_VERSION, TABLES

ROOT = Path(pipeline.output.__file__).parent.parent

HOLD = """
import sys, pathlib
from pipeline.output import open_output
with open_output(pathlib.Path(sys.argv[1]), command="newsbeam poll --every 15m") as output:
    print("held", flush=True)
    sys.stdin.read()
"""


def listing(folder):
    """Every name below a folder with its mode, size and time: what must not change."""
    return sorted(
        (p.as_posix(), p.lstat().st_mode, p.lstat().st_size, p.lstat().st_mtime_ns)
        for p in [folder, *folder.rglob("*")]
    )


@pytest.fixture
def held(tmp_path):
    """A process that holds an output folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("there", [False, True])
def test_a_new_or_empty_folder_becomes_an_output_folder(tmp_path, there):
    out = tmp_path / "some" / "where"
    if there:
        out.mkdir(parents=True)
    with open_output(out, command="test") as output:
        assert output.path == out
        assert output.last_load() == 0
    for name, spec in TABLES.items():
        table = DeltaTable(out / name)
        assert [(f.name, f.nullable) for f in table.schema().fields] == [(f.name, f.nullable) for f in spec.schema]
        assert table.metadata().partition_columns == ([spec.partition] if spec.partition else [])
        assert table.metadata().description == spec.description
        assert table.version() == 0
        assert table.to_pyarrow_table().num_rows == 0
    assert {p.name for p in out.iterdir()} == {MARKER, LOCK, *TABLES, "staging", "state", "raw", "quarantine"}
    check_readable(out)


def test_opening_again_changes_nothing(tmp_path):
    with open_output(tmp_path, command="one"):
        pass
    before = [entry for entry in listing(tmp_path) if entry[0] != tmp_path.as_posix()]
    with open_output(tmp_path, command="two", create=False):
        pass
    assert [entry for entry in listing(tmp_path) if entry[0] != tmp_path.as_posix()] == before


def test_what_may_not_be_shown_lies_where_others_may_not_look(tmp_path):
    with open_output(tmp_path, command="test"):
        pass
    (tmp_path / "held").chmod(0o755)
    with open_output(tmp_path, command="test"):
        pass
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir() if p.is_dir()}
    assert {name for name, mode in modes.items() if mode == 0o700} == {"held", "staging", "quarantine", "raw"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"letter.txt": "dear"}, "not an output folder of newsbeam"),
        ({".hidden": ""}, "not an output folder of newsbeam"),
        ({"articles/date=2026-03-01/x.parquet": "PAR1"}, "not an output folder of newsbeam"),
        ({LOCK: "", "letter.txt": "dear"}, "not an output folder of newsbeam"),
        ({MARKER: "no json"}, "cannot be read"),
        ({MARKER: "[]"}, "cannot be read"),
        ({MARKER: '{"schema_version": "x", "complete": true}'}, "cannot be read"),
        ({MARKER: f'{{"schema_version": {SCHEMA_VERSION + 1}, "complete": true}}'}, "written by a newer newsbeam"),
    ],
)
@pytest.mark.parametrize("create", [True, False])
def test_a_folder_that_is_not_ours_is_not_touched(tmp_path, files, message, create):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    before = listing(tmp_path)
    with pytest.raises(NotOurs, match=message) as caught:
        open_output(tmp_path, command="test", create=create)
    assert str(caught.value).startswith(f"{tmp_path}: ")
    assert "\n" not in str(caught.value)
    with pytest.raises(NotOurs, match=message):
        check_readable(tmp_path)
    assert listing(tmp_path) == before


def test_a_file_is_not_an_output_folder(tmp_path):
    path = tmp_path / "file"
    path.write_text("x")
    with pytest.raises(NotOurs, match="not a folder"):
        open_output(path, command="test")
    assert path.read_text() == "x"


def test_no_folder_is_made_unless_asked(tmp_path):
    with pytest.raises(NotOurs, match="no such folder"):
        open_output(tmp_path / "out", command="test", create=False)
    with pytest.raises(NotOurs, match="no such folder"):
        check_readable(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_not_writable(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises((NotOurs, NotWritable), match=r"not a folder|cannot be written to"):
        open_output(tmp_path / "file" / "out", command="test")
    with pytest.raises(NotWritable, match=r"^/proc/newsbeam: cannot be written to"):
        open_output(Path("/proc/newsbeam"), command="test")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_another_mode_is_not_writable(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(NotWritable, match="Permission denied"):
        open_output(tmp_path, command="test")


def test_a_disk_that_fails_in_the_middle_lets_the_lock_go(tmp_path, monkeypatch):
    def full(_folder, _spec):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.deltalog.create", full)
        with pytest.raises(NotWritable, match="No space left on device"):
            open_output(tmp_path, command="test")
    with pytest.raises(NotOurs, match="never finished"):
        check_readable(tmp_path)
    with open_output(tmp_path, command="test"):
        check_readable(tmp_path)


@pytest.mark.parametrize("tables", range(len(TABLES) + 1))
def test_a_creation_that_was_killed_is_continued(tmp_path, monkeypatch, tables):
    class Died(BaseException):
        pass

    made = []
    real = pipeline.deltalog.create

    def create(folder, spec):
        if len(made) == tables:
            (folder / "_delta_log").mkdir()
            (folder / "_delta_log" / "00000000000000000000.json").write_text('{"protocol":{"minRe')
            raise Died
        real(folder, spec)
        made.append(folder.name)

    def mark(path, *, complete):
        if complete:
            raise Died
        real_mark(path, complete=complete)

    real_mark = pipeline.output._write_marker
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.deltalog.create", create)
        patch.setattr("pipeline.output._write_marker", mark)
        with pytest.raises(Died):
            open_output(tmp_path, command="test")
    with pytest.raises(NotOurs, match="never finished"):
        check_readable(tmp_path)
    with open_output(tmp_path, command="test") as output:
        assert {output.delta(name).version() for name in TABLES} == {0}
    check_readable(tmp_path)


def test_killed_before_the_marker_the_folder_is_as_good_as_empty(tmp_path):
    for name in (LOCK, HOLDER, f"{HOLDER}.unfinished", f"{MARKER}.unfinished"):
        (tmp_path / name).write_text("")
    with open_output(tmp_path, command="test"):
        check_readable(tmp_path)


def test_the_holder_is_named_and_a_second_writer_refused(tmp_path):
    with open_output(tmp_path, command="newsbeam ingest wires") as output:
        with pytest.raises(InUse) as caught:
            open_output(tmp_path, command="second")
        assert caught.value.holder == Holder(
            pid=os.getpid(), host=socket.gethostname(), command="newsbeam ingest wires", since=caught.value.holder.since
        )
        assert f"in use by 'newsbeam ingest wires', process {os.getpid()} on " in str(caught.value)
        assert caught.value.exit_code == 75
        assert json.loads((output.path / HOLDER).read_text())["pid"] == os.getpid()
    assert not (tmp_path / HOLDER).exists()
    open_output(tmp_path, command="third").close()


def test_closing_twice_is_once(tmp_path):
    output = open_output(tmp_path, command="test")
    output.close()
    with open_output(tmp_path, command="another") as other:
        output.close()
        assert (other.path / HOLDER).exists()


def test_another_process_is_refused_until_a_kill(tmp_path, held):
    with pytest.raises(InUse, match=rf"in use by 'newsbeam poll --every 15m', process {held.pid} on "):
        open_output(tmp_path / "out", command="second")
    held.send_signal(signal.SIGKILL)
    held.wait()
    assert (tmp_path / "out" / HOLDER).exists()
    with open_output(tmp_path / "out", command="second"):
        assert read_holder(tmp_path / "out").command == "second"


def test_what_a_dead_holder_wrote_is_not_believed(tmp_path, held):
    held.kill()
    held.wait()
    out = tmp_path / "out"
    lock = FileLock(out / LOCK)
    with lock, pytest.raises(InUse) as caught:
        open_output(out, command="second")
    assert caught.value.holder is None
    assert str(caught.value) == f"{out}: in use by another run"


def test_a_reader_needs_no_lock(tmp_path, held):
    check_readable(tmp_path / "out")
    assert DeltaTable(tmp_path / "out" / "articles").version() == 0
    assert held.poll() is None


def test_a_child_that_was_forked_does_not_keep_the_lock(tmp_path):
    """A worker that outlives its parent must not lock everybody out."""
    program = """
import os, pathlib, signal, sys
from pipeline.output import open_output
output = open_output(pathlib.Path(sys.argv[1]), command="parent")
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, b"x")
    signal.pause()
os.read(read, 1)
print("forked", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", program, str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    with process:
        assert process.stdout.readline() == b"forked\n"
        assert process.wait() == -signal.SIGKILL
        try:
            with open_output(tmp_path / "out", command="next"):
                assert read_holder(tmp_path / "out").command == "next"
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("error", [NotOurs("a: b"), NotWritable("a: b"), InUse(Path("a"), None)])
def test_errors_survive_pickling_and_have_one_root(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 our own
    assert (type(again), str(again)) == (type(error), str(error))
    assert isinstance(error, OutputError)
    assert error.exit_code == (75 if isinstance(error, InUse) else 2)


@pytest.mark.parametrize("name", ["a%20b", "50%ff", "caf\udce9"])
def test_a_folder_that_table_logs_cannot_name_is_refused_and_not_made(tmp_path, name):
    with pytest.raises(NotOurs, match="cannot name such a folder"):
        open_output(tmp_path / name, command="test")
    assert list(tmp_path.iterdir()) == []


def test_a_plain_percent_sign_is_no_escape(tmp_path):
    with open_output(tmp_path / "100% sure", command="test") as output:
        assert output.last_load() == 0
