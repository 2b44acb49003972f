"""A reader that obeys what it reads: it stands for pages that hang, eat memory or kill the interpreter.

It obeys words in a title where a delivery is made an article, `FALL` where it is read, `DROWN` and `STALL` where a feed
is surveyed.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

from transforms import read, worker
from transforms.core.documents import read_document
from transforms.core.jsonlines import line_or_rejected
from transforms.core.settle import settle


def swallow():
    """Take all there is, then go on as if nothing had happened, as libraries do."""
    eaten = []
    with contextlib.suppress(MemoryError):
        while True:
            eaten.append(b"x" * 10_000_000)


def hang():
    """Do nothing until the alarm, if one is set: then the time until it flies."""
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    if left:
        signal.setitimer(signal.ITIMER_REAL, 0.001)
    time.sleep(3_600)


def obey(item, **others):
    title = item.title
    if "HANG" in title:
        hang()
    if "EAT" in title:
        eaten = []
        while True:
            eaten.append(b"x" * 50_000_000)
    if "SWALLOW" in title:
        swallow()
    if "KILL" in title:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "RAISE" in title:
        raise ZeroDivisionError("a fault of ours")
    if "ONCE" in title and not (mark := Path(os.environ["FAULTY_MARKS"], "once")).exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return settle(item, **others)


def fall(found):
    if "FALL" in found.title:
        os.kill(os.getpid(), signal.SIGSEGV)
    return found


def look(piece, limits):
    survey = survey_piece(piece, limits)
    for entry in survey.entries:
        if "DROWN" in entry.title:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "STALL" in entry.title:
            hang()
    return survey


survey_piece, read.survey_piece = read.survey_piece, look
worker.settle = obey
read.read_document = lambda *args, **kwargs: map(fall, read_document(*args, **kwargs))
read.line_or_rejected = lambda *args, **kwargs: fall(line_or_rejected(*args, **kwargs))

if __name__ == "__main__":
    worker.main()
