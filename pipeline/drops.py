"""Reading what was dropped: the files of a look go through the loop of batches, and count as handled."""

from collections.abc import Callable

from pipeline.dropfolders import DropFolders, Look
from pipeline.droplook import Drop, shown
from pipeline.ingest import Progress, inputs_of, run_batches
from pipeline.options import ReadOptions
from pipeline.output import Output
from pipeline.publish import Step
from pipeline.report import Report
from pipeline.runs import Run, run_key
from pipeline.sources import Listed
from transforms.index import Index


def read_drops(
    folders: DropFolders,
    look: Look,
    output: Output,
    index: Index,
    options: ReadOptions,
    *,
    progress: Progress,
    stop: Callable[[], bool],
    at: Callable[[Step], None],
) -> Report:
    """Read the files of a look and note them as handled when all that they hold is published.

    Whatever the files, it is one and the same run: killed or stopped, it goes on with the batch that was in hand, and
    what is done of a file is not done again, if the file is still there under its name. What can no longer be read is
    rejected like any input.

    Args:
        folders: where the look came from.
        look: the files.
        output: held open and caught up.
        index: of the output.
        options: how to read.
        progress: is told of each batch.
        stop: asked between batches.
        at: called at each step of each publish.

    Raises:
        RunnerFailed, WorkersFailed, NumbersDoNotAdd, CannotPublish: the run failed; nothing is lost.
    """
    progress.begin(sum(drop.size for drop in look.drops))
    run = Run(
        output.state, run_key(["drop folders", str(options.topics), repr(options.limits), repr(options.speakers)])
    )
    inputs = inputs_of(map(_listed, look.drops), options, run, frozenset(run.done))
    report = run_batches(output, index, options, run, inputs, progress=progress, stop=stop, at=at)
    if not report.stopped:
        report.notes += folders.handled(look.drops)
    return report


def _listed(drop: Drop) -> Listed:
    return Listed(
        origin=shown(drop.path),
        path=drop.path,
        size=drop.size,
        mtime_ns=drop.mtime_ns,
        identity=drop.digest.hex() or str(drop.stamp),
    )
