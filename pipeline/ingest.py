"""The loop of bounded batches over files: plan, run, publish, next."""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from pipeline.account import add_up
from pipeline.batches import Input, cut_batches
from pipeline.listing import STDIN
from pipeline.load import run_load
from pipeline.options import ReadOptions
from pipeline.output import Output, open_output
from pipeline.plan import Plan, plan_batch
from pipeline.publish import Step, next_load_id, recover
from pipeline.report import Report
from pipeline.runners import check_beam_args
from pipeline.runs import Run, input_key, move_on, run_key
from pipeline.sources import Listed, SourceError, cut, list_inputs
from schemas.rules import load_rules
from transforms.core.pieces import Piece
from transforms.core.records import Rejected
from transforms.index import Index
from transforms.tally import Count


class Progress(Protocol):
    """Is told how far a run is."""

    def begin(self, total: int) -> None:
        """All inputs together have this many bytes."""

    def advance(self, size: int, deliveries: int) -> None:
        """A batch is published that read so many bytes and gave so many deliveries."""


def pass_over(step: Step) -> None:
    """Do nothing at a step."""


def ingest(
    options: ReadOptions,
    paths: Sequence[str],
    *,
    progress: Progress,
    stop: Callable[[], bool],
    at: Callable[[Step], None] = pass_over,
) -> Report:
    """Read all inputs into the output folder, batch by batch.

    Killed at any moment, the same call goes on where it was: what is published stays, the batch in hand runs again by
    its plan. Asked to stop, it publishes the batch in hand and returns.

    Args:
        options: how to read.
        paths: files, folders, globs, `-` for standard input.
        progress: is told of each batch.
        stop: asked between batches.
        at: called at each step of each publish.

    Raises:
        OutputError: the output folder cannot be used.
        SourceError: an input that was named does not exist.
        TaxonomyError, GazetteerError: the taxonomy or the gazetteer has a fault.
        BeamArgsError: Beam does not know an option or the runner.
        RunnerFailed, WorkersFailed, NumbersDoNotAdd, CannotPublish: the run failed; nothing published is lost.
    """
    began = time.monotonic()
    check_beam_args(options.beam_args)
    load_rules(options.topics, options.gazetteer)
    _check_apart(paths, options.out)
    list_inputs(paths)  # complains of what is not there before anything is made
    with (
        open_output(options.out, command=options.command) as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        notes = catch_up(output, index, at)
        progress.begin(sum(listed.size for listed in list_inputs(paths, notice=notes.append)))
        run = Run(output.state, _key(options, paths), resumable=STDIN not in paths)
        inputs = inputs_of(list_inputs(paths), options, run, frozenset(run.done))
        report = run_batches(output, index, options, run, inputs, progress=progress, stop=stop, at=at)
    report.notes = [*notes, *report.notes]
    report.seconds = time.monotonic() - began
    return report


def run_batches(
    output: Output,
    index: Index,
    options: ReadOptions,
    run: Run,
    inputs: Iterator[Input],
    *,
    progress: Progress,
    stop: Callable[[], bool],
    at: Callable[[Step], None],
    fills: int | None = None,
) -> Report:
    """Publish what a run has to read, batch by batch: what was in hand when it died, then its inputs.

    Args:
        output: held open and caught up.
        index: of the output.
        options: how to read.
        run: knows what is done.
        inputs: what is not done; taken as they are needed.
        progress: is told of each batch.
        stop: asked between batches.
        at: called at each step of each publish.
        fills: as in `Plan`.
    """
    began = time.monotonic()
    rules = load_rules(options.topics, options.gazetteer)
    report = Report(out=output.path, resumed=run.resumed)
    tallies: list[tuple[Count, ...]] = []
    for plan in _plans(options, output, run, inputs, rules.version, fills, index.purged()):
        tally = run_load(
            plan,
            output,
            index,
            note=report.notes.append,
            begin=run.begin,
            move_on=partial(move_on, output.state),
            beam_args=options.beam_args,
            at=at,
        )
        tallies.append(tally)
        report.loads.append(plan.load_id)
        report.containers += plan.containers
        progress.advance(plan.size, sum(count.count for count in tally if count.kind == "delivered"))
        _drop_spooled(plan)
        if stop():
            report.stopped = True
            break
    else:
        run.end()
    report.counts = add_up(tallies)
    report.seconds = time.monotonic() - began
    return report


def catch_up(output: Output, index: Index, at: Callable[[Step], None]) -> list[str]:
    """Finish what an earlier run had decided, bring the index up to what is published; what was found, in lines."""
    recovered = recover(output, update_state=partial(move_on, output.state), at=at)
    index.catch_up(output.path)
    notes = []
    if recovered.rolled_forward:
        loads = ", ".join(map(str, recovered.rolled_forward))
        notes.append(f"Finished publishing load {loads}, which an earlier run had begun.")
    if recovered.purged:
        notes.append("Finished a purge, which an earlier run had begun.")
    notes += [
        f"Moved a file that nothing accounts for to {output.quarantine}/{name}." for name in recovered.quarantined
    ]
    return notes + [f"A file that the log names is gone: {name}." for name in recovered.missing]


def _plans(
    options: ReadOptions,
    output: Output,
    run: Run,
    inputs: Iterator[Input],
    taxonomy_version: str,
    fills: int | None,
    purged: Collection[str],
) -> Iterator[Plan]:
    """The batch that was in hand, then those of all inputs that are not done."""
    pending = run.pending(next_load_id(output))
    if pending is not None and pending.taxonomy_version == taxonomy_version:
        yield replace(pending, workers=options.workers)
        run.done.update(pending.done)
    for batch in cut_batches(inputs, size=options.batch_size):
        yield plan_batch(
            batch,
            options,
            out=output.path,
            load_id=next_load_id(output),
            now=options.now or datetime.now(UTC),
            taxonomy_version=taxonomy_version,
            fills=fills,
            purged=purged,
        )


def inputs_of(files: Iterable[Listed], options: ReadOptions, run: Run, before: Set[int]) -> Iterator[Input]:
    """What is not done of files. The bytes of what was done `before` the run began are counted with what comes next."""
    passed = 0
    for listed in files:
        begins = True
        records = min(500, options.batch_size)
        for given in cut(listed, options.limits, run.spool, max_records=records, speakers=options.speakers):
            key = input_key(listed.identity, given)
            size = _share(listed, given, begins=begins)
            if key not in run.done:
                yield Input(given=given, key=key, begins=begins, size=size + passed)
                passed, begins = 0, False
            else:  # what was in hand when a run died is counted with its plan
                passed, begins = passed + (size if key in before else 0), False


def _share(listed: Listed, given: Piece | Rejected, *, begins: bool) -> int:
    """The bytes of a file that one of its pieces stands for, so that those of all pieces add up to about its size."""
    if isinstance(given, Piece) and given.form != "document" and not given.spooled:
        return given.length or 0
    return listed.size if begins else 0


def _drop_spooled(plan: Plan) -> None:
    """Delete unpacked copies whose stretches are all published; the last may have more to give."""
    spooled = list(dict.fromkeys(piece.path for piece in plan.pieces if piece.spooled))
    for path in spooled[:-1]:
        Path(path).unlink(missing_ok=True)


def _check_apart(paths: Sequence[str], out: Path) -> None:
    """An input that is the output folder would be filled by its own reading; one that is made inside is passed over."""
    for path in paths:
        if path != STDIN and os.path.exists(path) and out.exists() and os.path.samefile(path, out):  # noqa: PTH110, PTH121  # names need not be UTF-8
            raise SourceError(f"{path}: both input and output folder")


def _key(options: ReadOptions, paths: Sequence[str]) -> str:
    """The same inputs read in the same way are the same run."""
    places = [os.path.abspath(path) for path in paths]  # noqa: PTH100  # a link is not the place it leads to
    return run_key([*places, str(options.topics), repr(options.limits), repr(options.speakers)])
