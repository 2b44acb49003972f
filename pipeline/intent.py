"""What a load is about to do, written down before it is done: every file with its hash, every table's next version."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.durable import sha256, write_synced
from pipeline.output import OutputError
from schemas.tables import TABLES

INTENT: Final = "intent.json"


class CannotPublish(OutputError):
    """A load cannot be published as it is: names what is wrong with it. What was published before is untouched."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """One Parquet file of a load."""

    path: str  #: below the table's folder, there as in the staging folder
    rows: int
    bytes: int
    sha256: str
    partition: Mapping[str, str]  #: the partition column and its value; empty: the table has none
    moved: bool = False  #: no row of it is new to the table: they lay in files that leave it in the same load


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """What a load does to one table."""

    version: int  #: of the table afterwards
    files: tuple[StagedFile, ...]
    removed: tuple[str, ...] = ()  #: files that leave the table, below its folder
    deleting: bool = False  #: rows of them are gone, and do not lie in `files`
    changing: bool = False  #: rows of them that lie in `files` are not as they were


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A load that is decided: from here on it goes forward only."""

    load_id: int
    tables: Mapping[str, TableChange]  #: those that change, `loads` among them

    def write(self, folder: Path) -> None:
        """Write it into the load's staging folder, whole or not at all, synced."""
        write_synced(folder / INTENT, json.dumps(asdict(self), indent=1).encode() + b"\n")

    @classmethod
    def read(cls, path: Path) -> "Intent":
        """Read one back.

        Raises:
            CannotPublish: it is no intent, or not that of the folder it lies in.
        """
        try:
            intent = msgspec.json.decode(path.read_bytes(), type=cls)
        except (msgspec.DecodeError, OSError) as error:
            raise CannotPublish(f"{path}: cannot be read: {error}") from error
        if path.parent.name != f"{intent.load_id:010d}" or not intent.tables.keys() <= TABLES.keys():
            raise CannotPublish(f"{path}: not the intent of this load")
        return intent


def inspect_staged(folder: Path, load_id: int) -> dict[str, tuple[StagedFile, ...]]:
    """The staged files of a load by table, each opened, checked and hashed; tables and paths ascending.

    Raises:
        CannotPublish: anything there that is not a Parquet file of a table, of this load, in its place and with rows.
    """
    found: dict[str, tuple[StagedFile, ...]] = {}
    for path in sorted((folder / "tables").rglob("*")):
        if path.is_symlink() or not path.is_dir():
            name = path.relative_to(folder / "tables").parts[0]
            found[name] = (*found.get(name, ()), inspect_file(folder, path, load_id))
    return found


def inspect_file(folder: Path, path: Path, load_id: int) -> StagedFile:
    """One staged file, opened, checked and hashed.

    Raises:
        CannotPublish: see `inspect_staged`.
    """
    name, *below = path.relative_to(folder / "tables").parts
    try:
        return _inspect(path, name, below, load_id)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CannotPublish(f"{path}: cannot be published: {error}") from error


def _inspect(path: Path, name: str, below: list[str], load_id: int) -> StagedFile:
    spec = TABLES.get(name)
    if spec is None:
        raise ValueError("no such table")
    if path.is_symlink() or not re.fullmatch(rf"{load_id:010d}-[0-9]{{4,9}}\.parquet", path.name):
        raise ValueError(f"not a file named {load_id:010d}-nnnn.parquet")
    partition: dict[str, str] = {}
    if spec.partition is not None:
        partition[spec.partition] = below[0].removeprefix(f"{spec.partition}=")
        date.fromisoformat(partition[spec.partition])
    if below[:-1] != [f"{column}={value}" for column, value in partition.items()]:
        raise ValueError(f"not in the right folder of {name}")
    footer = pq.read_metadata(path)
    says = {key: (footer.metadata or {}).get(f"newsbeam.{key}".encode(), b"").decode() for key in ("table", "load_id")}
    if says != {"table": name, "load_id": str(load_id)}:
        raise ValueError(f"its own metadata say {says}")
    if not footer.schema.to_arrow_schema().equals(spec.file_schema):
        raise ValueError(f"its columns are not those of {name}")
    if footer.num_rows == 0:
        raise ValueError("no rows")
    return StagedFile(
        path="/".join(below), rows=footer.num_rows, bytes=path.stat().st_size, sha256=sha256(path), partition=partition
    )
