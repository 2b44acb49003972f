"""Compaction: the many small files of closed days become few, and no answer changes.

Every load adds a file to each partition that it has rows for. Here the small files of a partition are put together and
published as a load of its own that delivers nothing: the file that holds the rows enters the table in the same commit
in which those that held them leave it. Rows keep every column, their `load_id` too. The files that left stay on the
disk, for readers of older versions, until `newsbeam expire`; so who reads the folders without the log sees each row at
least once at any moment, and twice in between.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from deltalake import DeltaTable

from pipeline.account import columns_of
from pipeline.bundles import Bundle, find_bundles
from pipeline.merging import Unmergeable, merge_files
from pipeline.output import Output
from pipeline.publish import Staged, Step, discard_staging, next_load_id, publish
from pipeline.runs import release
from schemas.tables import TABLES

#: How long after its end a day is taken for closed.
MARGIN: Final = timedelta(hours=2)
#: What one load moves, at most; about what the disk needs beside the archive, and how long a stop may take.
LOAD_BYTES: Final = 256_000_000
LOAD_BUNDLES: Final = 64


@dataclass(slots=True, kw_only=True)
class CompactReport:
    """What a compaction did, or would do."""

    out: Path
    loads: list[int] = field(default_factory=list)
    partitions: int = 0
    files_before: int = 0
    files_after: int = 0
    rows: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    skipped: list[str] = field(default_factory=list)  #: lines that name files which cannot be read; nothing was moved
    dry_run: bool = False
    stopped: bool = False  #: before all was done

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "out": str(self.out),
            "loads": self.loads,
            "partitions": self.partitions,
            "files": {"before": self.files_before, "after": self.files_after},
            "rows": self.rows,
            "bytes": {"before": self.bytes_before, "after": self.bytes_after},
            "skipped": self.skipped,
            "dry_run": self.dry_run,
            "stopped": self.stopped,
        }

    def lines(self) -> list[str]:
        """For people."""
        if self.dry_run:
            lines = [f"Would put {self.files_before:,} small files of {self.partitions:,} partitions together."]
        elif not self.loads:
            lines = ["Nothing to compact."]
        else:
            put = f"Put {self.files_before:,} files of {self.partitions:,} partitions into {self.files_after:,}"
            sizes = f"{self.bytes_before / 1e6:,.1f} MB before, {self.bytes_after / 1e6:,.1f} MB after"
            lines = [
                f"{put}: {self.rows:,} rows, {sizes}.",
                f"The old files stay for readers of older versions until: newsbeam expire --out {self.out}",
            ]
        lines += [f"Left alone: {line}" for line in self.skipped]
        if self.stopped:
            lines.append("Stopped before the end; run it again for the rest.")
        return lines


def _pass(step: Step) -> None:
    """Do nothing at a step."""


def compact(
    output: Output,
    *,
    now: datetime,
    closed_before: date | None = None,
    stop: Callable[[], bool],
    update_state: Callable[[int], None],
    most: int | None = None,
    command: str = "newsbeam compact",
    at: Callable[[Step], None] = _pass,
) -> CompactReport:
    """Put the small files of closed days together, load by load, until none are left.

    Killed at any moment, it can be called again after `recover`: a load that was decided is finished by that, one that
    was not is as if it had never been begun. Done twice, the second time does nothing.

    Args:
        output: the folder, held by this process, recovered.
        now: the clock.
        closed_before: days before this one get no more files by and by; None: those that ended `MARGIN` ago.
        stop: asked between files; what is put together by then is published.
        update_state: moves on what is kept outside the tables; called with the number of each load published. There
            is nothing in such a load for an index: `Index.apply_load(out, load, [])` does.
        most: loads published, at most; None: no bound.
        command: noted in `loads`.
        at: called at each step of each publish.

    Raises:
        CannotPublish, OSError: the disk is full or fails; nothing published is lost.
    """
    work = _Work(output, now=now, stop=stop, update_state=update_state, command=command, at=at)
    before = closed_before or (now - MARGIN).date()
    while bundles := find_bundles(output.delta, before, work.unreadable):
        if stop() or (most is not None and len(work.report.loads) >= most):
            work.report.stopped = True
            break
        work.publish(work.merge(bundles))
    return work.report


def survey_compaction(out: Path, *, now: datetime, closed_before: date | None = None) -> CompactReport:
    """What `compact` would begin with. Takes no lock, writes nothing."""
    before = closed_before or (now - MARGIN).date()
    bundles = find_bundles(lambda name: DeltaTable(out / name), before)
    return CompactReport(
        out=out,
        dry_run=True,
        partitions=len({(bundle.table, bundle.day) for bundle in bundles}),
        files_before=sum(len(bundle.paths) for bundle in bundles),
        bytes_before=sum(bundle.size for bundle in bundles),
    )


class _Work:
    """One compaction: merges bundles into the staging folder of a load, and publishes it."""

    def __init__(
        self,
        output: Output,
        *,
        now: datetime,
        stop: Callable[[], bool],
        update_state: Callable[[int], None],
        command: str,
        at: Callable[[Step], None],
    ) -> None:
        self.report = CompactReport(out=output.path)
        self.unreadable: set[tuple[str, str]] = set()
        self._output, self._now, self._stop = output, now, stop
        self._update_state, self._command, self._at = update_state, command, at
        self._partitions: set[tuple[str, date | None]] = set()

    def merge(self, bundles: Sequence[Bundle]) -> "_Load":
        """Stage the load to come: as many of the bundles as it may take."""
        output = self._output
        load = _Load(load_id=next_load_id(output))
        release(output.state, load.load_id)
        discard_staging(output, load.load_id)
        staged = output.staging_of(load.load_id) / "tables"
        size = 0
        try:
            for number, bundle in enumerate(bundles[:LOAD_BUNDLES], 1):  # 0 is the row of loads
                size += bundle.size
                if load.merged and (self._stop() or size > LOAD_BYTES):
                    break
                below = Path(bundle.table, f"date={bundle.day}" if bundle.day else "")
                target = staged / below / f"{load.load_id:010d}-{number:04d}.parquet"
                self._merge(bundle, target, load)
        except OSError:
            discard_staging(output, load.load_id)
            raise
        return load

    def _merge(self, bundle: Bundle, target: Path, load: "_Load") -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = self._output.table_folder(bundle.table)
        sources = [folder / unquote(path) for path in bundle.paths]
        try:
            rows = merge_files(
                TABLES[bundle.table], sources, target, load_id=load.load_id, program_version=version("newsbeam")
            )
        except Unmergeable as error:
            target.unlink()
            self.unreadable.add((bundle.table, bundle.paths[sources.index(error.path)]))
            self.report.skipped.append(str(error))
            return
        load.merged.append((bundle, rows, target.stat().st_size))

    def publish(self, load: "_Load") -> None:
        """Publish what was staged, if it is anything."""
        output = self._output
        if not load.merged:
            discard_staging(output, load.load_id)
            return
        removed: dict[str, tuple[str, ...]] = {}
        for bundle, _, _ in load.merged:
            removed[bundle.table] = (*removed.get(bundle.table, ()), *bundle.paths)
        staged = Staged(load_id=load.load_id, folder=output.staging_of(load.load_id), removed=removed, moved=True)
        row = {
            **columns_of(()),
            "started_at": load.began,
            "finished_at": datetime.now(UTC),
            "command": self._command,
            "now": self._now,
            "containers": 0,
            "code_version": version("newsbeam"),
            "taxonomy_version": "",
            "index_generation": 0,
            "timings": [
                {
                    "stage": "merge",
                    "wall_s": time.monotonic() - load.wall_s,
                    "cpu_s": time.process_time() - load.cpu_s,
                }
            ],
        }
        publish(output, staged, row, update_state=self._update_state, at=self._at)
        self.report.loads.append(load.load_id)
        for bundle, rows, size in load.merged:
            self._partitions.add((bundle.table, bundle.day))
            self.report.files_before += len(bundle.paths)
            self.report.files_after += 1
            self.report.rows += rows
            self.report.bytes_before += bundle.size
            self.report.bytes_after += size
        self.report.partitions = len(self._partitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """A load in the making."""

    load_id: int
    merged: list[tuple[Bundle, int, int]] = field(default_factory=list)  #: with the rows and bytes of its file
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    wall_s: float = field(default_factory=time.monotonic)
    cpu_s: float = field(default_factory=time.process_time)
