"""Rebuilding `state/` from the tables: the index of what is stored, and what is known of feeds.

Both are caches. Whoever opens them notices when they are lost, damaged, behind or of another folder, and fills them
again; here the same is done on purpose. The new index is built beside the old one and takes its place whole.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.durable import sync_file, sync_folder
from pipeline.feedhistory import asked_rows
from pipeline.feedstate import FeedStates, StatesDamagedError
from pipeline.output import Output
from pipeline.wording import counted
from transforms.index import Index, IndexDamagedError
from transforms.index_file import closed_note, put_in_place, was_changed
from transforms.snapshot import Snapshot

INDEX: Final = "index.sqlite"
_FRESH: Final = "index.new.sqlite"
#: What lies beside an SQLite file, and its note.
_BESIDE: Final = ("", "-wal", "-shm", "-journal")


def _nothing(_part: str) -> None:
    """Do nothing at a step."""


@dataclass(slots=True, kw_only=True)
class ReindexReport:
    """What was rebuilt, or would be."""

    out: Path
    load_id: int = 0  #: the last load published
    was: str = ""  #: how the index was found
    feeds_were: str = ""  #: how the states of feeds were found
    sizes: dict[str, int] = field(default_factory=dict)  #: of the index
    bytes: int = 0
    feeds: int = 0
    seconds: float = 0.0
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "out": str(self.out),
            "load": self.load_id,
            "index": {"was": self.was, **self.sizes, "bytes": self.bytes},
            "feeds": {"were": self.feeds_were, "known": self.feeds},
            "seconds": round(self.seconds, 3),
            "dry_run": self.dry_run,
        }

    def lines(self) -> list[str]:
        """For people."""
        if self.dry_run:
            return [
                f"Would rebuild the index from load 1 to {self.load_id}; it is {self.was}.",
                f"Would rebuild the states of feeds from requests/; they are {self.feeds_were}.",
            ]
        held = ", ".join(f"{count:,} {name}" for name, count in self.sizes.items())
        return [
            f"Rebuilt the index up to load {self.load_id}: {held} ({self.bytes / 1e6:,.1f} MB); it was {self.was}.",
            f"Rebuilt the states of {counted(self.feeds, 'feed')}; they were {self.feeds_were}.",
            f"Took {self.seconds:,.1f} s.",
        ]


def reindex(output: Output, *, at: Callable[[str], None] = _nothing) -> ReindexReport:
    """Rebuild the index and the states of feeds from the tables.

    Killed at any moment, the old index is there, or the new one, or none, which the next command notices. What is known
    of feeds and stands in no table (entries seen, pages to be tried again, robots.txt) stays where its file is sound.
    Memory is bounded, whatever the tables hold; the disk needs room for a second index.

    Args:
        output: the folder, held by this process, recovered.
        at: called when the new index is `built`, when it is in its `place`, and when feeds are `fed`.

    Raises:
        OSError, sqlite3.OperationalError: the disk is full or fails; the old index is there.
    """
    began = time.monotonic()
    report = survey_reindex(output.path)
    report.dry_run = False
    path, fresh = output.state / INDEX, output.state / _FRESH
    _remove(fresh)
    with closing(Index.open(fresh, readonly=False)) as index:
        index.catch_up(output.path)
        report.load_id, report.sizes = index.generation, index.sizes()
    sync_file(fresh)
    at("built")
    put_in_place(fresh, path)
    sync_folder(output.state)
    report.bytes = path.stat().st_size
    at("place")
    with FeedStates.open(output.state) as states:
        states.rebuild(asked_rows(Snapshot.open_or_empty(output.path)))
        report.feeds = len(states.states())
    at("fed")
    report.seconds = time.monotonic() - began
    return report


def survey_reindex(out: Path) -> ReindexReport:
    """How the index and the states of feeds are found, the index as readers see it. Takes no lock, writes nothing."""
    snapshot = Snapshot.open_or_empty(out)
    return ReindexReport(
        out=out,
        load_id=snapshot.load_id,
        was=_index_is(out / "state" / INDEX, snapshot),
        feeds_were=_feeds_are(out / "state"),
        dry_run=True,
    )


def _index_is(path: Path, snapshot: Snapshot) -> str:
    if not path.exists():
        return "absent"
    if fault := was_changed(path):
        return f"damaged ({fault})"
    try:
        with Index.open(path, readonly=True) as index:
            at, own = index.generation, index.is_of(snapshot.archive_id)
    except (IndexDamagedError, sqlite3.DatabaseError) as error:
        return f"damaged ({str(error).removeprefix(f'{path}: ')})"
    if not own:
        return "of another folder"
    return f"at load {at}"


def _feeds_are(state: Path) -> str:
    try:
        with FeedStates.open(state, readonly=True) as states:
            return "new" if states.is_new else f"at round {states.round}"
    except StatesDamagedError as error:
        return "absent" if str(error).endswith(": absent") else "damaged"


def _remove(path: Path) -> None:
    """Remove what a rebuild that was killed left."""
    for end in _BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)
    closed_note(path).unlink(missing_ok=True)
