"""What SIGINT and SIGTERM do to a run: the first lets it finish its batch, the second ends it at once."""

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = b"\x1b[?25h"


class StopOnSignal:
    """Whether the run was asked to stop, while the context is open.

    A second signal ends the process where it is: what is published stays, what is not is done again by the same
    command. Only in the main thread.
    """

    def __init__(self) -> None:
        self._asked = threading.Event()

    def __call__(self) -> bool:
        """True from the first signal on."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Let so much time pass, but no more once a signal has come; whether one has."""
        return self._asked.wait(max(0.0, seconds))

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._asked.is_set():
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)  # a progress bar hides it
            os._exit(128 + number)
        self._asked.set()
        os.write(2, b"\nnewsbeam: finishing the batch in hand; once more ends at once\n")
