"""Import libraries without what they import only because it is there. Imports nothing heavy.

pyarrow imports pandas, and Beam imports it and the clients of databases and clouds, wherever they are installed:
much of the time that a command takes to start, for what it never uses.
"""

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType


class _Absence:
    """Stands before the finders of modules, and says of some that there are none."""

    def __init__(self, modules: Collection[str]) -> None:
        self.modules = frozenset(modules)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        """Let the others look, unless it is one of those. Named as `importlib` calls it."""
        del path, target
        if name in self.modules:
            raise ModuleNotFoundError(f"{name} is not imported by newsbeam", name=name)


def spare(*modules: str) -> None:
    """From now on these count as not installed in this process, unless they are imported already."""
    sys.meta_path.insert(0, _Absence(modules))


@contextmanager
def sparing(*modules: str) -> Iterator[None]:
    """Meanwhile these count as not installed, unless they are imported already. Not for several threads at once."""
    absence = _Absence(modules)
    sys.meta_path.insert(0, absence)
    try:
        yield
    finally:
        sys.meta_path.remove(absence)
