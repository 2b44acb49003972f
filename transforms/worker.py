"""The processes that read: one warm parent (the nursery) and its forks, each of which may die of what it reads.

Started by `transforms.isolation` as `python -P -m transforms.worker FD SETTINGS` from an empty folder. A worker limits
itself before each delivery: an alarm ends one that takes too long, a memory limit one that takes too much. Its death
costs one delivery; the nursery forks the next worker in milliseconds.

Libraries swallow the MemoryError that the limit raises and answer as if there were nothing to find. So the limit is
set above what a delivery may take, and whichever took more than it may is out of memory, whatever came of it.
"""

import contextlib
import gc
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from transforms.core.advisory import may_be_quoted
from transforms.core.authority import may_speak
from transforms.core.candidates import evidence_time
from transforms.core.conventions import with_conventions
from transforms.core.deliveries import Draft, Found, Head, Ref
from transforms.core.errors import Refused, rejected
from transforms.core.fingerprint import keys
from transforms.core.furniture import HostProfile
from transforms.core.jobs import Job, Progress, decode_job, encode
from transforms.core.pieces import Limits
from transforms.core.polling import FeedSurvey
from transforms.core.records import Item, Rejected
from transforms.core.settle import Settled, settle
from transforms.core.tagging import Tagging
from transforms.profiles import read_profiles

#: Deliveries reported at once, unless the job is careful.
REPORT = 32
#: Exit code of a worker that ran out of memory and said so.
RETIRED = 77
#: The address space that is allowed, as a multiple of the memory that a delivery may take.
_HEADROOM = 1.5
_END: Final = "end"
#: Bytes in which the system counts a process's largest size.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
#: Of a job: a delivery, one passed over, or a survey.
_Answer = Found | FeedSurvey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all jobs of a run share."""

    limits: Limits
    taxonomy: str  #: path of the taxonomy; empty: the one that comes with the program
    gazetteer: str = ""  #: the same of the gazetteer


class Reader:
    """Reads pieces into drafts. Holds what is costly to make: the rules; those of a language when it is first met."""

    def __init__(self, settings: Settings) -> None:
        from schemas.rules import load_rules
        from transforms.core import language, page

        self.settings = settings
        paths = (Path(path) if path else None for path in (settings.taxonomy, settings.gazetteer))
        self.tagging = Tagging(load_rules(*paths, trusted=True))
        language.warm()
        page.warm()

    def deliver(self, job: Job, entering: Callable[[int, int], None]) -> Iterator[Found | None]:
        """Each delivery of the piece in order; None for each of the first `skip`, which are passed over.

        Drafts are written before they are named.

        Args:
            job: what to read.
            entering: told before a line or a WARC record is read where the next one begins, and its number.
        """
        from transforms.read import read_piece

        path = Path(job.drafts) / f"{os.getpid()}.drafts"
        with path.open("ab") as drafts:
            profiles = read_profiles(job.profiles)
            for ordinal, found in enumerate(read_piece(job.piece, self.settings.limits, entering=entering)):
                yield self._settled(found, job, drafts, ordinal, profiles) if ordinal >= job.skip else None

    def survey(self, job: Job) -> Iterator[FeedSurvey]:
        """The survey of the piece, once."""
        from transforms.read import survey_piece

        yield survey_piece(job.piece, self.settings.limits)

    def _settled(
        self, found: Item | Rejected, job: Job, drafts: BinaryIO, number: int, profiles: Mapping[str, HostProfile]
    ) -> Found:
        if isinstance(found, Rejected):
            return Found(rejected=found)
        try:
            settled = settle(
                found,
                now=job.now,
                tagging=self.tagging,
                speaks_for=partial(may_speak, source_kind=found.source_kind, mute=job.piece.mute),
                profiles=profiles,
            )
        except Refused as refused:
            return Found(
                rejected=rejected(
                    refused,
                    origin=found.origin,
                    source=found.source,
                    title=found.title,
                    url=found.url,
                    excerpt=found.text if may_be_quoted(with_conventions(found)) else "",
                    raw_address=found.raw_address,
                )
            )
        if settled.draft is None:
            return Found(notice=settled.notice)
        head = _head(settled, settled.draft, _write(settled.draft, drafts), number)
        return Found(head=head, notice=settled.notice)


def _write(draft: Draft, drafts: BinaryIO) -> Ref:
    data = encode(draft)
    offset = drafts.tell()
    drafts.write(data)
    drafts.flush()
    return Ref(path=drafts.name, offset=offset, length=len(data))


def _head(settled: Settled, draft: Draft, ref: Ref, number: int) -> Head:
    article = draft.article
    evidence_at = evidence_time(article.published_at, article.published_precision, article.first_seen_at)
    return Head(
        article_id=article.article_id,
        version=article.version,
        text_from=article.text_from,
        content_hash=article.content_hash,
        words=draft.fingerprint.words,
        date=evidence_at.date(),
        evidence_at=evidence_at,
        seen_at=article.first_seen_at,
        source_version=article.source_version,
        updated_at=article.updated_at,
        origin=article.origin,
        url=article.url,
        source=article.source,
        source_kind=article.source_kind,
        hold=settled.hold,
        language=article.language,
        topic_ids=article.topic_ids,
        keys=keys(draft.fingerprint),
        ref=ref,
        agency=article.agency,
        number=number,
        host=settled.host,
        is_noted=bool(draft.blocks),
        compared=settled.compared,
        cleaned_since=settled.cleaned_since,
    )


def serve(connection: Connection, reader: Reader, *, most: int) -> None:
    """Do jobs until the other side is gone, or this process has held more than `most` bytes."""
    seconds = reader.settings.limits.max_item_s

    def tell(progress: Progress) -> None:
        connection.send_bytes(encode(progress))

    while True:
        try:
            job = decode_job(connection.recv_bytes())
        except EOFError:
            return
        pending: list[Found] = []
        skipped = 0
        survey: FeedSurvey | None = None
        deliveries: Iterator[_Answer] = (
            reader.survey(job) if job.survey else reader.deliver(job, _teller(tell) if job.careful else _keep_silent)
        )
        while True:
            try:
                found = _next(deliveries, seconds, most)
            except MemoryError:
                tell(Progress(found=(*pending,), skipped=skipped == job.skip))
                os._exit(RETIRED)
            if isinstance(found, Found):
                pending.append(found)
            elif isinstance(found, FeedSurvey):
                survey = found
            elif found is None:
                skipped += 1
            else:
                break
            if skipped == job.skip and (job.careful or len(pending) >= REPORT):
                tell(Progress(found=(*pending,), skipped=True))
                pending = []
        tell(Progress(found=(*pending,), last=True, survey=survey))


def _next(deliveries: Iterator[_Answer], seconds: float, most: int) -> _Answer | str:
    """The next answer, or `_END`; an alarm ends this process if that takes longer.

    Raises:
        MemoryError: the process has held more than `most` bytes, even if somebody swallowed the first one.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        found = next(deliveries, _END)
        if found is not _END and _most_held() > most:
            raise MemoryError
        return found
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _teller(tell: Callable[[Progress], None]) -> Callable[[int, int], None]:
    return lambda offset, number: tell(Progress(beyond=(offset, number)))


