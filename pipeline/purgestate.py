"""`state/`, `staging/`, `quarantine/` and the files that left the tables, without what is purged."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import msgspec

from pipeline.deltalog import LOG
from pipeline.durable import sync_folder, sync_folders
from pipeline.feedstate import FeedStates, Wanted
from pipeline.intent import INTENT
from pipeline.output import Output
from pipeline.purgeraw import is_about
from pipeline.purgetables import Unreadable, holds
from pipeline.reindex import INDEX
from schemas.tables import TABLES
from transforms.core.purging import Purge
from transforms.core.records import Item
from transforms.index import Index
from transforms.snapshot import live_paths

_RUNS: Final = "runs"
_FEEDS: Final = "feeds.sqlite"


def purge_left_files(output: Output, purge: Purge, unreadable: list[str]) -> int:
    """Delete the files that left the tables and hold what is purged, whatever their grace; their number.

    A file that cannot be read is named in `unreadable` and stays.
    """
    gone: set[Path] = set()
    number = 0
    for name in TABLES:
        folder = output.table_folder(name)
        live = set(map(unquote, live_paths(output.delta(name))))
        for path in sorted(folder.rglob("*.parquet")):
            below = path.relative_to(folder)
            if below.parts[0] == LOG or below.as_posix() in live:
                continue
            try:
                found = holds(purge, name, path)
            except Unreadable as error:
                unreadable.append(str(error))
                continue
            if found:
                path.unlink()
                gone.add(path.parent)
                number += 1
    sync_folders(gone)
    return number


def purge_quarantine(folder: Path, purge: Purge) -> int:
    """Delete what lies in quarantine and holds what is purged, or of which nobody can say that it does not."""
    gone: set[Path] = set()
    number = 0
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        try:
            found = holds(purge, path.relative_to(folder).parts[0], path)
        except Unreadable:
            found = True
        if found:
            path.unlink()
            gone.add(path.parent)
            number += 1
    sync_folders(gone)
    return number


def purge_staging(staging: Path) -> None:
    """Remove what undecided loads had staged: their plans stage it again."""
    for folder in sorted(staging.iterdir()):
        if folder.name.isdecimal() and not (folder / INTENT).exists():
            shutil.rmtree(folder)
    sync_folder(staging)


def purge_state(output: Output, purge: Purge) -> None:
    """Empty what can be filled again, and leave no byte of it in its file.

    Runs that were killed begin anew, for what they had unpacked may hold anything; what they had published is then
    found unchanged. The index is at load 0, and whoever needs it next fills it.
    """
    state = output.state
    for path in (*state.glob("*.damaged*"), state / f"{_FEEDS}-journal"):
        path.unlink(missing_ok=True)
    if (state / _RUNS).exists():
        shutil.rmtree(state / _RUNS)
    if (state / _FEEDS).exists():
        with FeedStates.open(state) as states:
            states.unwant(lambda page: _is_wanted_of(purge, page))
    with closing(Index.open(state / INDEX, readonly=False)) as index:
        index.clear()
    for path in _aside(state):
        path.unlink()
    sync_folder(state)


def _aside(state: Path) -> Iterator[Path]:
    """What opening has just found damaged."""
    yield from state.glob("*.damaged*")


def _is_wanted_of(purge: Purge, page: Wanted) -> bool:
    if purge.is_address(page.url):
        return True
    try:
        return is_about(purge, msgspec.json.decode(page.entry, type=Item))
    except msgspec.MsgspecError:
        return True  # it would not be asked for either
