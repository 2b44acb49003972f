"""What SIGINT and SIGTERM do to a run: the first lets it finish its batch, the second ends it at once."""

import os
import signal
import sys
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
        self._asked = False

    def __call__(self) -> bool:
        """True from the first signal on."""
        return self._asked

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._asked:
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)  # a progress bar hides it
            os._exit(128 + number)
        self._asked = True
        os.write(2, b"\nnewsbeam: finishing the batch in hand; once more ends at once\n")
