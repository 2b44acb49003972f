"""Retagging: what is stored gets the topics and places that other rules give it. No source is read again.

Every row of `articles`, `copies` and `held` that other rules have tagged is written again, in a new file, with new
topics, places and taxonomy version; all other columns, and the order of rows, stay. All is published as one load that
delivers nothing: the new files enter the tables in the commit in which the old ones leave them. So readers see the old
tags until they see the new ones, and a retagging that is killed has changed nothing, or the next command finishes it.
Rows keep their `load_id`; `newsbeam changes` tells by the loads that retagged which rows are others. The files that
left stay on the disk until `newsbeam expire`: the disk must hold the articles twice.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable

from pipeline.account import columns_of
from pipeline.output import Output
from pipeline.publish import Staged, Step, discard_staging, next_load_id, publish
from pipeline.retag_report import RetagReport
from pipeline.retag_workers import GroupJob, RetagWorkers, Tagged
from pipeline.runs import release
from schemas.tables import ROW_GROUP_ROWS, TABLES, TableSpec, parquet_writer
from transforms.core.tagging import Tagging
from transforms.retag_rows import TAGGED, WRITTEN, TagChanges, is_tagged_by
from transforms.snapshot import live_paths

_COMMAND: Final = "newsbeam retag"
#: The command of a load that tagged again what its own rules had tagged before.
_EVERYTHING: Final = f"{_COMMAND} --all"


def _pass(step: Step) -> None:
    """Do nothing at a step."""


def _go_on() -> bool:
    """Never stop."""
    return False


class _Stopped(Exception):
    """Somebody asked to stop."""


class _Unreadable(Exception):
    """A file that cannot be read: a line that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file of a table that is to be written again."""

    table: str
    name: str  #: below the table's folder, as its log has it
    path: Path
    groups: int


#: Does something with a file and its row groups, tagged, in order.
_Write = Callable[[_File, Iterator[Tagged]], None]


def retag(
    output: Output,
    tagging: Tagging,
    *,
    everything: bool = False,
    workers: int,
    now: datetime,
    stop: Callable[[], bool] = _go_on,
    update_state: Callable[[int], None],
    at: Callable[[Step], None] = _pass,
) -> RetagReport:
    """Tag all that is stored by other rules, in one load; nothing if all is tagged by them.

    Killed at any moment, it can be called again after `recover`. Done twice, the second time does nothing, unless
    `everything` is asked for. Memory does not grow with the archive: a row group for each process, and one here.

    Args:
        output: the folder, held by this process, recovered.
        tagging: the rules.
        everything: what these rules have tagged is tagged again, for the program may have learned since.
        workers: processes that tag.
        now: the clock.
        stop: asked between row groups; then nothing is published.
        update_state: see `publish`.
        at: called at each step of the publish.

    Raises:
        WorkersFailed: a process was killed; nothing was changed.
        CannotPublish, OSError: the disk is full or fails; nothing published is lost.
    """
    began = datetime.now(UTC)
    report = RetagReport(out=output.path, taxonomy_version=tagging.version)
    load_id = next_load_id(output)
    release(output.state, load_id)
    discard_staging(output, load_id)
    work = _Work(report, tagging, everything=everything, workers=workers, stop=stop)
    staging = _Staging(folder=output.staging_of(load_id), load_id=load_id)
    try:
        work.tag(work.stale_files(output.delta), staging.write)
    except OSError:
        discard_staging(output, load_id)
        raise
    if report.stopped or not report.files:
        discard_staging(output, load_id)
        return report
    removed = {name: tuple(paths) for name, paths in staging.removed.items()}
    staged = Staged(load_id=load_id, folder=staging.folder, removed=removed, moved=True, changing=True)
    row = {
        **columns_of(()),
        "started_at": began,
        "finished_at": datetime.now(UTC),
        "command": _EVERYTHING if everything else _COMMAND,
        "now": now,
        "containers": 0,
        "code_version": version("newsbeam"),
        "taxonomy_version": tagging.version,
        "index_generation": 0,
        "timings": [{"stage": "tag", "wall_s": report.seconds, "cpu_s": work.cpu_s}],
    }
    publish(output, staged, row, update_state=update_state, at=at)
    report.load = load_id
    return report


def survey_retag(
    out: Path, tagging: Tagging, *, everything: bool = False, workers: int, stop: Callable[[], bool] = _go_on
) -> RetagReport:
    """What `retag` would change: tags everything, takes no lock and writes nothing."""
    report = RetagReport(out=out, taxonomy_version=tagging.version, dry_run=True)
    work = _Work(report, tagging, everything=everything, workers=workers, stop=stop)
    work.tag(work.stale_files(lambda name: DeltaTable(out / name)), _look_only)
    return report


def _look_only(_file: _File, answers: Iterator[Tagged]) -> None:
    """Let the answers be counted."""
    for _ in answers:
        pass


class _Work:
    """One retagging: which files, and what is found in them."""

    def __init__(
        self, report: RetagReport, tagging: Tagging, *, everything: bool, workers: int, stop: Callable[[], bool]
    ) -> None:
        self.cpu_s = 0.0  #: of all processes
        self._report, self._tagging, self._everything = report, tagging, everything
        self._workers, self._stop = workers, stop

    def stale_files(self, delta: Callable[[str], DeltaTable]) -> list[_File]:
        """The files that hold a row which other rules have tagged; all, if everything is to be tagged."""
        found = []
        for table in TAGGED:
            for name in live_paths(delta(table)):
                path = self._report.out / table / unquote(name)
                try:
                    metadata = pq.read_metadata(path)
                except (pa.ArrowException, OSError) as error:
                    self._report.skipped.append(f"{path}: cannot be read: {error}")
                    continue
                if self._everything or not is_tagged_by(self._tagging.version, metadata):
                    found.append(_File(table=table, name=name, path=path, groups=metadata.num_row_groups))
        return found

    def tag(self, files: Sequence[_File], write: _Write) -> None:
        """Tag the files; what is found in them is counted, unless one cannot be read."""
        clock, cpu = time.monotonic(), time.process_time()
        by_path = {file.path: file for file in files}
        workers = RetagWorkers(self._tagging, everything=self._everything, workers=self._workers)
        with suppress(_Stopped), workers if files else nullcontext():
            for path, answers in groupby(workers.run(self._jobs(files)), key=lambda answer: answer.job.path):
                changes = TagChanges()
                try:
                    write(by_path[path], self._counted(answers, changes))
                except _Unreadable as error:
                    self._report.skipped.append(str(error))
                else:
                    self._report.changes.add(changes)
                    self._report.files += 1
        self._report.seconds = time.monotonic() - clock
        self.cpu_s += time.process_time() - cpu

    def _jobs(self, files: Sequence[_File]) -> Iterator[GroupJob]:
        for file in files:
            for group in range(file.groups):
                if self._stop():
                    self._report.stopped = True
                    raise _Stopped
                yield GroupJob(path=file.path, group=group)

    def _counted(self, answers: Iterator[Tagged], changes: TagChanges) -> Iterator[Tagged]:
        for answer in answers:
            if answer.fault:
                raise _Unreadable(answer.fault)
            changes.add(answer.changes)
            self.cpu_s += answer.cpu_s
            yield answer


class _Staging:
    """The files of the load to come."""

    def __init__(self, *, folder: Path, load_id: int) -> None:
        self.folder = folder
        self.removed: dict[str, list[str]] = {}  #: by table, the files that theirs take the place of
        self._load_id = load_id
        self._number = 0  # 0 is the row of loads

    def write(self, file: _File, answers: Iterator[Tagged]) -> None:
        """Write a file again, all columns as they are but those of the answers."""
        self._number += 1
        below = Path("tables", file.table, unquote(file.name)).parent
        target = self.folder / below / f"{self._load_id:010d}-{self._number:04d}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        spec = TABLES[file.table]
        try:
            with (
                _opened(spec, file.path) as source,
                parquet_writer(spec, target, load_id=self._load_id, program_version=version("newsbeam")) as writer,
            ):
                for answer in answers:
                    rows = _read(file.path, source, answer.job.group)
                    for name, column in zip(WRITTEN, answer.rows().columns, strict=True):
                        rows = rows.set_column(rows.schema.get_field_index(name), spec.schema.field(name), column)
                    writer.write_table(rows.cast(writer.schema), row_group_size=ROW_GROUP_ROWS)
        except _Unreadable:
            target.unlink()
            raise
        self.removed.setdefault(file.table, []).append(file.name)


def _opened(spec: TableSpec, path: Path) -> pq.ParquetFile:
    try:
        source = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _Unreadable(f"{path}: cannot be read: {error}") from error
    if not source.schema_arrow.equals(spec.file_schema):
        source.close()
        raise _Unreadable(f"{path}: its columns are not those of {spec.name}")
    return source


def _read(path: Path, source: pq.ParquetFile, group: int) -> pa.Table:
    try:
        return source.read_row_group(group)
    except (pa.ArrowException, OSError) as error:
        raise _Unreadable(f"{path}: cannot be read: {error}") from error
