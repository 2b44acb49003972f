"""What a person is told when a command cannot do its work: one line, and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.account import NumbersDoNotAdd
from pipeline.intent import CannotPublish
from pipeline.output import OutputError
from pipeline.runners import RunnerFailed
from pipeline.sources import SourceError
from schemas.taxonomy import TaxonomyError
from transforms.isolation import WorkersFailed

_WRONG_USAGE = (SourceError, TaxonomyError)
_FAILED = (NumbersDoNotAdd, CannotPublish, RunnerFailed, WorkersFailed, OSError)


@contextmanager
def explain() -> Iterator[None]:
    """Turn the errors that a person can do something about into a line and an exit code; others are faults of ours."""
    try:
        yield
    except OutputError as error:
        _leave(str(error), error.exit_code)
    except _WRONG_USAGE as error:
        _leave(str(error), 2)
    except _FAILED as error:
        _leave(f"the run failed: {error}", 1)


def _leave(line: str, code: int) -> None:
    sys.stderr.write(f"newsbeam: {line}\n")
    sys.exit(code)
