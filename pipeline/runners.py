"""Where a graph runs. The runner is always named: Beam's own default would try to download another engine.

`DirectRunner` means Beam's in-process FnApiRunner, given the pipeline options that its workers would otherwise not see.
It is made of internal modules of Beam, so Beam's version is pinned and a test holds this to it.
"""

from collections.abc import Callable, Sequence
from typing import Any


class RunnerFailed(RuntimeError):
    """A batch did not run to its end."""


def run_graph(build: Callable[..., None], beam_args: Sequence[str]) -> None:
    """Run the graph that `build` adds to a pipeline, and wait until it is done.

    Args:
        build: gets the pipeline.
        beam_args: Beam's own options, as on its command line.

    Raises:
        RunnerFailed: it ended in another state than DONE.
    """
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
    from apache_beam.runners.runner import PipelineState

    options = PipelineOptions(list(beam_args))
    named = options.view_as(StandardOptions).runner or "DirectRunner"
    runner = _in_process(options) if named in ("DirectRunner", "FnApiRunner") else beam.runners.create_runner(named)
    pipeline = beam.Pipeline(runner=runner, options=options)
    build(pipeline)
    state = pipeline.run().wait_until_finish()
    if state != PipelineState.DONE:
        raise RunnerFailed(f"{named} ended the batch as {state}")


def _in_process(options: Any) -> Any:  # noqa: ANN401  # Beam's internals have no types
    from apache_beam.portability.api import beam_provision_api_pb2
    from apache_beam.runners.portability.fn_api_runner import fn_runner
    from apache_beam.runners.portability.portable_runner import JobServiceHandle

    info = beam_provision_api_pb2.ProvisionInfo(
        pipeline_options=JobServiceHandle.encode_pipeline_options(options.get_all_options())
    )
    return fn_runner.FnApiRunner(provision_info=fn_runner.ExtendedProvisionInfo(info))
