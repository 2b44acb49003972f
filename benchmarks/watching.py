"""Memory and open files of a watch over many rounds: `python -m benchmarks.watching [--rounds 200] [--feeds 40]`.

`pipeline.watch` runs in this process on a clock that jumps two days at each wait; a local server
(`benchmarks.newsroom`) puts out another edition for each round, so every round asks all feeds and publishes. After each
round the memory of this process and of its readers and their open files are noted; printed are the means of each tenth
of the rounds. It begins with what any start costs (imports, page caches, the arenas of allocators), so the last quarter
is held against the second: flat is at most a twentieth more memory, and not one open file more. Exit code 1 if it is
not.

Memory is the proportional set size without the pages of files (Linux). With them it would tell of other processes: a
library's pages are shared among all that have loaded it, and when another of them ends this one's share grows by tens
of MB.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean

import psutil

from benchmarks.newsroom import feed_list
from benchmarks.rounds import Served, newsroom
from pipeline.clock import MachineClock
from pipeline.dropfolders import DropFolders
from pipeline.memory import keep_together
from pipeline.options import ReadOptions
from pipeline.poll import polling
from pipeline.watch import ListFile, Watching, watch
from transforms.core.pieces import Limits

#: Of the second quarter's memory, what the last quarter's may be.
_SLACK = 1.05
#: Rounds of which nothing can be told.
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Held:
    """What is held after a round."""

    parent_mb: float
    readers_mb: float
    files: int  #: open, of all processes


class JumpingClock(MachineClock):
    """Passes as time does, and jumps when told."""

    def __init__(self) -> None:
        self.jumped = timedelta()

    def now(self) -> datetime:
        """The time of day, from a fixed day on."""
        return datetime(2026, 6, 2, tzinfo=UTC) + timedelta(seconds=self.monotonic() % 1000) + self.jumped


def held(others: Collection[psutil.Process]) -> Held:
    """What this process and its children hold, some of these aside."""
    parent = psutil.Process()
    readers = [process for process in parent.children(recursive=True) if process not in others]
    return Held(
        parent_mb=own_mb(parent.pid),
        readers_mb=sum(own_mb(reader.pid) for reader in readers),
        files=sum(process.num_fds() for process in (parent, *readers)),
    )


def own_mb(pid: int) -> float:
    """The proportional set size of a process, in MB, without the pages of files."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines[1:])
    return sum(int(fields[name].removesuffix("kB")) for name in ("Pss_Anon", "Pss_Shmem")) * 1024 / 1e6


def faults_of(seen: Sequence[Held]) -> list[str]:
    """What the last quarter of the rounds held more of than the second."""
    quarter = len(seen) // 4
    before, after = seen[quarter : 2 * quarter], seen[-quarter:]
    faults = []
    for who in ("parent", "readers"):
        was, became = (mean(getattr(each, f"{who}_mb") for each in some) for some in (before, after))
        if became > was * _SLACK:
            faults.append(f"{who}: {was:.1f} MB in the second quarter, {became:.1f} MB in the last")
    was_open, are_open = (max(each.files for each in some) for some in (before, after))
    if are_open > was_open:
        faults.append(f"open files: {was_open} in the second quarter, {are_open} in the last")
    return faults


def measured(folder: Path, served: Served, *, rounds: int, feeds: int) -> list[Held]:
    """Run the watch; what was held after each round."""
    seen: list[Held] = []
    others = psutil.Process().children(recursive=True)  # the server
    listed, out, clock = folder / "feeds.toml", folder / "out", JumpingClock()
    listed.write_text(feed_list(served.port, feeds=feeds, hosts=feeds, pause_s=0.0, interval="1h"))
    options = ReadOptions(
        out=out,
        command="watching",
        workers=1,
        batch_size=5_000,
        limits=Limits(),
    )

    def wait(_seconds: float) -> bool:
        seen.append(held(others))
        clock.jumped += timedelta(days=2)
        served.put_out(len(seen) + 1)
        if len(seen) % (rounds // 10) == 0:
            tell(seen, rounds // 10)
        return len(seen) >= rounds

    nothing: Callable[[object], None] = lambda _: None  # noqa: E731  # said three times
    with (
        polling(options, clock=clock, stop=lambda: False) as poller,
        closing(DropFolders(out)) as drops,
    ):
        feed_file = ListFile(path=listed, complain=nothing)
        on = Watching(poller=poller, drops=drops, options=options, feeds=feed_file, clock=clock, stop=lambda: False)
        watch(on, every_s=60, wait=wait, tell=nothing, tell_drops=nothing, complain=nothing)
    return seen


def tell(seen: Sequence[Held], last: int) -> None:
    """Print the means of the last rounds, and the most open files."""
    some = seen[-last:]
    parent, readers = mean(each.parent_mb for each in some), mean(each.readers_mb for each in some)
    files = max(each.files for each in some)
    rounds = f"rounds {len(seen) - last + 1}-{len(seen)}"
    print(f"{rounds}: parent {parent:.1f} MB, readers {readers:.1f} MB, {files} open files", flush=True)


def main() -> None:
    """Watch, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--feeds", type=int, default=40)
    given = parser.parse_args()
    if given.rounds < _FEWEST:
        parser.error(f"fewer than {_FEWEST} rounds say nothing")
    os.environ["PYTHONSAFEPATH"] = "1"
    keep_together()  # as the program does, before there are any threads
    with tempfile.TemporaryDirectory() as name, newsroom(Path(name)) as served:
        seen = measured(Path(name), served, rounds=given.rounds, feeds=given.feeds)
    faults = faults_of(seen)
    print("\n".join(faults) or "flat")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
