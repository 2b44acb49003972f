"""One load: run a plan's graph, hold its numbers against each other, publish what it staged."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.account import check_sums, columns_of
from pipeline.memory import give_back
from pipeline.moving import stage_moves
from pipeline.output import Output
from pipeline.plan import Plan
from pipeline.publish import Staged, Step, discard_staging, publish
from pipeline.runners import run_graph, runs_here
from transforms.index import Index
from transforms.isolation import shared_pool
from transforms.profiles import write_profiles
from transforms.tally import Count, read_tally


def run_load(
    plan: Plan,
    output: Output,
    index: Index,
    *,
    note: Callable[[str], None],
    begin: Callable[[Plan], None],
    move_on: Callable[[int], None],
    beam_args: Sequence[str] = (),
    at: Callable[[Step], None],
) -> tuple[Count, ...]:
    """Run one plan and publish what it staged; its counts.

    Args:
        plan: what to do.
        output: where to.
        index: brought up to the load when it is published.
        note: told in a line of what a person should look at.
        begin: keeps the plan, synced, before it runs, so that after a crash the same is done again.
        move_on: called with the load's number when it is published; twice is once.
        beam_args: options of Beam's own.
        at: called at each step of the publish.

    Raises:
        RunnerFailed, WorkersFailed, NumbersDoNotAdd, CannotPublish: nothing published is lost.
    """
    watch = _Watch()
    discard_staging(output, plan.load_id)
    begin(plan)
    Path(plan.drafts).mkdir(parents=True)
    Path(plan.staged).mkdir()
    write_profiles(Path(plan.profiles), index.profiles())
    watch.lap("plan")
    if plan.pieces and runs_here(beam_args):
        shared_pool(plan.settings, plan.workers).start()  # it gets ready while Beam is imported and the graph is built
    run_graph(partial(_build, plan=plan), tuple(beam_args))
    watch.lap("run")
    tally = read_tally(Path(plan.tally))
    check_sums(tally)
    moves = stage_moves(index, plan, note)
    watch.lap("move")
    files = [path.relative_to(plan.staged) for path in sorted(Path(plan.staged).rglob("*.parquet"))]
    row = {
        **columns_of(tally),
        "started_at": watch.began,
        "finished_at": datetime.now(UTC),
        "command": plan.command,
        "now": plan.now,
        "containers": plan.containers,
        "code_version": plan.program_version,
        "taxonomy_version": plan.taxonomy_version,
        "index_generation": plan.index_generation,
        "timings": watch.laps,
    }

    def update_state(load_id: int) -> None:
        index.apply_load(output.path, load_id, files)
        move_on(load_id)

    moving = Staged(
        load_id=plan.load_id,
        folder=plan.folder,
        removed=moves.removed,
        moved=bool(moves.removed),
        fresh=frozenset(map(str, files)) - moves.rewritten,
        deleting=bool(moves.removed),
    )
    publish(output, moving, row, update_state=update_state, at=at)
    give_back()
    return tally


def _build(p: Any, plan: Plan) -> None:  # noqa: ANN401  # a pipeline; Beam is not imported before a batch is to be run
    from pipeline.build import build

    build(p, plan)


class _Watch:
    """Wall-clock and CPU seconds of the stages of a load."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC)
        self.laps: list[dict[str, Any]] = []
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def lap(self, stage: str) -> None:
        """The time since the last lap was spent on this stage."""
        wall, cpu = time.monotonic(), time.process_time()
        self.laps.append({"stage": stage, "wall_s": wall - self._wall, "cpu_s": cpu - self._cpu})
        self._wall, self._cpu = wall, cpu
