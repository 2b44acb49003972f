"""A run remembers what it has done, so that one that was killed goes on where it was.

A run is a command on an output folder. It keeps, under `state/runs/`, the plan of the batch in hand and a journal of
the inputs whose batches are published. The journal moves on with the publish that it tells of, never before; ending
removes all.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from pipeline.durable import make_folder, sync_folder, write_synced
from pipeline.plan import Plan, decode_plan, encode_plan
from transforms.core.pieces import Piece
from transforms.core.records import Rejected

_PLAN = "plan.json"
_DONE = "done"
_WIDTH = 8  #: bytes of a journal entry


class Run:
    """One command's progress on one output folder. Only its folder's holder may use it."""

    def __init__(self, state: Path, key: str, *, resumable: bool = True) -> None:
        """Not resumable: its inputs cannot be read again, so what an earlier one noted means nothing."""
        self._folder = state / "runs" / key
        if not resumable and self._folder.exists():
            shutil.rmtree(self._folder)
        self.resumed = self._folder.exists()
        make_folder(self._folder)
        self.done = set(_entries(self._folder / _DONE))

    @property
    def folder(self) -> Path:
        """Where it keeps what it needs to go on; gone when it has ended."""
        return self._folder

    @property
    def spool(self) -> Path:
        """Where inputs that can be read only once, or only from the start, are kept while they are read."""
        return self._folder / "spool"

    def pending(self, load_id: int) -> Plan | None:
        """The plan of the batch that was in hand when the run died, as the load to come; None if there is none."""
        try:
            plan = decode_plan((self._folder / _PLAN).read_bytes())
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        return replace(plan, load_id=load_id, index_generation=load_id - 1)

    def begin(self, plan: Plan) -> None:
        """Write down what is about to run."""
        release(self._folder.parent.parent, plan.load_id)
        write_synced(self._folder / _PLAN, encode_plan(plan))

    def end(self) -> None:
        """Forget everything: the command is done."""
        shutil.rmtree(self._folder)
        sync_folder(self._folder.parent)


def run_key(words: Sequence[str]) -> str:
    """Names a run by the words of its command; the same words continue it."""
    return hashlib.blake2b("\x1f".join(words).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def input_key(identity: str, given: Piece | Rejected) -> int:
    """Names an input in the journal: a stretch of a file of that identity (which changes when the file does).

    Cut in another way, with other batches, it is another input: read again rather than taken for what was done.
    """
    stretch = (given.start, given.length, given.first) if isinstance(given, Piece) else ()
    said = f"{identity}\x1f{given.origin}\x1f{stretch}"
    return int.from_bytes(hashlib.blake2b(said.encode("utf-8", "surrogateescape"), digest_size=_WIDTH).digest(), "big")


def release(state: Path, load_id: int) -> None:
    """Take a load's number, synced, from plans of runs that died with it undecided: another load is to have it.

    Whoever takes the number of a load calls this before anything of the load is written; else, when that load is
    published, `move_on` would note what those plans were to do as done. They are given a new number when their run
    goes on.
    """
    for path, plan in _plans_of(state, load_id):
        write_synced(path, encode_plan(replace(plan, load_id=0)))


def move_on(state: Path, load_id: int) -> None:
    """Note that a load is published in the journal of the run that planned it. Twice is once."""
    for path, plan in _plans_of(state, load_id):
        journal = path.with_name(_DONE)
        known = list(_entries(journal))
        with journal.open("ab") as file:
            file.truncate(len(known) * _WIDTH)  # an entry that a power cut left unfinished
            file.write(b"".join(key.to_bytes(_WIDTH, "big") for key in sorted(set(plan.done) - set(known))))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


def _plans_of(state: Path, load_id: int) -> Iterator[tuple[Path, Plan]]:
    """The plans that lie there under the number of a load; one that cannot be read is of none."""
    for path in sorted(state.glob(f"runs/*/{_PLAN}")):
        try:
            plan = decode_plan(path.read_bytes())
        except msgspec.MsgspecError:
            continue
        if plan.load_id == load_id:
            yield path, plan


def _entries(journal: Path) -> Iterator[int]:
    """The entries; a last one that was cut short is none."""
    try:
        data = journal.read_bytes()
    except FileNotFoundError:
        return
    for start in range(0, len(data) - _WIDTH + 1, _WIDTH):
        yield int.from_bytes(data[start : start + _WIDTH], "big")
