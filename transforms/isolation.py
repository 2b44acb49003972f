"""Reading where it can be killed: worker processes, in which a delivery that hangs, explodes or crashes costs itself.

Each pool has one nursery process (`transforms.worker`), which imports everything once and forks workers. A worker that
dies is replaced and its piece goes on behind what was already reported, first carefully: if it dies again, the delivery
it was at is rejected with what it did, and the rest of the piece goes on. So an outside kill of a worker changes
nothing.
"""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import IO

import msgspec

from transforms.core.deliveries import Found
from transforms.core.jobs import Job, decode_progress, encode
from transforms.core.pieces import Piece
from transforms.core.polling import FeedSurvey
from transforms.post_mortem import after_killer, crash, refusal
from transforms.worker import Settings

#: Times that a nursery is started before it is given up, when somebody kills it.
_TRIES = 3
#: What a broken channel to a worker or the nursery raises; OSError where it broke in the middle of a message.
_GONE = (EOFError, OSError)
#: Surveys know no time.
_NO_TIME = datetime.min.replace(tzinfo=UTC)


class WorkersFailed(RuntimeError):
    """Worker processes cannot be started; the message holds what the first one said."""


@dataclass(slots=True)
class _Worker:
    connection: Connection
    pid: int
    nursery: subprocess.Popen[bytes] | None  #: the one that can tell how it ended
    job: Job | None = None
    done: int = 0  #: deliveries of the job's piece reported so far, skipped ones included
    skipped: bool = False  #: all that was to be skipped is behind it
    beyond: tuple[int, int] | None = None  #: of a careful job: where the next line or record begins, and its number


