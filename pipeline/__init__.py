"""What runs, in which order, where, and what came of it."""

import logging


class _NoApitools(logging.Filter):
    """Beam says on the root logger, when it is imported, that a library of another cloud is missing."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "apitools not found" not in record.getMessage()


logging.getLogger().addFilter(_NoApitools())
