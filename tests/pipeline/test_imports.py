"""What is imported, and what is not: a command takes no longer to start than its work asks for."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.imports import sparing

PROJECT = Path(__file__).resolve().parents[2]
#: A module of the standard library that nothing here needs.
SPARED = "tabnanny"


@pytest.fixture(autouse=True)
def _fresh():
    sys.modules.pop(SPARED, None)
    yield
    sys.modules.pop(SPARED, None)


def test_what_is_spared_counts_as_not_installed_and_is_there_again():
    with sparing(SPARED), pytest.raises(ModuleNotFoundError, match=SPARED):
        importlib.import_module(SPARED)
    assert importlib.import_module(SPARED).__name__ == SPARED


def test_what_is_imported_already_stays():
    known = importlib.import_module(SPARED)
    with sparing(SPARED):
        assert importlib.import_module(SPARED) is known


def test_after_an_error_nothing_is_spared():
    with pytest.raises(ZeroDivisionError), sparing(SPARED):
        raise ZeroDivisionError
    assert importlib.import_module(SPARED).__name__ == SPARED


def _loaded(*words):
    """The modules of a process that was the program, and its exit code."""
    code = (
        "import atexit, sys\nfrom pipeline.cli import main\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        f"sys.argv = ['newsbeam', *{list(map(str, words))!r}]\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    return set(done.stderr.splitlines()[-1].split()), done.returncode


def test_nothing_to_read_needs_no_beam(tmp_path):
    (tmp_path / "in").mkdir()
    loaded, code = _loaded("ingest", tmp_path / "in", "--out", tmp_path / "out")
    assert code == 0
    assert loaded & {"apache_beam", "trafilatura", "pandas"} == set()


def test_a_batch_needs_beam_and_nothing_that_beam_only_offers(tmp_path):
    (tmp_path / "a.txt").write_text("Ferry sails again\n\nThe ferry sails again, the council of the town said today.\n")
    loaded, code = _loaded("ingest", tmp_path / "a.txt", "--out", tmp_path / "out")
    assert code == 0
    assert "apache_beam" in loaded
    assert loaded & {"pandas", "pymongo", "trafilatura"} == set()