class Pool:
    """`size` workers over one nursery. Not for use by two threads at once."""

    def __init__(self, settings: Settings, size: int) -> None:
        self._settings = settings
        self._size = size
        self._workers: list[_Worker] = []
        self._control: socket.socket | None = None
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # what dying workers say; closed with the pool
        self._nursery: subprocess.Popen[bytes] | None = None
        self._ready = False  #: it said that it can fork

    def run(
        self, pieces: Iterable[Piece], *, now: datetime, drafts: Path, profiles: Path | None = None
    ) -> Iterator[Found]:
        """Read the pieces; what each gives keeps its order, pieces come as they are done.

        Pages are cleaned of the furniture that `profiles`, a file of `transforms.profiles`, knows of their hosts.

        Raises:
            WorkersFailed: no worker can be started.
        """
        known = str(profiles or "")
        jobs = deque(Job(piece=piece, drafts=str(drafts), now=now, profiles=known) for piece in pieces)
        for _, found in self._work(jobs):
            if isinstance(found, Found):
                yield found

    def survey(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, FeedSurvey]]:
        """Survey exchanges for feeds, each once; in the order in which they are done.

        One that kills its reader, hangs or takes too much memory has that for its fault.

        Raises:
            WorkersFailed: no worker can be started.
        """
        for piece, found in self._work(
            deque(Job(piece=piece, drafts="", now=_NO_TIME, survey=True) for piece in pieces)
        ):
            if isinstance(found, FeedSurvey):
                yield piece, found

    def _work(self, todo: deque[Job]) -> Iterator[tuple[Piece, Found | FeedSurvey]]:
        """Do all jobs; each answer with the piece of its job."""
        try:
            while todo or any(worker.job for worker in self._workers):
                self._assign(todo)
                busy = {worker.connection: (worker, worker.job) for worker in self._workers if worker.job}
                for ready in wait(list(busy)):
                    worker, job = busy[ready]  # type: ignore[index]  # wait() gives back what it was given
                    try:
                        progress = decode_progress(worker.connection.recv_bytes())
                    except _GONE:
                        yield from self._bury(worker, todo)
                        continue
                    worker.done += len(progress.found)
                    worker.beyond = progress.beyond or worker.beyond
                    worker.skipped = worker.skipped or progress.skipped
                    if progress.last:
                        worker.job = None
                    yield from ((job.piece, found) for found in progress.found)
                    if progress.survey is not None:
                        yield job.piece, progress.survey
        finally:
            if any(worker.job for worker in self._workers):  # left early: what is under way is of no use
                self.close()

    def start(self) -> None:
        """Start what takes long without waiting for it. Whatever goes wrong with it is told by `run`."""
        if self._control is None:
            self._start_nursery()

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.connection.close()
        self._workers = []
        self._end_nursery()
        self._said.close()

    def _end_nursery(self) -> None:
        """It leaves by itself when nobody is on the other side."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._nursery is not None:
            self._nursery.wait()
            self._nursery = None

    def _assign(self, todo: deque[Job]) -> None:
        while len(self._workers) < self._size and len(self._workers) < len(todo) + sum(
            1 for w in self._workers if w.job
        ):
            self._workers.append(self._fork())
        for worker in self._workers:
            if worker.job is None and todo:
                worker.job = todo.popleft()
                worker.done, worker.skipped, worker.beyond = worker.job.skip, worker.job.skip == 0, None
                with contextlib.suppress(*_GONE):  # a dead one is noticed when it is waited for
                    worker.connection.send_bytes(encode(worker.job))

    def _bury(self, worker: _Worker, todo: deque[Job]) -> Iterator[tuple[Piece, Found | FeedSurvey]]:
        """Take a dead worker out; put its job back, past the delivery that killed it if that is known."""
        self._workers.remove(worker)
        worker.connection.close()
        status = self._ask(f"w{worker.pid}".encode()) if worker.nursery is self._nursery else None
        job = worker.job
        if job is None:
            return
        if status is None or not job.careful:
            todo.appendleft(replace(job, skip=worker.done, careful=True))
            return
        words = self._last_words()
        if job.survey:
            yield job.piece, FeedSurvey(fault=crash(status, words)[1])
            return
        if job.past_killer and not worker.skipped:
            return  # it died of the same delivery again: what is behind that one cannot be reached
        todo.appendleft(after_killer(job, worker.done, worker.beyond))
        yield job.piece, Found(rejected=refusal(job, worker.done, status, words, worker.beyond))

    def _last_words(self) -> str:
        """The last line that a worker wrote before it died: the exception, where it was one."""
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        self._said.seek(0)
        self._said.truncate()
        return lines[-1] if lines else ""

    def _fork(self) -> _Worker:
        for _ in range(_TRIES):
            with contextlib.ExitStack() as stack:
                ours, theirs = map(stack.enter_context, socket.socketpair())
                pid = self._ask(b"f", theirs.fileno())
                if pid is not None:
                    return _Worker(connection=Connection(ours.detach()), pid=pid, nursery=self._nursery)
        raise WorkersFailed("the process that starts the readers is killed again and again")

    def _start_nursery(self) -> None:
        """Start it in an empty folder that is not on the path, so that no file of the user's is taken for a module."""
        if self._said.closed:
            self._said = tempfile.TemporaryFile()  # noqa: SIM115  # the same, after a close
        root = str(Path(__file__).resolve().parents[1])
        given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        path = [root, *(str(Path(entry).resolve()) for entry in given if entry)]
        ours, theirs = socket.socketpair()
        with theirs:
            self._nursery = subprocess.Popen(  # noqa: S603  # our own interpreter, our own module
                [
                    sys.executable,
                    "-P",
                    "-m",
                    NURSERY,
                    str(theirs.fileno()),
                    msgspec.json.encode(self._settings).decode(),
                ],
                cwd=tempfile.mkdtemp(prefix="newsbeam-"),
                env={**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(path)},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
            )
        self._control, self._ready = ours, False

    def _await_nursery(self) -> None:
        """Wait until the nursery is ready; there is none afterwards where it was killed before."""
        if self._control is not None and self._nursery is not None and len(_received(self._control)) < 8:
            reason, killed = self._last_words() or "no reason given", self._nursery.wait() < 0
            self._end_nursery()
            if not killed:
                self.close()
                raise WorkersFailed(f"reader processes cannot be started: {reason}")

    def _ask(self, request: bytes, descriptor: int | None = None) -> int | None:
        """Ask the nursery, starting one if there is none. None: it died of it, and there is none now."""
        if self._control is None:
            if descriptor is None:
                return None
            self._start_nursery()
        if not self._ready:
            self._await_nursery()
            self._ready = True
        try:
            answer = _answer(self._control, request, descriptor)
        except _GONE:
            answer = b""
        if len(answer) < 8:
            self._end_nursery()
            return None
        return int.from_bytes(answer, "big")


#: The module that is run as nursery.
NURSERY = "transforms.worker"


def _answer(control: socket.socket | None, request: bytes, descriptor: int | None) -> bytes:
    if control is None:
        return b""
    socket.send_fds(control, [request], [] if descriptor is None else [descriptor])
    return _received(control)


def _received(control: socket.socket) -> bytes:
    """An answer of eight bytes, or fewer if there is nobody left to give it."""
    try:
        return control.recv(8, socket.MSG_WAITALL)
    except ConnectionError:
        return b""


_pools: dict[tuple[Settings, int], Pool] = {}


def shared_pool(settings: Settings, size: int) -> Pool:
    """The pool of this process for these settings; it outlives bundles and batches, and ends with the process."""
    if (settings, size) not in _pools:
        pool = _pools[settings, size] = Pool(settings, size)
        atexit.register(pool.close)
    return _pools[settings, size]
