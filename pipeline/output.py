"""The output folder: whether it is ours, who may write to it, and its tables.

One writer at a time, by a lock of the kernel's that ends with the process that holds it, however it ends; the text that
names the holder is for people and never believed over the lock. Readers take no lock.
"""

import json
import os
import re
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from filelock import FileLock, Timeout

from pipeline import deltalog
from pipeline.durable import UNFINISHED, make_folder, sync_folder, write_synced
from schemas.tables import SCHEMA_VERSION, TABLES
from transforms.snapshot import APPLICATION

MARKER: Final = "newsbeam.json"
LOCK: Final = "newsbeam.lock"
HOLDER: Final = "newsbeam.holder.json"

_ESCAPED: Final = re.compile(rb"%[0-9A-Fa-f]{2}")

#: Others may not look into these: text that may not be shown lies there, for good or on its way.
_PRIVATE: Final = ("held", "staging", "quarantine", "raw")
_FOLDERS: Final = ("staging", "state", "raw", "quarantine")
#: Tables that folders of an earlier schema version lack, by that version.
_ADDED: Final = {1: ("profiles",)}
#: What a creation that was killed may have left before its marker.
_BEGINNINGS: Final = frozenset({LOCK, HOLDER, HOLDER + UNFINISHED, MARKER + UNFINISHED})


class OutputError(Exception):
    """The output folder cannot be used: one line for a person, which names the folder."""

    exit_code: ClassVar[int] = 2


class NotOurs(OutputError):
    """Not an output folder of this program, or one of a newer version. Nothing in it was touched."""


class NotWritable(OutputError):
    """The folder cannot be made, or not be written to."""


class Damaged(OutputError):
    """The log of a table is gone or cannot be read."""

    exit_code: ClassVar[int] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who writes to an output folder."""

    pid: int
    host: str
    command: str
    since: str  #: ISO 8601, UTC


class InUse(OutputError):
    """Another run writes to the folder. Holder: None where it has not yet said who it is."""

    exit_code: ClassVar[int] = 75

    def __init__(self, path: Path, holder: Holder | None) -> None:
        super().__init__(path, holder)
        self.path = path
        self.holder = holder

    def __str__(self) -> str:
        if self.holder is None:
            return f"{self.path}: in use by another run"
        by = self.holder
        return f"{self.path}: in use by {by.command!r}, process {by.pid} on {by.host}, since {by.since}"


class Output:
    """An output folder open for writing; leaving the context lets the lock go. Made by `open_output`."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self.path = path
        self._lock = lock
        self._tables: dict[str, DeltaTable] = {}

    @property
    def staging(self) -> Path:
        """Where loads are prepared, a folder each."""
        return self.path / "staging"

    @property
    def state(self) -> Path:
        """What can be made again from the tables."""
        return self.path / "state"

    @property
    def raw(self) -> Path:
        """What was retrieved, as it was received."""
        return self.path / "raw"

    @property
    def quarantine(self) -> Path:
        """Files found in the tables that nothing accounts for."""
        return self.path / "quarantine"

    def staging_of(self, load_id: int) -> Path:
        """The folder of one load; it need not exist."""
        return self.staging / f"{load_id:010d}"

    def table_folder(self, name: str) -> Path:
        """The folder of a table."""
        return self.path / TABLES[name].name

    def delta(self, name: str) -> DeltaTable:
        """A table at its newest version. The same object each time: reading on costs less than opening.

        Raises:
            Damaged: its log is gone or cannot be read.
        """
        table = self._tables.get(name)
        try:
            if table is None:
                table = self._tables[name] = DeltaTable(self.table_folder(name))
            else:
                table.update_incremental()
        except (DeltaError, OSError) as error:
            raise Damaged(f"{self.table_folder(name)}: cannot be opened: {deltalog.one_line(error)}") from error
        return table

    def reopen(self, name: str) -> None:
        """Open a table anew when it is next asked for."""
        self._tables.pop(name, None)

    def last_load(self) -> int:
        """The number of the last load published; 0: none yet."""
        return self.delta("loads").transaction_version(APPLICATION) or 0

    def close(self) -> None:
        """Let the lock go. Twice is once."""
        if self._lock.is_locked:
            with suppress(FileNotFoundError):
                (self.path / HOLDER).unlink()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_output(path: Path, *, command: str, create: bool = True) -> Output:
    """Open an output folder for writing, alone; make it if there is none or it is empty.

    All tables exist afterwards, with their schemas and partitions; a creation that was killed is continued.

    Args:
        path: the folder.
        command: what is running, for whoever finds the folder in use.
        create: False: the folder must be there already.

    Raises:
        NotOurs: a file, a folder with other things in it, or of a newer version; nothing was touched. Or no folder, not
        `create`. NotWritable: it may not be written to.
        InUse: another run writes to it.
    """
    path = path.absolute()
    _check_ours(path, create=create)
    try:
        make_folder(path)
        lock = FileLock(path / LOCK, thread_local=False)
        lock.acquire(blocking=False)
    except Timeout:
        raise InUse(path, read_holder(path)) from None
    except OSError as error:
        raise NotWritable(f"{path}: cannot be written to: {error.strerror or error}") from error
    try:
        _check_ours(path, create=create)
        _write_holder(path, command)
        _complete(path)
    except (DeltaError, OSError) as error:
        lock.release()
        raise NotWritable(f"{path}: cannot be written to: {deltalog.one_line(error)}") from error
    except BaseException:
        lock.release()
        raise
    return Output(path, lock)