def _keep_silent(_offset: int, _number: int) -> None:
    """Nobody needs to know."""


def _most_held() -> int:
    """The most memory that this process has held since it was forked, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT


def _held() -> int:
    """The memory that this process holds, in bytes; where only the most is told, that.

    The most is of no use right after an exec: it is still that of the process before.
    """
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except FileNotFoundError:
        return _most_held()


def _limit_memory(megabytes: int) -> None:
    """Allow this much, and the headroom, above what the warm process holds.

    Only Linux tells how much that is; elsewhere no limit is set.
    """
    with contextlib.suppress(FileNotFoundError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + int(megabytes * 1_000_000 * _HEADROOM)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def nursery(control: socket.socket, reader: Reader) -> None:
    """Fork a worker for each socket that comes; tell how a worker ended when asked.

    Requests on `control`: `f` with a descriptor, answered by the worker's pid; `w` and a pid, answered by its wait
    status. Answers are eight bytes. Returns when the other side is gone, and then no worker is left.
    """
    workers: set[int] = set()
    warm = _held()
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, 16, 1)
        except ConnectionResetError:
            message = b""
        if not message:
            break
        if message[:1] == b"f":
            pid = os.fork()
            if pid == 0:
                control.close()
                allowed = reader.settings.limits.max_item_mb
                _limit_memory(allowed)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    serve(Connection(descriptors[0]), reader, most=warm + allowed * 1_000_000)
                os._exit(0)
            os.close(descriptors[0])
            workers.add(pid)
            control.sendall(pid.to_bytes(8, "big"))
        else:
            pid, status = os.waitpid(int(message[1:]), 0)
            workers.discard(pid)
            control.sendall(status.to_bytes(8, "big"))
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def main() -> None:
    """Run a nursery on the descriptor in the first argument, with the settings in the second."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    gc.disable()
    reader = Reader(msgspec.json.decode(sys.argv[2], type=Settings))
    gc.enable()
    gc.freeze()  # all of this stays: workers neither go through it nor copy its pages by doing so
    folder = Path.cwd()
    with contextlib.suppress(BrokenPipeError):
        control.sendall(b"ready".ljust(8))
        nursery(control, reader)
    with contextlib.suppress(OSError):
        folder.rmdir()


if __name__ == "__main__":
    main()
