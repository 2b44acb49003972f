"""What runs, in which order, where, and what came of it."""

import logging
import os

# Arrow's own allocator (mimalloc) grew a watch from 220 to 278 MB in 200 rounds (`benchmarks.watching`) with nothing of
# Arrow's in use between them, and `release_unused` gave nothing back; with the system's the same watch levels off at
# 195 MB. Arrow reads this once, when it is loaded, so it stands before any import of it. The user's own choice counts.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


class _NoApitools(logging.Filter):
    """Beam says on the root logger, when it is imported, that a library of another cloud is missing."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "apitools not found" not in record.getMessage()


logging.getLogger().addFilter(_NoApitools())
