"""Watch: round after round, until told to stop.

One process holds the output folder all the while. A run that fails ends the watch with an error; started again, it
finishes the round in hand first, so nothing is lost. The feed list is read again when it changes; while it has faults,
the one before counts.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.clock import Clock
from pipeline.compact import compact
from pipeline.dropfolders import DropFolders
from pipeline.drops import read_drops
from pipeline.feedlist import FeedList, FeedListError, read_list
from pipeline.ingest import pass_over
from pipeline.options import ReadOptions
from pipeline.poll import Poller
from pipeline.progress import Silent
from pipeline.report import Report
from pipeline.round_report import RoundReport

#: Seconds between two rounds, at least.
SHORTEST_S: Final = 1.0


@dataclass(slots=True, kw_only=True)
class ListFile:
    """The feed list as it is on the disk."""

    path: Path
    complain: Callable[[str], None]
    _read: FeedList | None = None
    _stamp: tuple[int, int] | None = field(default=None)

    def current(self) -> FeedList:
        """What the list says now.

        Raises:
            FeedListError: the first time, if it has faults; later they are complained of once, and nothing changes.
        """
        stamp = None
        with suppress(OSError):
            status = self.path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
        if self._read is None:
            self._read = read_list(self.path)
        elif stamp != self._stamp:
            try:
                self._read = read_list(self.path)
            except FeedListError as error:
                self.complain(str(error))
        self._stamp = stamp
        return self._read


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What a watch needs, all held open."""

    poller: Poller
    drops: DropFolders
    options: ReadOptions  #: how dropped files are read
    feeds: ListFile
    clock: Clock
    stop: Callable[[], bool]


def watch(
    on: Watching,
    *,
    every_s: float,
    wait: Callable[[float], bool],
    tell: Callable[[RoundReport], None],
    tell_drops: Callable[[Report], None],
    complain: Callable[[str], None],
) -> None:
    """Poll, look into the drop folders, compact closed days, wait; again and again.

    Args:
        on: what to work with.
        every_s: seconds to wait after each round, at most: a feed that is due and a dropped file that is about to be
            whole are seen to in time.
        wait: lets seconds pass; True: that is enough, end.
        tell: gets what each round did.
        tell_drops: gets what came of dropped files.
        complain: gets what is wrong with a drop folder.

    Raises:
        RunnerFailed, WorkersFailed, NumbersDoNotAdd, CannotPublish: a run failed; nothing is lost.
        FeedListError: the list has faults at the start.
    """
    output, index = on.poller.output, on.poller.index

    def update_state(load_id: int) -> None:
        index.apply_load(output.path, load_id, [])

    while True:
        feeds = on.feeds.current()
        report = on.poller.poll(feeds)
        tell(report)
        look = on.drops.ready(feeds.folders, on.clock)
        for trouble in look.troubles:
            complain(trouble)
        if look.drops and not on.stop():
            tell_drops(
                read_drops(on.drops, look, output, index, on.options, progress=Silent(), stop=on.stop, at=pass_over)
            )
        if not on.stop():
            compact(
                output,
                now=on.clock.now(),
                stop=on.stop,
                update_state=update_state,
                most=1,
            )
        moments = (every_s, look.wait_s, report.next_in_s)
        if wait(max(SHORTEST_S, min(moment for moment in moments if moment is not None))):
            return
