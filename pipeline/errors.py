"""What a person is told when a command cannot do its work: one line, and an exit code. Imports nothing heavy."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

from pipeline.wording import printable

_FEED_LIST: Final = "pipeline.feedlist.FeedListError"
_OUTPUT: Final = "pipeline.output.OutputError"
_RUNNER: Final = "pipeline.runners.RunnerFailed"
_WRONG_USAGE: Final = (
    "pipeline.listing.SourceError",
    "schemas.taxonomy.TaxonomyError",
    "schemas.gazetteer.GazetteerError",
    "pipeline.runners.BeamArgsError",
    "pipeline.configuration.ConfigurationError",
)
_FAILED: Final = (
    "pipeline.account.NumbersDoNotAdd",
    "transforms.isolation.WorkersFailed",
    "deltalake.exceptions.DeltaError",
    "sqlite3.Error",
    "builtins.OSError",
)


@contextmanager
def explain(*, quiet: bool = True) -> Iterator[None]:
    """Turn the errors that a person can do something about into a line and an exit code; others are faults of ours.

    What libraries log is kept from the terminal; their errors arrive as exceptions. Not quiet: it is told from level
    ERROR on, for other engines say there why they failed. A feed list has a line for each of its faults.
    """
    logging.basicConfig(level=logging.CRITICAL + 1 if quiet else logging.ERROR)
    logging.disable(logging.CRITICAL if quiet else logging.WARNING)
    try:
        yield
    except _raised(_OUTPUT) as error:
        _leave(error.exit_code, str(error))
    except _raised(_FEED_LIST) as error:
        _leave(2, *error.faults)
    except _raised(*_WRONG_USAGE) as error:
        _leave(2, str(error))
    except _raised(_RUNNER) as error:
        _leave(1, f"the run failed: {error} (details: {_details(error)})")
    except _raised(*_FAILED) as error:
        _leave(1, f"the run failed: {_said(error)}")


def complain(line: str) -> None:
    """Say on standard error what went wrong, and go on."""
    sys.stderr.write(f"newsbeam: {printable(line)}\n")


def _raised(*names: str) -> tuple[Any, ...]:
    """The classes of these names, as far as they are imported: no others can have been raised."""
    places = [name.rpartition(".") for name in names]
    found = [getattr(sys.modules.get(module), name, None) for module, _, name in places]
    return tuple(each for each in found if each is not None)


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def _details(error: Exception) -> str:
    """Write the whole story where a person can send it from; where."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile("w", prefix="newsbeam-failure-", suffix=".txt", delete=False) as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return "cannot be written"
    return file.name


def _leave(code: int, *lines: str) -> NoReturn:
    for line in lines:
        complain(line)
    sys.exit(code)