def check_readable(path: Path) -> None:
    """Return if the folder is a complete output folder that this version can read. Takes no lock, touches nothing.

    Raises:
        NotOurs: it is not.
    """
    if not _check_ours(path, create=False):
        raise NotOurs(f"{path}: the output folder was never finished; run the command that began it again")


def read_holder(path: Path) -> Holder | None:
    """Who says it writes to the folder; None where nobody does, or where it cannot be who still does."""
    try:
        holder = Holder(**json.loads((path / HOLDER).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    if holder.host == socket.gethostname() and not _runs(holder.pid):
        return None
    return holder


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _can_be_named(path: Path) -> bool:
    """Whether delta-rs finds the folder again: it takes `%20` for a space, and so another folder for this one."""
    try:
        return _ESCAPED.search(path.as_posix().encode()) is None
    except UnicodeEncodeError:
        return False


def _check_ours(path: Path, *, create: bool) -> bool:
    """Whether the folder is complete: False where it is still to be made, wholly or in part."""
    if not _can_be_named(path):
        shown = os.fsencode(path).decode("utf-8", "replace")
        raise NotOurs(f"{shown}: the logs of tables cannot name such a folder (no %41 or the like, and UTF-8 only)")
    try:
        names = {entry.name for entry in path.iterdir()}
    except FileNotFoundError:
        if create:
            return False
        raise NotOurs(f"{path}: no such folder") from None
    except NotADirectoryError:
        raise NotOurs(f"{path}: not a folder") from None
    except OSError as error:
        raise NotWritable(f"{path}: cannot be read: {error.strerror or error}") from error
    if MARKER not in names:
        if create and names <= _BEGINNINGS:
            return False
        raise NotOurs(f"{path}: not an output folder of newsbeam (it has no {MARKER})")
    try:
        marker = json.loads((path / MARKER).read_bytes())
        version, complete = int(marker["schema_version"]), bool(marker["complete"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NotOurs(f"{path}: its {MARKER} cannot be read: {error}") from error
    if version > SCHEMA_VERSION:
        raise NotOurs(
            f"{path}: written by a newer newsbeam (schema version {version}, this one knows {SCHEMA_VERSION}); "
            "update newsbeam"
        )
    return complete


def _write_holder(path: Path, command: str) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    holder = Holder(pid=os.getpid(), host=socket.gethostname(), command=command, since=since)
    draft = path / (HOLDER + UNFINISHED)
    draft.write_text(json.dumps(asdict(holder)) + "\n", encoding="utf-8")
    draft.replace(path / HOLDER)


def _complete(path: Path) -> None:
    """Make what is missing. The marker comes first and says complete last, so a kill in between is continued."""
    complete = _check_ours(path, create=True)
    if not complete:
        _write_marker(path, complete=False)
    for name in (*_FOLDERS, *TABLES):
        folder = path / name
        make_folder(folder)
        if name in _PRIVATE and folder.stat().st_mode & 0o777 != 0o700:
            folder.chmod(0o700)
    missing = _ADDED.get(_written_by(path), ()) if complete else tuple(TABLES)
    if not missing:
        return
    for name in missing:
        deltalog.create(path / name, TABLES[name])
    sync_folder(path)
    _write_marker(path, complete=True)


def _written_by(path: Path) -> int:
    """The schema version of a folder that is ours."""
    return int(json.loads((path / MARKER).read_bytes())["schema_version"])


def _write_marker(path: Path, *, complete: bool) -> None:
    marker = {"what": "output folder of newsbeam", "schema_version": SCHEMA_VERSION, "complete": complete}
    write_synced(path / MARKER, json.dumps(marker).encode() + b"\n")
