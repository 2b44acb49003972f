"""The log of a Delta table on a local disk: what delta-rs does not do for us.

It syncs nothing, so after a power cut the newest entry or checkpoint may be there by name and torn inside; killed, it
leaves its drafts behind. Log entries are `<version, 20 digits>.json`, checkpoints `<version>.checkpoint.parquet`,
drafts end in `#<number>`.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Transaction
from deltalake.transaction import AddAction, RemoveAction

from pipeline.durable import sync_file, sync_folders
from schemas.tables import TableSpec
from transforms.snapshot import APPLICATION, live_paths

LOG: Final = "_delta_log"
#: Commits from one checkpoint to the next: each one since adds to what opening and committing cost.
CHECKPOINT_EVERY: Final = 20
#: What a reader may still want to open: every version that was the newest at some time in so many days.
KEEP_DAYS: Final = 7
#: For how long the log tells of a file that left the table. One that is still there afterwards is taken for a
#: stranger's. A year of polling is about 35,000 such files, with which opening a table takes 50 ms.
REMEMBER_DAYS: Final = 365

_DRAFT: Final = re.compile(r"#[0-9]{1,9}$")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]{0,9}m")
_NEWEST: Final = "_last_checkpoint"


def create(folder: Path, spec: TableSpec) -> None:
    """Make an empty table, synced; nothing if it is there. What a killed creation left of an empty one is made anew."""
    log = folder / LOG
    if log.is_dir() and not _is_entry(_entry(folder, 0)):
        shutil.rmtree(log)
    if not log.is_dir():
        DeltaTable.create(
            folder,
            spec.schema,
            partition_by=[spec.partition] if spec.partition else None,
            name=spec.name,
            description=spec.description,
            # Entries are expired here (expire_log), where none goes that a reader may want.
            configuration={
                "delta.enableExpiredLogCleanup": "false",
                "delta.deletedFileRetentionDuration": f"interval {REMEMBER_DAYS} days",
            },
        )
    sync_commit(folder, 0)


def commit(table: DeltaTable, spec: TableSpec, actions: list[AddAction | RemoveAction], *, load_id: int) -> None:
    """Commit the files of a load and its number. Not synced, and not refused a second time: ask the log first."""
    table.create_write_transaction(
        actions,
        "append",
        pa.schema(spec.schema),
        [spec.partition] if spec.partition else None,
        commit_properties=CommitProperties(
            app_transactions=[Transaction(APPLICATION, load_id)], custom_metadata={"load_id": str(load_id)}
        ),
        post_commithook_properties=PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False),
    )
    table.update_incremental()


def sync_commit(folder: Path, version: int) -> None:
    """Flush a log entry and the names that lead to it."""
    sync_file(_entry(folder, version))
    sync_folders([folder / LOG, folder])


def mend(folder: Path, version: int) -> None:
    """After a death: drop of `version`, the one being written, what may be torn, so that it can be written again.

    That is its entry, if it is torn, which the intent repeats; and its checkpoint, which repeats entries that are still
    there. A torn entry of another version is not ours to mend: it was synced before anything was built on it.
    """
    entry, newest = _entry(folder, version), folder / LOG / _NEWEST
    if entry.exists() and not _is_entry(entry):
        entry.unlink()
    _checkpoint(folder, version).unlink(missing_ok=True)
    if newest.exists() and not _leads_to_a_checkpoint(newest):
        newest.unlink()


def is_draft(path: Path) -> bool:
    """Whether a file is what a killed commit, checkpoint or compaction did not finish."""
    return _DRAFT.search(path.name) is not None


def keep_short(table: DeltaTable, folder: Path, *, now: float) -> bool:
    """Every so many commits: a checkpoint, and the entries go that nobody may want any more.

    The entries are synced before the checkpoint that repeats them, and go only long after it was. Killed in between,
    `mend` removes it and it is made again.

    Args:
        table: at its newest version.
        folder: of the table.
        now: seconds since 1970, as in the times of files.

    Returns:
        Whether that was due; then opening the table anew makes it cheaper to use.
    """
    version = table.version()
    if version == 0 or version % CHECKPOINT_EVERY:
        return False
    table.create_checkpoint()
    sync_file(_checkpoint(folder, version))
    sync_file(folder / LOG / _NEWEST)
    sync_folders([folder / LOG])
    expire_log(folder, before=now - KEEP_DAYS * 86_400)
    return True


def expire_log(folder: Path, *, before: float) -> None:
    """Remove the entries and checkpoints that only versions need which were followed by another before that time.

    That is all below the newest checkpoint whose version was. So every version that was the newest at that time
    or later can still be opened.
    """
    versions = sorted(int(path.name[:20]) for path in (folder / LOG).glob("*.checkpoint.parquet"))
    for version in reversed(versions):
        follower = _entry(folder, version + 1)
        if follower.exists() and follower.stat().st_mtime < before:
            break
    else:
        return
    for path in (folder / LOG).iterdir():
        if path.name[:20].isdecimal() and int(path.name[:20]) < version:
            path.unlink()


def live_files(table: DeltaTable, *columns: str) -> list[dict[str, Any]]:
    """Of each file of the table these facts, such as `path`, `size_bytes` and `partition.date`.

    Its statistics, about a hundred columns, are not made Python objects of: that took tens of MB after a year.

    Raises:
        KeyError: the log knows no such fact.
    """
    rows: list[dict[str, Any]] = pa.table(table.get_add_actions(flatten=True)).select(list(columns)).to_pylist()
    return rows


def known_files(table: DeltaTable, folder: Path) -> tuple[set[str], set[str]]:
    """Paths below the table, open at its newest version: of the files in it, and of those that left it."""
    live = set(map(unquote, live_paths(table)))
    return live, files_that_left(folder, table.version()).keys() - live


def files_that_left(folder: Path, version: int) -> dict[str, int]:
    """Paths of the files that left a table up to its newest version, and when: milliseconds since 1970.

    Read from the log itself: delta-rs tells only of those whose time is past by the clock of now.
    """
    base = max((int(path.name[:20]) for path in (folder / LOG).glob("*.checkpoint.parquet")), default=-1)
    left: dict[str, int] = {}
    if base >= 0:
        columns = pq.read_table(_checkpoint(folder, base), columns=["remove"])["remove"].combine_chunks()
        for row in columns.drop_null().to_pylist():
            left[unquote(row["path"])] = row["deletionTimestamp"] or 0
    for number in range(base + 1, version + 1):
        for line in _entry(folder, number).read_bytes().splitlines():
            action = json.loads(line)
            if "remove" in action:
                left[unquote(action["remove"]["path"])] = action["remove"].get("deletionTimestamp") or 0
            elif "add" in action:
                left.pop(unquote(action["add"]["path"]), None)
    return left


def one_line(error: Exception) -> str:
    """What an error of delta-rs says, for a person: without colours, on one line, not endless."""
    return " ".join(_COLOUR.sub("", str(error)).split())[:200]


def _entry(folder: Path, version: int) -> Path:
    return folder / LOG / f"{version:020d}.json"


def _checkpoint(folder: Path, version: int) -> Path:
    return folder / LOG / f"{version:020d}.checkpoint.parquet"


def _is_entry(path: Path) -> bool:
    """Whether a log entry is there and whole: lines of JSON objects, at least one."""
    try:
        lines = path.read_bytes().splitlines()
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except (FileNotFoundError, ValueError):
        return False


def _leads_to_a_checkpoint(newest: Path) -> bool:
    """Whether the hint at the newest checkpoint is whole, and that checkpoint there."""
    try:
        return _checkpoint(newest.parent.parent, json.loads(newest.read_bytes())["version"]).exists()
    except (ValueError, TypeError, KeyError):
        return False
