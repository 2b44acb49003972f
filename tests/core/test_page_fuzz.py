"""Damaged pages give one delivery each; the fuzzing itself is in benchmarks/."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["tests/data/pages", "seeds/pages"])
def test_damaged_pages_are_articles_or_rejections(folder):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", folder, "--pages", "500", "--seed", "1"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert "500  pages, each one delivery" in done.stdout
