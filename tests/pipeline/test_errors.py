"""What a person can do something about is a line and an exit code; the rest is a fault, and stays one."""

import logging
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import pipeline.errors
from pipeline.errors import complain, explain
from pipeline.feedlist import FeedListError
from pipeline.output import InUse, NotOurs
from pipeline.runners import RunnerFailed

PROJECT = Path(__file__).resolve().parents[2]
NAMES = [
    name
    for value in vars(pipeline.errors).values()
    for name in (value if isinstance(value, tuple) else [value])
    if isinstance(name, str) and name.endswith(("Error", "Failed", "NumbersDoNotAdd"))
]


@pytest.fixture(autouse=True)
def _logs():
    yield
    logging.disable(logging.NOTSET)


def told(error, capsys):
    with pytest.raises(SystemExit) as left, explain():
        raise error
    return left.value.code, capsys.readouterr().err


def test_the_names_are_those_of_errors():
    assert len(NAMES) == 13
    for name in NAMES:
        module, _, of_class = name.rpartition(".")
        assert issubclass(getattr(import_module(module), of_class), Exception), name


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (NotOurs("out: not ours"), 2, "out: not ours"),
        (InUse(Path("out"), None), 75, "out: in use by another run"),
        (OSError(28, "No space left on device", "out/a"), 1, "the run failed: out/a: No space left on device"),
        (NotOurs("caf\udce9\n\x1b[2J: not ours"), 2, r"caf\xe9\n\x1b[2J: not ours"),
    ],
)
def test_an_error_is_one_line(error, code, line, capsys):
    assert told(error, capsys) == (code, f"newsbeam: {line}\n")


def test_a_feed_list_has_a_line_for_each_fault(capsys):
    assert told(FeedListError("line 1: this", "line 2: that"), capsys) == (
        2,
        "newsbeam: line 1: this\nnewsbeam: line 2: that\n",
    )


def test_the_story_of_a_run_that_failed_is_kept_in_a_file(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, err = told(RunnerFailed("a stage broke"), capsys)
    (file,) = tmp_path.iterdir()
    assert (code, err) == (1, f"newsbeam: the run failed: a stage broke (details: {file})\n")
    assert "RunnerFailed: a stage broke" in file.read_text()


def test_a_fault_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError), explain():
        raise ZeroDivisionError


def test_whatever_the_text_it_can_be_told(capsys):
    complain("\ud800 and \u202e")
    assert capsys.readouterr().err == "newsbeam: \\ud800 and \\u202e\n"


def test_nothing_is_imported_to_explain():
    program = (
        "import sys\nfrom pipeline.errors import explain\nbefore = set(sys.modules)\n"
        "try:\n    with explain():\n        raise OSError(2, 'gone', 'x')\n"
        "except SystemExit as left:\n    print(left.code, sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT)
    assert (done.stdout, done.stderr) == ("1 []\n", "newsbeam: the run failed: x: gone\n")
