"""How far a run is: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.ingest import Progress
from pipeline.wording import counted


class Silent:
    """Says nothing."""

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
        share = f", {min(100, 100 * self._read // self._total)} % of all bytes read" if self._total else ""
        sys.stderr.write(f"newsbeam: {counted(self._deliveries, 'delivery', 'deliveries')} published{share}\n")


class _Bar:
    """One bar over all batches."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self.bar = Progress(
            TextColumn("{task.fields[deliveries]:,} published"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self.bar.add_task("", total=None, deliveries=0)

    def begin(self, total: int) -> None:
        self.bar.update(self._task, total=total or None)

    def advance(self, size: int, deliveries: int) -> None:
        done = self.bar.tasks[0].fields["deliveries"] + deliveries
        self.bar.update(self._task, advance=size, deliveries=done)


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Progress]:
    """Progress on standard error, in the form that suits it."""
    if quiet:
        yield Silent()
    elif sys.stderr.isatty():
        bar = _Bar()
        with bar.bar:
            yield bar
    else:
        yield _Lines()
