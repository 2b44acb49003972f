"""What is done so that memory stays flat from load to load, for years (glibc; elsewhere nothing).

Threads come and go with each load (Beam's, Arrow's, delta-rs's), and glibc gives each allocations of its own to grow
in: an arena. It also takes large blocks from these once it has seen larger ones freed. After 200 rounds of
`benchmarks.watching` no more was in use than after 20, and yet 50 MB more were held, free and scattered. With one arena
that is given back after each load, and large blocks of their own, the watch stays where it was.
"""

import ctypes
import sys
from functools import cache
from typing import Final

#: Of mallopt(3): how many arenas there may be; from how many bytes on a block is mapped by itself, and unmapped when it
#: is freed. Set once, glibc raises that no more.
_M_ARENA_MAX: Final = -8
_M_MMAP_THRESHOLD: Final = -3
_LARGE: Final = 1 << 18


def keep_together() -> None:
    """Let all threads that are yet to come allocate from what there is, and large blocks stand by themselves.

    To be called before Arrow, delta-rs or Beam are imported: their threads make arenas, and what is made stays.
    """
    if (glibc := _glibc()) is not None:
        glibc.mallopt(_M_ARENA_MAX, 1)
        glibc.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give free memory back to the system; takes some milliseconds. After each load."""
    if (glibc := _glibc()) is not None:
        glibc.malloc_trim(0)


@cache
def _glibc() -> ctypes.CDLL | None:
    """The C library of this process; None where it is another one (musl, macOS)."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
