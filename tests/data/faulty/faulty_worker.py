"""A reader that obeys what it reads: it stands for pages that hang, eat memory or kill the interpreter."""

import contextlib
import os
import signal
from pathlib import Path

from transforms import worker
from transforms.core.settle import settle


def swallow():
    """Take all there is, then go on as if nothing had happened, as libraries do."""
    eaten = []
    with contextlib.suppress(MemoryError):
        while True:
            eaten.append(b"x" * 10_000_000)


def obey(item, **others):
    title = item.title
    if "HANG" in title:
        while True:
            pass
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


worker.settle = obey

if __name__ == "__main__":
    worker.main()
