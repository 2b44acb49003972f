"""Processes that tag stored rows, a row group of a file at a time.

Each holds the rules and one row group. What it found comes back in the order in which it was asked, so whoever asks
can write a file from its beginning to its end. A process ends when who asks is gone, however that ended.
"""

import gc
import io
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.core.tagging import Tagging
from transforms.isolation import WorkersFailed
from transforms.retag_rows import READ, TagChanges, retag_rows

#: Jobs given to a process before the first of them is answered.
_AHEAD: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJob:
    """One row group of a file."""

    path: Path
    group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A row group, tagged."""

    job: GroupJob
    columns: bytes = b""  #: those that were written, an Arrow stream
    changes: TagChanges = field(default_factory=TagChanges)
    cpu_s: float = 0.0  #: of another process
    fault: str = ""  #: why the file cannot be read; then there is nothing else

    def rows(self) -> pa.RecordBatch:
        """The columns that were written."""
        with pa.ipc.open_stream(self.columns) as stream:
            return stream.read_next_batch()


class RetagWorkers:
    """So many processes with the same rules, this one if it is one; leaving the context ends the others."""

    def __init__(self, tagging: Tagging, *, everything: bool, workers: int) -> None:
        self._context = get_context("spawn")  # a fork would inherit the threads of delta-rs
        self._tagging, self._everything = tagging, everything
        self._workers = workers
        self._processes: list[BaseProcess] = []
        self._connections: list[Connection] = []

    def __enter__(self) -> Self:
        # They inherit that an interrupt is blocked: who asks decides what it means, from their first moment on.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for _ in range(self._workers if self._workers > 1 else 0):
                self._start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        return self

    def _start(self) -> None:
        mine, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._tagging, self._everything), daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        self._connections.append(mine)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.terminate()
            process.join()

    def run(self, jobs: Iterable[GroupJob]) -> Iterator[Tagged]:
        """The answers, in the order of the jobs, which are taken as there is room for them.

        Raises:
            WorkersFailed: a process is gone: somebody killed it, or the memory was not enough.
        """
        if not self._connections:
            yield from (_tagged(job, self._tagging, everything=self._everything) for job in jobs)
            return
        waiting: deque[Connection] = deque()
        for number, job in enumerate(jobs):
            if len(waiting) == _AHEAD * self._workers:
                yield _answer(waiting.popleft())
            connection = self._connections[number % self._workers]
            with suppress(BrokenPipeError):  # it is gone, which its answer will tell
                connection.send(job)
            waiting.append(connection)
        while waiting:
            yield _answer(waiting.popleft())


def _answer(connection: Connection) -> Tagged:
    try:
        answer: Tagged = connection.recv()
    except (EOFError, ConnectionResetError):
        raise WorkersFailed("a process that tags was killed; nothing was changed") from None
    return answer


def _serve(connection: Connection, tagging: Tagging, everything: bool) -> None:
    """Tag what is asked until who asks is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            job, began = connection.recv(), time.process_time()
            answer = _tagged(job, tagging, everything=everything)
            connection.send(replace(answer, cpu_s=time.process_time() - began))


def _tagged(job: GroupJob, tagging: Tagging, *, everything: bool) -> Tagged:
    try:
        with pq.ParquetFile(job.path) as parquet:
            rows = parquet.read_row_group(job.group, columns=list(READ)).combine_chunks().to_batches()[0]
    except (pa.ArrowException, OSError) as error:
        return Tagged(job=job, fault=f"{job.path}: cannot be read: {error}")
    columns, changes = retag_rows(rows, tagging, everything=everything)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, columns.schema) as stream:
        stream.write_batch(columns)
    return Tagged(job=job, columns=sink.getvalue(), changes=changes)
