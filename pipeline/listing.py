# ruff: noqa: PTH100, PTH114, PTH116, PTH118, PTH120, PTH123, PTH207, PTH208  # names need not be UTF-8: paths are str
"""Which files there are: paths, folders, globs and standard input become a stream, each file once, in a fixed order.

Nothing is opened but folders. What cannot be read later (a broken link, a FIFO, a folder without permission) is listed
as unread, with its reason.
"""

import errno
import glob
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.output import MARKER
from transforms.core.errors import Refused, rejected
from transforms.core.records import Reason, Rejected, Stage

#: The path that means standard input.
STDIN = "-"


class SourceError(Exception):
    """An input that was named cannot be one: a line for a person, which names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file to read, or the reason why there is none."""

    origin: str  #: as a person names it; fit to be stored
    path: str  #: to open, absolute; may hold surrogate escapes
    size: int = 0
    mtime_ns: int = 0
    identity: str = ""  #: another one when the file changed
    unread: Rejected | None = None


_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


def list_inputs(paths: Sequence[str], *, notice: Callable[[str], None] | None = None) -> Iterator[Listed]:
    """List the files that are meant, folders recursively, in sorted order, each file once however often it is reached.

    Symbolic links are followed, loops are not. Hidden files count. An output folder of newsbeam inside a folder is
    passed over. Memory grows with the number of folders, links and files named one by one, not of files.

    Args:
        paths: files, folders, globs (`**` too), `-`.
        notice: is told in a line what was passed over.

    Raises:
        SourceError: at once, before anything is listed: a path that is not there, a glob that matches nothing, an
            output folder of newsbeam named as an input.
    """
    if not paths:
        raise SourceError("no input was named")
    for path in paths:
        _check(path)
    return _listed(paths, notice or _ignore)


def _check(path: str) -> None:
    if path == STDIN:
        return
    if not path:
        raise SourceError("an empty path was named")
    if "\0" in path:
        raise SourceError(f"{path!r}: not a path")
    if not os.path.lexists(path):
        if not glob.has_magic(path):
            raise SourceError(f"{path}: no such file or folder")
        if next(_matches(path), None) is None:
            raise SourceError(f"{path}: matches no file")
    elif _is_output(path):
        raise SourceError(f"{path}: an output folder of newsbeam, not an input")


def _matches(pattern: str) -> Iterator[str]:
    """What a glob matches; `**` alone also names its own folder, whether it is there or not."""
    return filter(os.path.lexists, glob.iglob(pattern, recursive=True, include_hidden=True))


def _listed(paths: Sequence[str], notice: Callable[[str], None]) -> Iterator[Listed]:
    walk = _Walk(notice)
    read_stdin = False
    for path in paths:
        if path == STDIN:
            if not read_stdin:
                yield Listed(origin=STDIN, path=STDIN, identity=STDIN)
            read_stdin = True
        elif os.path.lexists(path):
            yield from walk.from_(os.path.normpath(path))
        else:
            for found in sorted(_matches(path)):
                yield from walk.from_(os.path.normpath(found))


class _Walk:
    """Goes through folders, and knows what it has seen."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._folders: set[tuple[int, int]] = set()
        #: Only files that can be reached in two ways: named, linked to, or with several names.
        self._files: set[tuple[int, int]] = set()

    def from_(self, start: str) -> Iterator[Listed]:
        """All files at and below a path."""
        above: list[tuple[int, int]] = []
        stack: list[Iterator[str]] = [iter((start,))]
        while stack:
            path = next(stack[-1], None)
            if path is None:
                stack.pop()
                if above:
                    above.pop()
                continue
            try:
                status = os.stat(path)
            except OSError as error:
                yield _unread(path, _why(path, error))
                continue
            if stat.S_ISDIR(status.st_mode):
                place = (status.st_dev, status.st_ino)
                if place in above:
                    yield _unread(path, Refused(Stage.OPEN, Reason.SYMLINK_LOOP, "a link to a folder that holds it"))
                elif place not in self._folders:
                    self._folders.add(place)
                    try:
                        names = self._names(path)
                    except OSError as error:
                        yield _unread(path, _why(path, error))
                        continue
                    above.append(place)
                    stack.append(map(partial(os.path.join, path), names))
            elif self._is_new(path, status, named=len(stack) == 1):
                yield _file(path, status)

    def _names(self, folder: str) -> list[str]:
        names = sorted(os.listdir(folder))
        if MARKER in names and _is_output(folder):
            self._notice(f"{_shown(folder)}: passed over, it is an output folder of newsbeam")
            return []
        return names

    def _is_new(self, path: str, status: os.stat_result, *, named: bool) -> bool:
        place = (status.st_dev, status.st_ino)
        linked = os.path.islink(path)
        if named or linked:
            real = os.path.realpath(path)
            if self._was_walked(os.path.dirname(real)):
                return False
        if place in self._files:
            return False
        if named or linked or status.st_nlink > 1:
            self._files.add(place)
        return True

    def _was_walked(self, folder: str) -> bool:
        try:
            status = os.stat(folder)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) in self._folders


def _file(path: str, status: os.stat_result) -> Listed:
    if not stat.S_ISREG(status.st_mode):
        what = next((name for matches, name in _KINDS if matches(status.st_mode)), "not a file")
        return _unread(path, Refused(Stage.OPEN, Reason.UNREADABLE, f"{what}, not a regular file"))
    absolute = os.path.abspath(path)
    return Listed(
        origin=_shown(path),
        path=absolute,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        identity=f"{status.st_size}:{status.st_mtime_ns}:{_shown(absolute)}",
    )


def _unread(path: str, refused: Refused) -> Listed:
    origin = _shown(path)
    return Listed(
        origin=origin, path=path, identity=origin, unread=rejected(refused, origin=origin, raw_address=origin)
    )


def _why(path: str, error: OSError) -> Refused:
    """Why a path that was found cannot be looked at."""
    if error.errno == errno.ELOOP:
        return Refused(Stage.OPEN, Reason.SYMLINK_LOOP, "a link that leads to itself")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        if os.path.islink(path):
            return Refused(Stage.OPEN, Reason.MISSING, "a link to nothing")
        return Refused(Stage.OPEN, Reason.DISAPPEARED, "gone since it was listed")
    return Refused(Stage.OPEN, Reason.UNREADABLE, (error.strerror or type(error).__name__).lower())


def _shown(path: str) -> str:
    r"""A path as text: bytes of a name that are no UTF-8 are written as `\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _is_output(folder: str) -> bool:
    try:
        with open(os.path.join(folder, MARKER), "rb") as file:
            marker = json.loads(file.read(10_000))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(marker, dict) and "newsbeam" in str(marker.get("what", ""))


def _ignore(_line: str) -> None:
    """Nobody wants to know."""
