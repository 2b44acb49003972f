"""Where a graph runs. The runner is always named: Beam's own default would try to download another engine.

`DirectRunner` means Beam's in-process FnApiRunner, given the pipeline options that its workers would otherwise not see.
It is made of internal modules of Beam, so Beam's version is pinned and a test holds this to it.
"""

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from types import MethodType
from typing import Any, NoReturn

from pipeline.imports import sparing

#: What means Beam's in-process runner, in any case.
_IN_PROCESS = frozenset(("direct", "directrunner", "fnapi", "fnapirunner"))
#: What Beam imports where it is installed, and a graph in this process never uses: half of the time of its import.
_UNUSED = ("pandas", "pymongo", "bson", "requests")
#: States and timers of a DoFn, as Beam has them.
_Specs = tuple[set[Any], set[Any]]


class RunnerFailed(RuntimeError):
    """A batch did not run to its end."""


class BeamArgsError(ValueError):
    """Options for Beam that it does not know or cannot use: a line for a person."""


def check_beam_args(beam_args: Sequence[str]) -> None:
    """Return if Beam knows all the options and the runner that they name. Starts nothing.

    Raises:
        BeamArgsError: it does not, or it is the DaskRunner, which stores wrong rows without an error.
    """
    if not beam_args:
        return
    import apache_beam as beam
    from apache_beam.options import pipeline_options

    class Parser(pipeline_options._BeamArgumentParser):  # Beam's own knows its special options
        def error(self, message: str) -> NoReturn:
            raise BeamArgsError(f"Beam: {message}")

    parser = Parser(add_help=False, allow_abbrev=False)
    for options in pipeline_options.PipelineOptions.__subclasses__():
        options._add_argparse_args(parser)
    known, unknown = parser.parse_known_args(list(beam_args))
    if unknown:
        raise BeamArgsError(f"Beam has no option {unknown[0]!r}")
    named = known.runner or "DirectRunner"
    if "dask" in named.lower():
        raise BeamArgsError("the DaskRunner loses rows without an error, so it is not used")
    if named.lower() not in _IN_PROCESS:
        try:
            beam.runners.create_runner(named)
        except (ValueError, ImportError, AttributeError, TypeError) as error:
            raise BeamArgsError(f"Beam: {str(error).splitlines()[0]}") from error


def runs_here(beam_args: Sequence[str]) -> bool:
    """Whether nothing but this process runs the graph, with Beam as it comes."""
    return not beam_args


def run_graph(build: Callable[..., None], beam_args: Sequence[str]) -> None:
    """Run the graph that `build` adds to a pipeline, and wait until it is done.

    Args:
        build: gets the pipeline. What needs Beam may be imported in it, and only there: Beam is imported here, with as
            little else as will do.
        beam_args: Beam's own options, as on its command line.

    Raises:
        RunnerFailed: something was raised in a transform, or it ended in another state than DONE.
    """
    if "apache_beam" not in sys.modules:
        with _kept_for_good(), sparing(*_UNUSED) if runs_here(beam_args) else nullcontext():
            import apache_beam.runners.portability.fn_api_runner.fn_runner
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
    from apache_beam.runners.runner import PipelineState

    options = PipelineOptions(list(beam_args))
    named = options.view_as(StandardOptions).runner or "DirectRunner"
    runner = _in_process(options) if named.lower() in _IN_PROCESS else beam.runners.create_runner(named)
    pipeline = beam.Pipeline(runner=runner, options=options)
    with _specs_by_class():
        build(pipeline)
        try:
            state = pipeline.run().wait_until_finish()
        except Exception as error:  # Beam's own, or what was raised in a transform
            raise RunnerFailed(_gist(error)) from error
    if state != PipelineState.DONE:
        raise RunnerFailed(f"{named} ended the batch as {state}")


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """What is imported stays until the process ends, so the garbage collector need not look at it, now or ever."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()


@contextmanager
def _specs_by_class() -> Iterator[None]:
    """Beam looks through the signatures of all methods of a DoFn for state and timers, some eight times for each DoFn.

    That was a third of what a small batch costs. The answer is of the class, but for one that was given a method of
    something else as an attribute.
    """
    from apache_beam.transforms import userstate

    ask: Callable[[Any], _Specs] = userstate.get_dofn_specs
    known: dict[type, _Specs] = {}

    def specs(dofn: Any) -> _Specs:  # noqa: ANN401  # Beam's internals have no types
        if any(isinstance(value, MethodType) for value in vars(dofn).values()):
            return ask(dofn)
        if type(dofn) not in known:
            known[type(dofn)] = ask(dofn)
        states, timers = known[type(dofn)]
        return set(states), set(timers)

    userstate.get_dofn_specs = specs
    try:
        yield
    finally:
        userstate.get_dofn_specs = ask


def _gist(error: Exception) -> str:
    """What was raised in a transform, without the traceback that Beam writes before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kind = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "  # Beam's own say it themselves
    return f"{kind}{lines[-1]}"[:500] if lines else type(error).__name__


def _in_process(options: Any) -> Any:  # noqa: ANN401  # Beam's internals have no types
    from apache_beam.portability.api import beam_provision_api_pb2
    from apache_beam.runners.portability.fn_api_runner import fn_runner
    from apache_beam.runners.portability.portable_runner import JobServiceHandle

    # Beam asks for a view hundreds of times while it builds a graph, and makes a parser each time
    vars(options)["view_as"] = cache(options.view_as)
    info = beam_provision_api_pb2.ProvisionInfo(
        pipeline_options=JobServiceHandle.encode_pipeline_options(options.get_all_options())
    )
    return fn_runner.FnApiRunner(provision_info=fn_runner.ExtendedProvisionInfo(info))
