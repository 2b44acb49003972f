"""Purging: an article is removed for the law, every byte of it, and nothing of it is taken in again.

    note -> load -> files that left -> quarantine -> raw -> staging -> state -> note removed

The note, `staging/purge.json`, holds ids, addresses and hashes of words, and is synced before anything is removed. From
there a purge only goes forward: each step finds what is still to be done by looking, so it can be done again, and
`recover`, which every command that writes calls first, finishes a purge that was killed.

**What goes**: every version in `articles`, `copies` and `held`; its sightings, links, fingerprints and notices; the
words of refusals that quote it; the addresses of its pages in `requests`; the files of older versions of the tables
that hold it, at once, so that those versions cannot be read any more; its entries in the feed documents of `raw/`, and
its pages; what lies in quarantine or was staged; the index, which is filled again.

**What stays**: one row of `recalls` for each article, of the kind `purge`: its id, which is a hash, and when. Nothing
lifts it: whatever delivers the article again is rejected (`purged`) without a word of it. `loads` counts what it
counted. Where a purged article had been killed, the copies that the kill had taken out get a row of their own, or they
would be shown again. Counts of what was delivered, the names of files that were read, and refusals without their words
tell that something was there.

**What it cannot do**: files that were read lie where they lay; a copy with another id that comes later is another
article, and a refusal that names none may quote it, for nothing is kept to know its words by; what a feed goes on
offering is received again before it is refused, and lies in `raw/` until it expires or the purge is done again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import unquote

import msgspec
import pyarrow.parquet as pq

from pipeline.account import columns_of
from pipeline.durable import sync_folder, write_synced
from pipeline.output import Output, OutputError
from pipeline.publish import PURGE, Staged, Step, discard_staging, next_load_id, publish
from pipeline.purge_report import PurgeReport
from pipeline.purgefind import Target
from pipeline.purgeraw import purge_raw
from pipeline.purgestate import purge_left_files, purge_quarantine, purge_staging, purge_state
from pipeline.purgetables import Unreadable, holds, write_without
from pipeline.raw import Round
from pipeline.runs import release
from schemas.tables import TABLES, to_table, write_parquet
from transforms.core.purging import Purge
from transforms.snapshot import live_paths, table_files

_WORK: Final = "purge"
_ORIGIN: Final = "newsbeam purge"


class PurgeStep(StrEnum):
    """Points that a purge passes, in this order, besides the steps of the load it publishes."""

    NOTED = "noted"
    ROWS_REMOVED = "rows-removed"
    FILES_DELETED = "files-deleted"
    QUARANTINE_SEARCHED = "quarantine-searched"
    RAW_CLEANED = "raw-cleaned"
    STATE_CLEANED = "state-cleaned"
    DONE = "done"


class CannotPurge(OutputError):
    """A purge cannot begin: why, and what to do first. Nothing was touched."""

    exit_code: ClassVar[int] = 1


At = Callable[[Step | PurgeStep], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """A purge that is decided."""

    purge: Purge
    kills: tuple[str, ...]
    now: datetime


def _nothing(step: Step | PurgeStep) -> None:
    """Do nothing at a step."""


def purge(
    output: Output, target: Target, *, now: datetime, update_state: Callable[[int], None], at: At = _nothing
) -> PurgeReport:
    """Remove what was found, for good.

    Killed at any moment after the note is written, `recover` finishes it. Done twice, the second time removes what
    came since the first. The index is empty afterwards; `Index.catch_up` fills it.

    Args:
        output: the folder, held by this process, recovered.
        target: what to remove.
        now: the clock.
        update_state: see `publish`.
        at: called at each step, and at each step of the load.

    Raises:
        CannotPurge: a round of retrieving is not published; nothing was touched.
        CannotPublish, OSError: the disk is full or fails; the next command goes on.
    """
    if left := Round.unpublished(output.raw):
        numbers = ", ".join(str(round_.number) for round_ in left)
        raise CannotPurge(f"{output.path}: what was retrieved in round {numbers} is not published; run newsbeam poll")
    note = _Note(purge=target.purge, kills=target.kills, now=now)
    write_synced(output.staging / PURGE, msgspec.json.encode(note, order="deterministic"))
    at(PurgeStep.NOTED)
    report = PurgeReport(out=output.path, doomed=target.doomed)
    _go_forward(output, note, report, update_state=update_state, at=at)
    return report


def finish_purge(output: Output, *, update_state: Callable[[int], None], at: At = _nothing) -> None:
    """Finish a purge that was killed. Called by `recover`, where there is one."""
    note = msgspec.json.decode((output.staging / PURGE).read_bytes(), type=_Note)
    _go_forward(output, note, PurgeReport(out=output.path), update_state=update_state, at=at)


def survey_purge(out: Path, target: Target) -> PurgeReport:
    """What a purge would remove. Takes no lock, writes nothing."""
    return PurgeReport(out=out, doomed=target.doomed, dry_run=True)


def _go_forward(
    output: Output, note: _Note, report: PurgeReport, *, update_state: Callable[[int], None], at: At
) -> None:
    _remove_rows(output, note, report, update_state, at)
    at(PurgeStep.ROWS_REMOVED)
    report.files += purge_left_files(output, note.purge, report.unreadable)
    at(PurgeStep.FILES_DELETED)
    report.files += purge_quarantine(output.quarantine, note.purge)
    at(PurgeStep.QUARANTINE_SEARCHED)
    counts = purge_raw(output.raw, note.purge, output.staging / _WORK)
    report.cut, report.emptied_answers = counts.cut, counts.emptied
    at(PurgeStep.RAW_CLEANED)
    purge_staging(output.staging)
    purge_state(output, note.purge)
    at(PurgeStep.STATE_CLEANED)
    (output.staging / PURGE).unlink()
    sync_folder(output.staging)
    at(PurgeStep.DONE)


def _remove_rows(output: Output, note: _Note, report: PurgeReport, update_state: Callable[[int], None], at: At) -> None:
    """Publish a load that takes the rows out of the tables; nothing if they are out."""
    affected = _affected(output, note.purge, report)
    rows = _rows_to_add(output, note)
    if not affected and not rows:
        return
    load_id = next_load_id(output)
    release(output.state, load_id)
    discard_staging(output, load_id)
    began, clock = datetime.now(UTC), time.monotonic()
    staged = output.staging_of(load_id) / "tables"
    staged.mkdir(parents=True)
    removed: dict[str, tuple[str, ...]] = {}
    for number, (name, path) in enumerate(affected, 1):
        below = Path(unquote(path)).parent
        target = staged / name / below / f"{load_id:010d}-{number:04d}.parquet"
        source = output.table_folder(name) / unquote(path)
        gone, emptied = write_without(
            note.purge, name, source, target, load_id=load_id, program_version=version("newsbeam")
        )
        removed[name] = (*removed.get(name, ()), path)
        for counts, count in ((report.removed, gone), (report.emptied, emptied)):
            if count:
                counts[name] = counts.get(name, 0) + count
    fresh = f"{load_id:010d}-{len(affected) + 1:04d}.parquet"
    if rows:
        (staged / "recalls").mkdir(exist_ok=True)
        table = to_table("recalls", [{**row, "load_id": load_id} for row in rows])
        write_parquet(table, staged / "recalls" / fresh, load_id=load_id, program_version=version("newsbeam"))
    load = Staged(
        load_id=load_id,
        folder=output.staging_of(load_id),
        removed=removed,
        moved=True,
        fresh=frozenset({f"recalls/{fresh}"}),
        deleting=True,
    )
    publish(output, load, _loads_row(note, began, time.monotonic() - clock), update_state=update_state, at=at)
    report.load_id = load_id


def _affected(output: Output, purge: Purge, report: PurgeReport) -> list[tuple[str, str]]:
    """The files of the tables that hold what is purged, as their logs call them."""
    affected = []
    for name in TABLES:
        folder = output.table_folder(name)
        for path in live_paths(output.delta(name)):
            try:
                if holds(purge, name, folder / unquote(path)):
                    affected.append((name, path))
            except Unreadable as error:
                report.unreadable.append(str(error))
    return affected


def _rows_to_add(output: Output, note: _Note) -> list[dict[str, Any]]:
    """Rows of `recalls` that are not there yet: that each article was purged, and kills that would be lost."""
    known = set()
    for file in table_files(output.table_folder("recalls"), output.delta("recalls")):
        known |= set(pq.read_table(file.path, columns=["notice_id"])["notice_id"].to_pylist())
    wanted = [*(("purge", each) for each in sorted(note.purge.article_ids)), *(("kill", each) for each in note.kills)]
    return [
        row for kind, article_id in wanted if (row := _notice(kind, article_id, note.now))["notice_id"] not in known
    ]


def _notice(kind: str, article_id: str, now: datetime) -> dict[str, Any]:
    name = blake2b("\x1f".join(("purge-1", kind, article_id)).encode(), digest_size=16).hexdigest()
    return {
        "notice_id": name,
        "article_id": article_id,
        "provider": "",
        "item_id": "",
        "kind": kind,
        "source_version": None,
        "notice": "",
        "at": None,
        "seen_at": now,
        "origin": _ORIGIN,
        "source": "",
        "raw_address": "",
    }


def _loads_row(note: _Note, began: datetime, wall_s: float) -> dict[str, Any]:
    return {
        **columns_of(()),
        "started_at": began,
        "finished_at": datetime.now(UTC),
        "command": _ORIGIN,
        "now": note.now,
        "containers": 0,
        "code_version": version("newsbeam"),
        "taxonomy_version": "",
        "index_generation": 0,
        "timings": [{"stage": "purge", "wall_s": wall_s, "cpu_s": 0.0}],
    }
