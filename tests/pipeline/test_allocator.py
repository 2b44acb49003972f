"""Which allocator Arrow takes its memory from."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

_VARIABLE = "ARROW_DEFAULT_MEMORY_POOL"
_PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "backend"),
    [
        pytest.param({}, "system", id="the-systems"),
        pytest.param({_VARIABLE: "mimalloc"}, "mimalloc", id="the-users-choice"),
    ],
)
def test_arrow_takes_memory_from(given: Mapping[str, str], backend: str) -> None:
    code = "import pipeline, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    environment = {name: value for name, value in os.environ.items() if name != _VARIABLE}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment | {"PYTHONPATH": str(_PROJECT)} | given,
    )
    assert done.stdout.strip() == backend
