"""How far a run is: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.ingest import Progress


class _Silent:
    def begin(self, total: int) -> None:
        """Say nothing."""

    def advance(self, size: int, deliveries: int) -> None:
        """Say nothing."""


class _Lines:
    """One line for each batch."""

    def __init__(self) -> None:
        self._total = self._read = self._deliveries = 0

    def begin(self, total: int) -> None:
        self._total = total

    def advance(self, size: int, deliveries: int) -> None:
        self._read += size
        self._deliveries += deliveries
        share = min(100, round(100 * self._read / self._total)) if self._total else 100
        sys.stderr.write(f"newsbeam: {self._deliveries:,} deliveries published, {share} % of all bytes read\n")


class _Bar:
    """One bar over all batches."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self.bar = Progress(
            TextColumn("{task.fields[deliveries]:,} deliveries"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            transient=True,
        )
        self._task = self.bar.add_task("", total=None, deliveries=0)

    def begin(self, total: int) -> None:
        self.bar.update(self._task, total=total)

    def advance(self, size: int, deliveries: int) -> None:
        done = self.bar.tasks[0].fields["deliveries"] + deliveries
        self.bar.update(self._task, advance=size, deliveries=done)


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Progress]:
    """Progress on standard error, in the form that suits it."""
    if quiet:
        yield _Silent()
    elif sys.stderr.isatty():
        bar = _Bar()
        with bar.bar:
            yield bar
    else:
        yield _Lines()
