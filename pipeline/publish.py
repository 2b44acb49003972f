"""Publishing a load: all of its files in all of its tables, or nothing, whenever the power goes.

What is staged is synced, then the intent: every file with its hash. From there a load only goes forward, by steps that
may each be done again: files are renamed into place, each table's log gets one entry, synced, then the log of `loads`,
last. A row is visible when its table's log says so, and the load's row in `loads` names the tables' versions that
belong together. `recover` finishes what a run that died had decided; what it had not decided, its plan stages again.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pipeline import deltalog
from pipeline.commit import commit_change, removals
from pipeline.durable import make_folder, sha256, sync_file, sync_folder, sync_folders
from pipeline.intent import INTENT, CannotPublish, Intent, StagedFile, TableChange, inspect_file, inspect_staged
from pipeline.output import Output
from pipeline.quarantine import account_for
from schemas.tables import TABLES, to_table, write_parquet

_LOADS: Final = "loads"
#: In staging/: a purge that is decided.
PURGE: Final = "purge.json"


class Step(StrEnum):
    """Points that a publish passes, in this order. A process may die at any of them, and between them."""

    BEGUN = "begun"
    STAGED_SYNCED = "staged-synced"
    INTENT_WRITTEN = "intent-written"
    FILE_PLACED = "file-placed"  #: after each file
    FILES_SYNCED = "files-synced"
    TABLE_COMMITTED = "table-committed"  #: after each table but loads
    LOGS_SYNCED = "logs-synced"
    LOADS_COMMITTED = "loads-committed"
    LOADS_SYNCED = "loads-synced"
    LOGS_SHORTENED = "logs-shortened"
    STATE_UPDATED = "state-updated"
    INTENT_REMOVED = "intent-removed"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A load ready to be published: `folder/tables/<table>/[date=YYYY-MM-DD/]<load, 10 digits>-<nnnn>.parquet`."""

    load_id: int
    folder: Path  #: `output.staging_of(load_id)`
    removed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: by table, files that leave it in this load
    moved: bool = False  #: what is staged is the rows of what is removed, in other files; then also of `loads`
    fresh: frozenset[str] = frozenset()  #: of what is staged beside what moved, files of new rows: `<table>/<path>`
    deleting: bool = False  #: not all rows of what is removed are staged again: they are gone
    changing: bool = False  #: what moved is not as it was: columns of it are others


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What a start found to put right."""

    rolled_forward: tuple[int, ...]  #: loads that were decided and are now published
    quarantined: tuple[str, ...]  #: files nothing accounts for, as they are called in quarantine/
    missing: tuple[str, ...]  #: files that a table's log names and that are gone, below the output folder
    purged: bool = False  #: a purge was finished


def _pass(step: Step) -> None:
    """Do nothing at a step."""


def next_load_id(output: Output) -> int:
    """The number of the load to plan next: one more than the last published, whatever was begun and given up."""
    if pending := _intents(output):
        raise CannotPublish(f"{pending[0]}: a load is half published; recover first")
    return output.last_load() + 1


def discard_staging(output: Output, load_id: int) -> None:
    """Remove what a load had staged, so that its plan can stage it again; nothing if there is nothing.

    Raises:
        CannotPublish: the load is decided: it has an intent.
    """
    folder = output.staging_of(load_id)
    if (folder / INTENT).exists():
        raise CannotPublish(f"{folder}: a load is half published; recover first")
    if folder.exists():
        shutil.rmtree(folder)
        sync_folder(output.staging)


def publish(
    output: Output,
    staged: Staged,
    loads_row: Mapping[str, Any],
    *,
    update_state: Callable[[int], None],
    at: Callable[[Step], None] = _pass,
) -> None:
    """Publish a load; when it returns, a power cut no longer matters.

    Args:
        output: the folder, held by this process.
        staged: the load; greater than every one published.
        loads_row: its row of `loads`, without `tables`, which is filled in here.
        update_state: moves on what is kept outside the tables; called once the load is on the disk, again after a kill,
            so twice must be once.
        at: called at each step.

    Raises:
        CannotPublish: what is staged is not right; nothing is visible, and the staging folder is as it was.
        OSError: the disk is full or fails. If the intent was written, `recover` goes on from there; else nothing is
            visible.
    """
    at(Step.BEGUN)
    intent = _decide(output, staged, loads_row)
    at(Step.STAGED_SYNCED)
    intent.write(staged.folder)
    at(Step.INTENT_WRITTEN)
    _go_forward(output, intent, update_state=update_state, at=at)


def recover(output: Output, *, update_state: Callable[[int], None], at: Callable[[Step], None] = _pass) -> Recovered:
    """Put right what a run that died left; at every start, before anything is planned.

    Killed itself, it is simply done again. A load with an intent is finished; without one its staging is left for its
    plan, unless it was published. Then a purge that was begun is finished. Drafts of the log are removed. A Parquet
    file in a table that its log does not know is moved to quarantine/; none is ever deleted.

    Raises:
        CannotPublish: an intent cannot be carried out: a file of it is missing or is not what it was. Nothing is
            guessed; the message names the file.
    """
    finished = []
    for path in _intents(output):
        intent = Intent.read(path)
        _check_files(output, intent)
        for name, change in intent.tables.items():
            deltalog.mend(output.table_folder(name), change.version)
        _go_forward(output, intent, update_state=update_state, at=at)
        finished.append(intent.load_id)
    last = output.last_load()
    for folder in sorted(output.staging.iterdir()):
        if folder.name.isdecimal() and int(folder.name) <= last:
            shutil.rmtree(folder)
    purged = _finish_purge(output, update_state)
    quarantined, missing = [], []
    for name in TABLES:
        strangers, gone = account_for(output, name)
        quarantined += strangers
        missing += gone
    return Recovered(
        rolled_forward=tuple(finished), quarantined=tuple(quarantined), missing=tuple(missing), purged=purged
    )


def _finish_purge(output: Output, update_state: Callable[[int], None]) -> bool:
    """Whether there was a purge to finish."""
    if not (output.staging / PURGE).exists():
        return False
    from pipeline.purge import finish_purge  # which publishes, too

    finish_purge(output, update_state=update_state)
    return True


def _intents(output: Output) -> list[Path]:
    return sorted(output.staging.glob(f"*/{INTENT}"))


def _decide(output: Output, staged: Staged, loads_row: Mapping[str, Any]) -> Intent:
    """The intent of a load; its files, the one of `loads` among them, are checked and on the disk."""
    load_id, folder = staged.load_id, output.staging_of(staged.load_id)
    if staged.folder.absolute() != folder:
        raise CannotPublish(f"{staged.folder}: not the staging folder of load {load_id}")
    if load_id < next_load_id(output):
        raise CannotPublish(f"load {load_id}: load {output.last_load()} is already published")
    own = folder / "tables" / _LOADS / f"{load_id:010d}-0000.parquet"
    own.unlink(missing_ok=True)  # of a publish that died before its intent
    files = {
        name: tuple(replace(file, moved=staged.moved and f"{name}/{file.path}" not in staged.fresh) for file in found)
        for name, found in inspect_staged(folder, load_id).items()
    }
    if _LOADS in files and not staged.moved:
        raise CannotPublish(f"{folder}: the row of loads is not staged but given")
    own.parent.mkdir(parents=True, exist_ok=True)
    versions = {name: output.delta(name).version() for name in TABLES}
    changes = {
        name: TableChange(
            version=versions[name] + 1,
            files=files.get(name, ()),
            removed=staged.removed.get(name, ()),
            deleting=staged.deleting,
            changing=staged.changing,
        )
        for name in TABLES
        if name in files or staged.removed.get(name)
    }
    none = TableChange(version=0, files=())
    after = [
        {
            "name": name,
            "version": changes[name].version if name in changes else version,
            "rows": sum(file.rows for file in changes.get(name, none).files if not file.moved),
            "files": len(changes.get(name, none).files),
        }
        for name, version in versions.items()
        if name != _LOADS
    ]
    row = to_table(_LOADS, [{**loads_row, "load_id": load_id, "tables": after}])
    write_parquet(row, own, load_id=load_id, program_version=loads_row["code_version"])
    changes[_LOADS] = TableChange(
        version=versions[_LOADS] + 1,
        files=(inspect_file(folder, own, load_id), *files.get(_LOADS, ())),
        removed=staged.removed.get(_LOADS, ()),
    )
    intent = Intent(load_id=load_id, tables=changes)
    for name, file in _files(intent):
        if (output.table_folder(name) / file.path).exists():
            raise CannotPublish(f"{output.table_folder(name) / file.path}: is already there; recover first")
    for name, change in changes.items():
        removals(output, name, change)
    for path in (folder / "tables").rglob("*.parquet"):
        sync_file(path)
    sync_folders([*(path for path in folder.rglob("*") if path.is_dir()), folder, output.staging])
    return intent


def _go_forward(
    output: Output, intent: Intent, *, update_state: Callable[[int], None], at: Callable[[Step], None]
) -> None:
    """Carry out an intent, from wherever it was left."""
    folder = output.staging_of(intent.load_id)
    touched = set()
    for name, file in _files(intent):
        source, target = folder / "tables" / name / file.path, output.table_folder(name) / file.path
        if source.exists():
            make_folder(target.parent)
            source.replace(target)
        touched |= {target.parent, output.table_folder(name)}
        at(Step.FILE_PLACED)
    sync_folders(touched)
    at(Step.FILES_SYNCED)

    others = [name for name in intent.tables if name != _LOADS]
    for name in others:
        commit_change(output, name, intent)
        at(Step.TABLE_COMMITTED)
    for name in others:
        deltalog.sync_commit(output.table_folder(name), intent.tables[name].version)
    at(Step.LOGS_SYNCED)
    commit_change(output, _LOADS, intent)
    at(Step.LOADS_COMMITTED)
    deltalog.sync_commit(output.table_folder(_LOADS), intent.tables[_LOADS].version)
    at(Step.LOADS_SYNCED)
    for name in intent.tables:
        if deltalog.keep_short(output.delta(name), output.table_folder(name), now=time.time()):
            output.reopen(name)
    at(Step.LOGS_SHORTENED)

    update_state(intent.load_id)
    at(Step.STATE_UPDATED)
    (folder / INTENT).unlink()
    sync_folder(folder)
    at(Step.INTENT_REMOVED)
    shutil.rmtree(folder)
    at(Step.DONE)


def _check_files(output: Output, intent: Intent) -> None:
    """Raise CannotPublish unless each file of an intent is in its place or still staged, and is what it was."""
    for name, file in _files(intent):
        staged = output.staging_of(intent.load_id) / "tables" / name / file.path
        path = staged if staged.exists() else output.table_folder(name) / file.path
        if not path.exists():
            raise CannotPublish(f"{path}: missing; load {intent.load_id} cannot be finished without it")
        if path.stat().st_size != file.bytes or sha256(path) != file.sha256:
            raise CannotPublish(f"{path}: not what was staged for load {intent.load_id}; it cannot be finished with it")


def _files(intent: Intent) -> Iterator[tuple[str, StagedFile]]:
    for name, change in intent.tables.items():
        for file in change.files:
            yield name, file
