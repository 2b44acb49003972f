"""Runs that are killed, and go on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import load

BODY = "The council of the harbour town said on Tuesday that the ferry would sail again from the first of the month."
PROJECT = Path(__file__).resolve().parents[2]


class Killed(BaseException):
    """Nothing below catches it."""


def test_a_file_counts_as_one_although_its_first_batch_is_run_twice(run, rows, tmp_path, monkeypatch):
    wires = tmp_path / "wires.jsonl"
    lines = [{"id": f"urn:x:{number}", "title": f"Ferry {number}", "text": BODY} for number in range(6)]
    wires.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(load, "run_graph", die)
        with pytest.raises(Killed):
            run(wires, batch_size=2)
    report = run(wires, batch_size=2)
    assert (report.resumed, report.containers) == (True, 1)
    loads = rows(report.out, "SELECT load_id, containers, delivered FROM loads ORDER BY load_id")
    assert [(row["containers"], row["delivered"]) for row in loads] == [(1, 2), (0, 2), (0, 2)]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_runs_killed_by_the_benchmark_lose_nothing_and_show_nothing_half_done():
    words = ["--kills", "4", "--documents", "60"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kill", *words], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "4 of 4 kills lost nothing and showed nothing half done"
