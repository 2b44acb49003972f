"""What is done about memory; where it holds for a whole process, in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline.load
from pipeline.memory import _glibc

pytestmark = pytest.mark.skipif(_glibc() is None, reason="there is nothing to be done elsewhere")

_PROJECT = Path(__file__).parents[2]
#: Tells of each arena at the end.
_TELL = """
import atexit, ctypes, sys, threading
libc = ctypes.CDLL(None)
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fflush.argtypes = [ctypes.c_void_p]
@atexit.register
def tell():
    out = ctypes.c_void_p.in_dll(libc, "stdout")
    libc.malloc_info(0, out)
    libc.fflush(out)
"""
_ARENAS = """
from pipeline.memory import keep_together
if sys.argv[1] == "one":
    keep_together()
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
at_once = threading.Barrier(8)
def work():
    at_once.wait()
    libc.malloc(1000)
    at_once.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
_PROGRAM = """
from pipeline.cli import main
main()
"""
_FREED = """
import ctypes, sys
from pathlib import Path
from pipeline.memory import give_back
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
held = [libc.malloc(10_000) for _ in range(5_000)]
for block in held:
    ctypes.memset(block, 1, 10_000)
for block in held[:-1]:  # the last one keeps the end of the heap where it is
    libc.free(block)
before = resident()
give_back()
print(before - resident())
"""


def _printed(code: str, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        text=True,
        check=True,
        cwd=_PROJECT,
        timeout=60,
        env={name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))},
    )
    return done.stdout


@pytest.fixture
def wires(tmp_path: Path) -> Path:
    """Two deliveries."""
    path = tmp_path / "wires.jsonl"
    stories = {"Ferry": "The ferry sailed again on Monday.", "Bridge": "A bridge to the old town fell into the river."}
    path.write_text(
        "".join(json.dumps({"id": title, "title": title, "text": stories[title]}) + "\n" for title in stories)
    )
    return path


@pytest.mark.parametrize(("how", "is_one"), [("one", True), ("many", False)])
def test_threads_that_come_later_share_the_arena(how: str, is_one: bool) -> None:
    assert (_printed(_TELL + _ARENAS, how).count("<heap nr=") == 1) is is_one


def test_the_program_has_one_arena_for_all_its_threads(wires: Path) -> None:
    told = _printed(_TELL + _PROGRAM, "ingest", str(wires), "--out", str(wires.with_name("out")))
    assert told.count("<heap nr=") == 1


def test_what_is_free_is_given_back() -> None:
    assert int(_printed(_FREED)) > 30_000_000


def test_a_load_gives_back(run: Callable[..., object], wires: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    monkeypatch.setattr(pipeline.load, "give_back", lambda: given.append(1))
    run(wires, batch_size=1)
    assert len(given) == 2
