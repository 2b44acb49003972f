"""What lies in a table's folder and what its log knows, compared: nothing unknown stays, nothing is deleted."""

from pathlib import Path

from pipeline import deltalog
from pipeline.durable import make_folder, sync_folders
from pipeline.output import Output


def account_for(output: Output, name: str) -> tuple[list[str], list[str]]:
    """Set right the folder of a table that no intent is about.

    Parquet files that the log does not know are moved to quarantine/, under the table's name; drafts of a killed
    commit, checkpoint or compaction are removed. A file that has left the table and that a reader of an older version
    may still want is known.

    Returns:
        The quarantined files, below quarantine/; and those that the log knows and that are gone, below the output
        folder.
    """
    folder = output.table_folder(name)
    live, left = deltalog.known_files(output.delta(name), folder)
    quarantined, present = [], set()
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if deltalog.is_draft(path):
            path.unlink()
        elif below.parts[0] == deltalog.LOG or path.suffix != ".parquet" or not path.is_file():
            continue
        elif below.as_posix() in live:
            present.add(below.as_posix())
        elif below.as_posix() not in left:
            quarantined.append(_set_aside(output, path, Path(name) / below))
    return quarantined, [f"{name}/{path}" for path in sorted(live - present)]


def _set_aside(output: Output, path: Path, below: Path) -> str:
    """Move a file into quarantine/ under a name that is free; that name."""
    target = output.quarantine / below
    while target.exists():
        target = target.with_name(target.name + "+")
    make_folder(target.parent)
    path.replace(target)
    sync_folders([target.parent, path.parent])
    return target.relative_to(output.quarantine).as_posix()
