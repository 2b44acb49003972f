"""What a load does to one table, as an entry of its log."""

import json
import time
from pathlib import Path

import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from pipeline import deltalog
from pipeline.intent import CannotPublish, Intent, TableChange
from pipeline.output import Output
from schemas.tables import TABLES
from transforms.snapshot import APPLICATION


def commit_change(output: Output, name: str, intent: Intent) -> None:
    """Write the log entry of one table, unless it is there. Not synced.

    Raises:
        CannotPublish: the log is not where the load found it, or the disk is full or fails; what is there is whole.
    """
    table, change = output.delta(name), intent.tables[name]
    if (table.transaction_version(APPLICATION) or 0) >= intent.load_id:
        return
    if table.version() != change.version - 1:
        raise CannotPublish(
            f"{output.table_folder(name)}: at version {table.version()}, "
            f"but load {intent.load_id} was to make version {change.version}"
        )
    try:
        deltalog.commit(
            table,
            TABLES[name],
            [*_additions(output, name, intent), *removals(output, name, change)],
            load_id=intent.load_id,
        )
    except (DeltaError, OSError) as error:
        raise CannotPublish(
            f"{output.table_folder(name)}: load {intent.load_id} cannot be committed: {deltalog.one_line(error)}; "
            "once that is mended, the next run finishes it"
        ) from error


def _additions(output: Output, name: str, intent: Intent) -> list[AddAction]:
    additions, change = [], intent.tables[name]
    for file in change.files:
        path = output.table_folder(name) / file.path
        first, last = _loads_of(path)
        stats = {
            "numRecords": file.rows,
            "minValues": {"load_id": first},
            "maxValues": {"load_id": last},
            "nullCount": {"load_id": 0},
        }
        additions.append(
            AddAction(
                path=file.path,
                size=file.bytes,
                partition_values=dict(file.partition),
                modification_time=path.stat().st_mtime_ns // 1_000_000,
                data_change=change.changing or not file.moved,
                stats=json.dumps(stats),
            )
        )
    return additions


def _loads_of(path: Path) -> tuple[int, int]:
    """The first and the last load whose rows a file of ours holds."""
    metadata = pq.read_metadata(path)
    leaf = next(n for n in range(metadata.num_columns) if metadata.schema.column(n).path == "load_id")
    groups = [metadata.row_group(group).column(leaf).statistics for group in range(metadata.num_row_groups)]
    return min(group.min for group in groups), max(group.max for group in groups)


def removals(output: Output, name: str, change: TableChange) -> list[RemoveAction]:
    """The files that leave a table.

    Raises:
        CannotPublish: one that the table does not hold.
    """
    if not change.removed:
        return []
    partition = TABLES[name].partition
    columns = [partition] if partition else []
    facts = ("path", "size_bytes", *(f"partition.{column}" for column in columns))
    live = {file["path"]: file for file in deltalog.live_files(output.delta(name), *facts)}
    if strangers := sorted(set(change.removed) - live.keys()):
        raise CannotPublish(f"{output.table_folder(name)}: cannot remove what it does not hold: {', '.join(strangers)}")
    return [
        RemoveAction(
            path=path,
            data_change=change.deleting or change.changing or not any(file.moved for file in change.files),
            deletion_timestamp=int(time.time() * 1_000),
            size=live[path]["size_bytes"],
            partition_values={column: str(live[path][f"partition.{column}"]) for column in columns},
        )
        for path in change.removed
    ]
