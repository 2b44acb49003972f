"""What a process that lives for years does so that its memory stays flat (glibc; elsewhere nothing).

Threads come and go in every round (Beam's, Arrow's, delta-rs's), and glibc gives each allocations of its own to grow
in: an arena. After 200 rounds of `benchmarks.watching` nothing more was in use than after 20, and yet 50 MB more were
held, free and scattered over arenas. With one arena that is given back after each round, the watch stays where it was.
"""

import ctypes
import sys
from functools import cache
from typing import Final

#: Of mallopt(3): how many arenas there may be.
_M_ARENA_MAX: Final = -8


def use_one_arena() -> None:
    """Let all threads that are yet to come allocate from the arenas that there are. For the start of a process."""
    if (glibc := _glibc()) is not None:
        glibc.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give free memory back to the system; takes some milliseconds."""
    if (glibc := _glibc()) is not None:
        glibc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    """The C library of this process; None where it is another one (musl, macOS)."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
