"""Memory and open files of a watch over many rounds: `python -m benchmarks.watching [--rounds 200] [--feeds 40]`.

`pipeline.watch` runs in this process on a clock that jumps two days at each wait; a local server
(`benchmarks.newsroom`) puts out another edition for each round, so every round asks all feeds and publishes. Printed is
the memory of this process and of its readers (proportional set size) and their open files, every tenth of the way. Exit
code 1 if either grew by more than a tenth from the first fifth to the end.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks.newsroom import feed_list
from benchmarks.rounds import Served, newsroom
from pipeline.clock import MachineClock
from pipeline.dropfolders import DropFolders
from pipeline.options import ReadOptions
from pipeline.poll import polling
from pipeline.watch import ListFile, Watching, watch
from transforms.core.pieces import Limits

#: May be more at the end than early on, by this factor.
_SLACK = 1.1


class JumpingClock(MachineClock):
    """Passes as time does, and jumps when told."""

    def __init__(self) -> None:
        self.jumped = timedelta()

    def now(self) -> datetime:
        """The time of day, from a fixed day on."""
        return datetime(2026, 6, 2, tzinfo=UTC) + timedelta(seconds=self.monotonic() % 1000) + self.jumped


def held() -> tuple[float, int]:
    """Memory in MB and open files of this process and its children."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    size = sum(process.memory_full_info().pss for process in processes)
    return size / 1e6, sum(process.num_fds() for process in processes)


def measured(folder: Path, served: Served, *, rounds: int, feeds: int) -> list[tuple[float, int]]:
    """Run the watch; memory and open files at each tenth."""
    seen: list[tuple[float, int]] = []
    listed, out, clock, done = folder / "feeds.toml", folder / "out", JumpingClock(), 0
    listed.write_text(feed_list(served.port, feeds=feeds, hosts=feeds, pause_s=0.0, interval="1h"))
    options = ReadOptions(
        out=out,
        command="watching",
        workers=1,
        batch_size=5_000,
        limits=Limits(),
    )

    def wait(_seconds: float) -> bool:
        nonlocal done
        done += 1
        clock.jumped += timedelta(days=2)
        served.put_out(done + 1)
        if done % (rounds // 10) == 0:
            seen.append(held())
            print(f"round {done}: {seen[-1][0]:.0f} MB, {seen[-1][1]} open files", flush=True)
        return done >= rounds

    nothing: Callable[[object], None] = lambda _: None  # noqa: E731  # said three times
    with (
        polling(options, clock=clock, stop=lambda: False) as poller,
        closing(DropFolders(out)) as drops,
    ):
        feed_file = ListFile(path=listed, complain=nothing)
        on = Watching(poller=poller, drops=drops, options=options, feeds=feed_file, clock=clock, stop=lambda: False)
        watch(on, every_s=60, wait=wait, tell=nothing, tell_drops=nothing, complain=nothing)
    return seen


def main() -> None:
    """Watch, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--feeds", type=int, default=40)
    given = parser.parse_args()
    os.environ["PYTHONSAFEPATH"] = "1"
    with tempfile.TemporaryDirectory() as name, newsroom(Path(name)) as served:
        seen = measured(Path(name), served, rounds=given.rounds, feeds=given.feeds)
    early, end = seen[1], seen[-1]
    sys.exit(end[0] > early[0] * _SLACK or end[1] > early[1] * _SLACK)


if __name__ == "__main__":
    main()
