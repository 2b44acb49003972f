"""What a person is told when a command cannot do its work: one line, and an exit code."""

import logging
import os
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from deltalake.exceptions import DeltaError

from pipeline.account import NumbersDoNotAdd
from pipeline.feedlist import FeedListError
from pipeline.output import OutputError
from pipeline.runners import BeamArgsError, RunnerFailed
from pipeline.sources import SourceError
from schemas.taxonomy import TaxonomyError
from transforms.isolation import WorkersFailed

_WRONG_USAGE = (FeedListError, SourceError, TaxonomyError, BeamArgsError)
_FAILED = (NumbersDoNotAdd, WorkersFailed, DeltaError, sqlite3.Error, OSError)


@contextmanager
def explain(*, quiet: bool) -> Iterator[None]:
    """Turn the errors that a person can do something about into a line and an exit code; others are faults of ours.

    What libraries log is kept from the terminal; their errors arrive as exceptions. Not quiet: it is told from level
    ERROR on, for other engines say there why they failed.
    """
    logging.basicConfig(level=logging.CRITICAL + 1 if quiet else logging.ERROR)
    logging.disable(logging.CRITICAL if quiet else logging.WARNING)
    try:
        yield
    except OutputError as error:
        _leave(str(error), error.exit_code)
    except _WRONG_USAGE as error:
        _leave(str(error), 2)
    except RunnerFailed as error:
        _leave(f"the run failed: {error} (details: {_details(error)})", 1)
    except _FAILED as error:
        _leave(f"the run failed: {_said(error)}", 1)


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def _details(error: Exception) -> str:
    """Write the whole story where a person can send it from; where."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="newsbeam-failure-", suffix=".txt", delete=False) as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return "cannot be written"
    return file.name


def _leave(line: str, code: int) -> NoReturn:
    sys.stderr.write(f"newsbeam: {os.fsencode(line).decode('utf-8', 'backslashreplace')}\n")
    sys.exit(code)
