"""Expiry: what nobody needs any more is deleted, and only that.

Files that left the tables (compaction, kills) and for which the grace period of readers is over, as the tables' logs
say; rounds of `raw/` that are published and old; days of `requests/` that are old leave the table, and their files go
when their own grace is over. A live file is never deleted, nor one that the log does not know.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

from deltalake import DeltaTable

from pipeline.account import columns_of
from pipeline.deltalog import KEEP_DAYS, files_that_left
from pipeline.durable import sync_folder, sync_folders
from pipeline.output import Output
from pipeline.publish import Staged, Step, discard_staging, next_load_id, publish
from pipeline.raw import Round
from pipeline.runs import release
from schemas.tables import PARTITION, TABLES
from transforms.snapshot import live_paths, table_file

#: For how long the files of older versions stay, unless told otherwise: as long as the log can open such versions.
GRACE: Final = timedelta(days=KEEP_DAYS)
#: For how long raw rounds stay, unless told otherwise.
RAW: Final = timedelta(days=90)
#: Requests of so many days are needed to rebuild what is known of feeds.
LEAST_REQUESTS: Final = timedelta(days=30)

_GOING: Final = "expired-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """How old what must be to go. None: it stays."""

    grace: timedelta = GRACE
    raw: timedelta | None = RAW
    requests: timedelta | None = None


@dataclass(slots=True, kw_only=True)
class ExpireReport:
    """What went, or would go."""

    out: Path
    files: int = 0
    bytes: int = 0
    in_grace: int = 0  #: files that left the tables and stay for now
    rounds: int = 0
    raw_bytes: int = 0
    request_days: int = 0  #: days that left `requests`
    loads: list[int] = field(default_factory=list)
    dry_run: bool = False
    stopped: bool = False  #: before all was done

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "out": str(self.out),
            "files": self.files,
            "bytes": self.bytes,
            "in_grace": self.in_grace,
            "raw": {"rounds": self.rounds, "bytes": self.raw_bytes},
            "requests": {"days": self.request_days},
            "loads": self.loads,
            "dry_run": self.dry_run,
            "stopped": self.stopped,
        }

    def lines(self) -> list[str]:
        """For people."""
        did = "Would delete" if self.dry_run else "Deleted"
        lines = []
        if self.request_days:
            gone = "Would take" if self.dry_run else "Took"
            lines.append(
                f"{gone} {self.request_days:,} days out of requests/; their files go when their grace is over."
            )
        if self.files:
            lines.append(f"{did} {self.files:,} files that had left the tables ({self.bytes / 1e6:,.1f} MB).")
        if self.rounds:
            lines.append(f"{did} {self.rounds:,} published rounds of raw/ ({self.raw_bytes / 1e6:,.1f} MB).")
        if not lines:
            lines.append("Nothing to delete.")
        if self.in_grace:
            lines.append(f"{self.in_grace:,} files that have left the tables stay for readers of older versions.")
        if self.stopped:
            lines.append("Stopped before the end; run it again for the rest.")
        return lines


def _pass(step: Step) -> None:
    """Do nothing at a step."""


def expire(
    output: Output,
    *,
    now: datetime,
    ages: Ages,
    stop: Callable[[], bool],
    update_state: Callable[[int], None],
    at: Callable[[Step], None] = _pass,
) -> ExpireReport:
    """Delete what is old enough. Killed at any moment, it can be called again; done twice, the second does nothing.

    Args:
        output: the folder, held by this process, recovered.
        now: the clock.
        ages: how old what must be.
        stop: asked between files and rounds.
        update_state: see `publish`; called only if days of requests leave their table.
        at: called at each step of that publish.

    Raises:
        ValueError: requests would go that are needed.
        OSError: a file cannot be deleted; those before it are.
    """
    report = ExpireReport(out=output.path)
    _expire_requests(output, report, now, ages, update_state, at)
    for name in TABLES:
        folder, gone = output.table_folder(name), set()
        for path, size in _expired(folder, output.delta(name), report, now - ages.grace):
            if report.stopped or stop():
                report.stopped = True
                break
            path.unlink()
            gone.add(path.parent)
            report.files, report.bytes = report.files + 1, report.bytes + size
        _tidy(folder, gone)
    for round_ in _old_rounds(output.raw, now, ages.raw):
        if report.stopped or stop():
            report.stopped = True
            break
        report.rounds, report.raw_bytes = report.rounds + 1, report.raw_bytes + _size(round_.folder)
        # First another name: half of a round without its mark would be taken for one that is not published.
        round_.folder.rename(round_.folder.with_name(_GOING + round_.folder.name))
        sync_folder(output.raw)
    for going in output.raw.glob(_GOING + "*"):
        shutil.rmtree(going)
    return report


def survey_expiry(out: Path, *, now: datetime, ages: Ages) -> ExpireReport:
    """What `expire` would delete. Takes no lock, writes nothing."""
    report = ExpireReport(out=out, dry_run=True)
    report.request_days = len({day for day, _ in _old_requests(DeltaTable(out / "requests"), now, ages)})
    for name in TABLES:
        for _, size in _expired(out / name, DeltaTable(out / name), report, now - ages.grace):
            report.files, report.bytes = report.files + 1, report.bytes + size
    for round_ in _old_rounds(out / "raw", now, ages.raw):
        report.rounds, report.raw_bytes = report.rounds + 1, report.raw_bytes + _size(round_.folder)
    return report


def _expired(folder: Path, table: DeltaTable, report: ExpireReport, before: datetime) -> Iterator[tuple[Path, int]]:
    """The files that left a table before a time and are still there, with their size; later ones are counted."""
    live = set(map(unquote, live_paths(table)))
    for name, left_ms in sorted(files_that_left(folder, table.version()).items()):
        below = PurePosixPath(name)
        path = folder / below
        if name in live or below.is_absolute() or ".." in below.parts or not path.is_file():
            continue
        if left_ms > before.timestamp() * 1_000:
            report.in_grace += 1
        else:
            yield path, path.stat().st_size


def _tidy(folder: Path, parents: set[Path]) -> None:
    """Flush the folders that files went from; those of days that have none left go too."""
    sync_folders(parents)
    for parent in parents - {folder}:
        if parent.name.startswith(f"{PARTITION}=") and next(parent.iterdir(), None) is None:
            parent.rmdir()
    if parents:
        sync_folder(folder)


def _old_rounds(raw: Path, now: datetime, age: timedelta | None) -> Iterator[Round]:
    """The rounds that were published so long ago; never the newest, so that no number is given twice."""
    if age is None:
        return
    for round_ in Round.all(raw)[:-1]:
        # The mark is the last thing that is put into its folder.
        if round_.published and round_.folder.stat().st_mtime <= (now - age).timestamp():
            yield round_


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _old_requests(table: DeltaTable, now: datetime, ages: Ages) -> list[tuple[date, str]]:
    """The files of days of `requests` that are old enough to leave it."""
    if ages.requests is None:
        return []
    if ages.requests < LEAST_REQUESTS:
        raise ValueError(f"requests of {LEAST_REQUESTS.days} days are needed to know when feeds are due")
    before, found = (now - ages.requests).date(), []
    for path in live_paths(table):
        day = table_file(Path(unquote(path))).date
        if day is not None and day < before:
            found.append((day, path))
    return found


def _expire_requests(
    output: Output,
    report: ExpireReport,
    now: datetime,
    ages: Ages,
    update_state: Callable[[int], None],
    at: Callable[[Step], None],
) -> None:
    """Publish a load that takes old days out of `requests`, if there are any."""
    old = _old_requests(output.delta("requests"), now, ages)
    if not old:
        return
    load_id = next_load_id(output)
    release(output.state, load_id)
    discard_staging(output, load_id)
    began, folder = datetime.now(UTC), output.staging_of(load_id)
    folder.mkdir()
    row = {
        **columns_of(()),
        "started_at": began,
        "finished_at": datetime.now(UTC),
        "command": "newsbeam expire",
        "now": now,
        "containers": 0,
        "code_version": version("newsbeam"),
        "taxonomy_version": "",
        "index_generation": 0,
        "timings": [],
    }
    staged = Staged(load_id=load_id, folder=folder, removed={"requests": tuple(path for _, path in old)})
    publish(output, staged, row, update_state=update_state, at=at)
    report.loads.append(load_id)
    report.request_days = len({day for day, _ in old})
