"""Kill runs at many moments and show that nothing is lost: `python -m benchmarks.kill [--kills 30] [--documents 2000]`.

Each time a run over invented wires is killed (SIGKILL: the parent, a worker, or all of them; at a random moment, or at
a named step of a publish), then the same command is run again. The rows of all tables must be those of the run that was
never killed, the lock free, nothing left behind; and a reader that polls all the while, each table through its log and
all of them through `newsbeam.open`, must have seen each load whole or not at all. The clock is fixed. Exit code 1 if
anything differs.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from deltalake import DeltaTable
from filelock import FileLock, Timeout

import newsbeam
from benchmarks.polling import rows
from benchmarks.wires import write_wires
from pipeline.output import LOCK
from pipeline.publish import Step
from schemas.tables import TABLES

ROOT = Path(newsbeam.__file__).parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
#: Read by `run_and_die` alone: the step and the how-manieth passing of it.
KILL_AT = "NEWSBEAM_BENCHMARK_KILL_AT"
LOADS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Who is killed and when."""

    who: str  #: parent, worker or both
    step: str = ""  #: a step of a publish; empty: a moment
    passing: int = 1  #: of the step
    after: float = 0.0  #: share of an undisturbed run's time; more than 1, since the reader slows the run down

    def __str__(self) -> str:
        when = f"{self.step}, passing {self.passing}" if self.step else f"after {self.after:.0%} of the time"
        return f"{self.who:6} {when}"


