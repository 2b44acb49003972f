"""A batch, decided: all that its result depends on, written down before it runs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from pipeline.batches import Batch
from pipeline.options import ReadOptions
from transforms.core.pieces import Piece
from transforms.core.polling import Request
from transforms.core.records import Rejected
from transforms.worker import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one batch reads, and as of when. The same plan gives the same rows, whoever runs it and however often."""

    load_id: int
    now: datetime  #: the clock of the batch
    command: str
    out: str  #: the output folder
    settings: Settings
    workers: int
    program_version: str
    taxonomy_version: str
    index_generation: int
    pieces: tuple[Piece, ...]
    unread: tuple[Rejected, ...]  #: what could not even be opened
    containers: int  #: files begun in this batch
    done: tuple[int, ...]  #: names of its inputs in the run's journal
    size: int = 0  #: bytes that it reads of its files
    requests: tuple[Request, ...] = ()  #: that were made for it, to be recorded
    joins: bool = False  #: what is stored is read as collections and joined with the batch, and the index is not asked
    fills: int | None = None  #: what this load and those before it stored stays as it is, unless richer evidence comes
    purged: tuple[str, ...] = ()  #: articles of which nothing is taken in

    @property
    def folder(self) -> Path:
        """Where everything of the batch lies until it is published."""
        return Path(self.out, "staging", f"{self.load_id:010d}")

    @property
    def drafts(self) -> str:
        """Where readers put drafts."""
        return str(self.folder / "drafts")

    @property
    def staged(self) -> str:
        """Where Parquet is staged."""
        return str(self.folder / "tables")

    @property
    def tally(self) -> str:
        """Where the counts are written."""
        return str(self.folder / "tally.json")

    @property
    def index(self) -> str:
        """The index that finds what is stored."""
        return str(Path(self.out, "state", "index.sqlite"))

    @property
    def profiles(self) -> str:
        """The file of what is known of hosts, as of `index_generation`."""
        return str(self.folder / "profiles")


def settings_of(options: ReadOptions) -> Settings:
    """What readers are started with."""
    return Settings(
        limits=options.limits,
        taxonomy=str(options.topics.absolute()) if options.topics else "",
        gazetteer=str(options.gazetteer.absolute()) if options.gazetteer else "",
    )


def plan_batch(
    batch: Batch,
    options: ReadOptions,
    *,
    out: Path,
    load_id: int,
    now: datetime,
    taxonomy_version: str,
    requests: tuple[Request, ...] = (),
    fills: int | None = None,
    purged: Collection[str] = (),
) -> Plan:
    """The plan of a batch that is to be the load `load_id` of the output folder `out`, an absolute path."""
    return Plan(
        load_id=load_id,
        now=now,
        command=options.command,
        out=str(out),
        settings=settings_of(options),
        workers=options.workers,
        program_version=version("newsbeam"),
        taxonomy_version=taxonomy_version,
        index_generation=load_id - 1,
        pieces=tuple(batch.pieces),
        unread=tuple(batch.unread),
        containers=batch.containers,
        done=tuple(batch.done),
        size=batch.size,
        requests=requests,
        fills=fills,
        purged=tuple(sorted(purged)),
    )


def encode_plan(plan: Plan) -> bytes:
    """The plan as JSON."""
    return msgspec.json.encode(plan)


def decode_plan(data: bytes) -> Plan:
    """Raises msgspec.ValidationError or DecodeError: not a plan of this version."""
    return msgspec.json.decode(data, type=Plan)
