"""What became of a worker that died, and what is left of its job."""

import os
import signal
from dataclasses import replace

from transforms.core.errors import Refused, rejected
from transforms.core.jobs import Job
from transforms.core.records import Reason, Rejected, Stage
from transforms.worker import RETIRED


def crash(status: int, last_words: str) -> tuple[Reason, str]:
    """What a worker's wait status, and the last that it wrote, say of the delivery that it died of."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGALRM:
            return Reason.TIMED_OUT, "took longer than a delivery may"
        return Reason.CRASHED, f"killed its reader ({signal.Signals(number).name})"
    if os.WEXITSTATUS(status) == RETIRED:
        return Reason.OUT_OF_MEMORY, "took more memory than a delivery may"
    return Reason.CRASHED, f"ended its reader (exit code {os.WEXITSTATUS(status)}) {last_words[:200]}".rstrip()


def refusal(job: Job, done: int, status: int, last_words: str, beyond: tuple[int, int] | None) -> Rejected:
    """The rejection of the delivery that a worker died of.

    Args:
        job: what it was doing.
        done: how many deliveries of the piece it had behind it.
        status: how it ended.
        last_words: what it said.
        beyond: where the line or record after the one it was at begins, and its number.
    """
    reason, detail = crash(status, last_words)
    piece = job.piece
    number = beyond[1] - 1 if beyond else piece.first + done
    alone = piece.form == "raw" or (piece.form == "document" and done == 0)
    origin = piece.origin if alone else f"{piece.origin}#{number}"
    address = piece.raw_address if piece.form == "raw" else piece.path
    return rejected(Refused(Stage.EXTRACT, reason, detail), origin=origin, raw_address=address)


def after_killer(job: Job, done: int, beyond: tuple[int, int] | None) -> Job:
    """What is left of a job whose worker died of the delivery after the first `done`.

    The lines or records behind the one it was at; of a document, all that comes behind the delivery, if that can be
    passed over at all.
    """
    piece = job.piece
    if not beyond:
        return replace(job, skip=done + 1, careful=True, past_killer=True)
    start, number = beyond
    length = None if piece.length is None else piece.start + piece.length - start
    return replace(job, piece=replace(piece, start=start, length=length, first=number), skip=0, careful=False)