def choose_kills(count: int, rng: random.Random) -> list[Kill]:
    """Two in five at named steps, each step in turn; the others at any moment."""
    steps = list(Step)
    kills = []
    for number in range(count):
        if number % 5 < 2:
            step = steps[(number // 5 * 2 + number % 5) % len(steps)]
            many = 8 if step in (Step.FILE_PLACED, Step.TABLE_COMMITTED) else 1
            kills.append(Kill(who="parent", step=step, passing=rng.randint(1, LOADS * many)))
        else:
            kills.append(Kill(who=("parent", "worker", "both")[number % 3], after=rng.uniform(0.1, 1.8)))
    return kills


def command(documents: Path, out: Path, count: int) -> list[str]:
    """The words of the command, the same every time."""
    return [
        *("ingest", str(documents), "--out", str(out), "--now", "2026-03-05T12:00:00Z", "--json"),
        *("--workers", "2", "--batch-size", str(count // LOADS)),
    ]


def run(words: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end."""
    return subprocess.run([sys.executable, "-m", "pipeline", *words], env=ENVIRONMENT, capture_output=True, check=False)


def run_and_die(words: list[str]) -> None:
    """Run the command in this process, which kills itself at the step that the environment names."""
    import pipeline.cli
    import pipeline.ingest

    step, _, passing = os.environ[KILL_AT].rpartition(":")
    passed = Counter[str]()

    def at(now: Step) -> None:
        passed[now] += 1
        if (now, passed[now]) == (step, int(passing)):
            os.kill(os.getpid(), signal.SIGKILL)

    pipeline.ingest.ingest = partial(pipeline.ingest.ingest, at=at)
    sys.argv[1:] = words
    pipeline.cli.main()


def start(words: list[str], kill: Kill) -> subprocess.Popen[bytes]:
    """Start the command, so that it dies by itself if the kill is at a step."""
    if kill.step:
        program, more = (
            [sys.executable, "-m", "benchmarks.kill", "--run-and-die"],
            {KILL_AT: f"{kill.step}:{kill.passing}"},
        )
    else:
        program, more = [sys.executable, "-m", "pipeline"], {}
    return subprocess.Popen(
        [*program, *words], env=ENVIRONMENT | more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def strike(process: subprocess.Popen[bytes], kill: Kill, undisturbed_s: float) -> str:
    """Kill as told; what was hit. Empty: the run had ended before."""
    if kill.step:
        return "itself" if process.wait() == -signal.SIGKILL else ""
    deadline = time.monotonic() + undisturbed_s * kill.after
    while (left := deadline - time.monotonic()) > 0 and process.poll() is None:
        time.sleep(min(left, 0.01))
    if process.poll() is not None:
        return ""
    parent = psutil.Process(process.pid)
    workers = parent.children(recursive=True)
    while kill.who == "worker" and not workers and process.poll() is None:
        time.sleep(0.01)
        workers = parent.children(recursive=True)
    one = workers[int(kill.after * 1_000) % len(workers) :][:1] if workers else []
    victims = {"parent": [parent], "worker": one, "both": [parent, *workers]}[kill.who]
    for victim in victims:
        victim.kill()
    process.wait()
    if not victims:
        return ""
    return f"{len(victims)} of {1 + len(workers)} processes, exit {process.returncode}"


@contextmanager
def reader(out: Path, reference: Path, work: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    """A process that polls the folder; ask it for what it saw, which ends it."""
    stop = work / "stop"
    stop.unlink(missing_ok=True)
    words = [sys.executable, "-m", "benchmarks.polling", str(out), str(reference), str(stop)]
    with subprocess.Popen(words, env=ENVIRONMENT, stdout=subprocess.PIPE) as process:

        def ask() -> dict[str, Any]:
            stop.touch()
            answer, _ = process.communicate()
            told: dict[str, Any] = json.loads(answer)
            return told

        try:
            yield ask
        finally:
            process.kill()


def lock_is_free(out: Path) -> bool:
    """Whether the next run may write. Touches nothing else."""
    try:
        with FileLock(out / LOCK, blocking=False):
            return True
    except Timeout:
        return False


def left_behind(out: Path) -> list[str]:
    """What a finished run does not leave."""
    places = [out / "staging", out / "quarantine", out / "state" / "runs"]
    names = [path for place in places if place.is_dir() for path in place.rglob("*")]
    return sorted(p.relative_to(out).as_posix() for p in [*names, *out.rglob("*#*"), *out.rglob("*.unfinished")])


def differences(out: Path, reference: Path) -> list[str]:
    """The tables whose rows are not those of the undisturbed run, and how."""
    found = []
    for name in TABLES:
        ours, theirs = rows(out, name), rows(reference, name)
        if ours != theirs:
            first = next((pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]), ("", ""))
            columns = [c for c in first[1] if first[0][c] != first[1][c]] if first[1] else []
            found.append(f"{name}: {len(ours)} rows for {len(theirs)}, first differing in {columns}")
    return found


def try_kill(kill: Kill, words: Callable[[Path], list[str]], reference: Path, work: Path, usual_s: float) -> list[str]:
    """One outcome: a line that tells what happened, then what is wrong with it, nothing if all is well."""
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    wrong: list[str] = []
    with reader(out, reference, work) as ask:
        process = start(words(out), kill)
        hit = strike(process, kill, usual_s)
        if not hit:
            ask()
            return []
        if out.exists() and not lock_is_free(out):
            wrong.append("the lock is not free")
        published = len(rows(out, "loads")) if (out / "loads" / "_delta_log").is_dir() else 0
        # A run that outlived its worker, or died when all was done, is at its end: the command would be another run.
        is_over = published == LOADS and not left_behind(out)
        again = run(words(out)) if process.returncode and not is_over else None
        if again is not None and again.returncode != 0:
            wrong.append(f"the second run failed: {again.stderr.decode()[-300:]}")
        saw = ask()
    wrong += differences(out, reference) + [f"left behind: {name}" for name in left_behind(out)] + saw["wrong"]
    if not lock_is_free(out):
        wrong.append("the lock is not free at the end")
    told = f"{kill!s:45} {hit:32} {published} loads published, {saw['polls']} polls saw {saw['loads']}"
    return [told, *wrong]


def outcome(kill: Kill, words: Callable[[Path], list[str]], reference: Path, work: Path, usual_s: float) -> list[str]:
    """As `try_kill`; a run that ended before the moment is tried again with an earlier one."""
    while not (told := try_kill(kill, words, reference, work, usual_s)):
        kill = replace(kill, passing=max(1, kill.passing // 2), after=kill.after * 0.7)
    return told


def main() -> int:
    """Run it all; 0 if nothing was ever wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    bad = 0
    with tempfile.TemporaryDirectory(prefix="newsbeam-kill-") as name:
        work = Path(name)
        write_wires(work / "documents", given.documents, rng)
        words = partial(command, work / "documents", count=given.documents)
        reference, began = work / "reference", time.monotonic()
        if (done := run(words(reference))).returncode != 0:
            sys.exit(done.stderr.decode())
        undisturbed_s = time.monotonic() - began
        held = {name: DeltaTable(reference / name).to_pyarrow_dataset().count_rows() for name in TABLES}
        print(f"never killed: {undisturbed_s:.1f} s; rows: {held}")
        for number, kill in enumerate(choose_kills(given.kills, rng), 1):
            told, *wrong = outcome(kill, words, reference, work, undisturbed_s)
            print(f"{number:3} {'WRONG' if wrong else 'well '} {told}", *wrong, sep="\n      ", flush=True)
            bad += bool(wrong)
    print(f"{given.kills - bad} of {given.kills} kills lost nothing and showed nothing half done")
    return int(bad > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run-and-die"]:
        run_and_die(sys.argv[2:])
    else:
        sys.exit(main())
