"""Beam as every pipeline of ours uses it: which runner works, with which options, and what its errors say to a user."""

import os
import re
from collections.abc import Sequence
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import DirectOptions, GoogleCloudOptions, PipelineOptions, StandardOptions
from apache_beam.pvalue import PCollection
from apache_beam.runners.runner import PipelineState

from frontpage.core.errors import BadInputError, CheckFailedError, UnavailableError

#: Named, because Beam's DirectRunner first tries to download another one.
LOCAL_RUNNER = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
_SHORT_NAME = LOCAL_RUNNER.rpartition(".")[2]
#: How a lost database shows in what a worker raised, wherever the worker ran.
_LOST_DATABASE = ("psycopg2.OperationalError", "PostgreSQL does not answer")
#: What Beam adds to the words of whatever a worker raises.
_WHERE = " [while running"
#: How a check of ours that said no shows where the worker was no thread of this process.
_CHECK_FAILED = re.compile(r"core\.errors\.CheckFailedError: (.+)")


class ForEach(beam.PTransform[Any, Any]):
    """Every element given to a worker; Create spreads them over the workers by a reshuffle. `step` names the work."""

    def __init__(self, step: str, elements: Sequence[Any], worker: beam.DoFn) -> None:
        super().__init__()
        self._step, self._elements, self._worker = step, list(elements), worker

    def expand(self, pipeline: beam.Pipeline) -> PCollection[Any]:
        """What the workers give."""
        given: PCollection[Any] = (
            pipeline
            | "elements" >> beam.Create(self._elements)  # type: ignore[no-untyped-call]
            | self._step >> beam.ParDo(self._worker)  # type: ignore[no-untyped-call]
        )
        return given


def run(work: beam.PTransform[Any, Any], threads: int, beam_options: Sequence[str]) -> None:
    """Run `work` from an empty pipeline to its end, on the local runner with `threads` threads unless options name one.

    Raises BadInputError for options that Beam refuses, UnavailableError where the database went away under a worker,
    CheckFailedError where a worker raised it; anything else that a worker raises is a bug.
    """
    pipeline = built(work, threads, beam_options)
    try:
        state = pipeline.run().wait_until_finish()  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        if any(sign in str(error) for sign in _LOST_DATABASE):
            raise UnavailableError("PostgreSQL went away under a worker; run it again") from error
        if refused := _CHECK_FAILED.search(str(error)):
            raise CheckFailedError(refused[1].partition(_WHERE)[0]) from error
        raise
    except CheckFailedError as error:
        raise CheckFailedError(str(error).partition(_WHERE)[0]) from error
    if state != PipelineState.DONE:
        raise UnavailableError(f"the runner ended the pipeline as {state}; look into its log and run it again")


def built(work: beam.PTransform[Any, Any], threads: int, beam_options: Sequence[str]) -> beam.Pipeline:
    """The pipeline that `run` would run, for its runner. Raises BadInputError for options that Beam refuses."""
    try:
        pipeline = beam.Pipeline(options=PipelineOptions(arguments(threads, beam_options)))
    except ValueError as error:
        raise BadInputError(f"Beam does not take these options: {str(error).splitlines()[0][:300]}") from error
    _ = pipeline | work
    return pipeline


def arguments(threads: int, beam_options: Sequence[str]) -> list[str]:
    """Beam's arguments: those given, and on the local runner, which is the default, as many threads as there are cores.

    `FnApiRunner` stands for its full name, which Beam wants to be told.
    """
    if not is_local(beam_options):
        return list(beam_options)
    workers = min(threads, os.cpu_count() or 1)
    many = [f"--direct_num_workers={workers}", "--direct_running_mode=multi_threading"] if workers > 1 else []
    return [*many, *beam_options, f"--runner={LOCAL_RUNNER}"]


def is_local(beam_options: Sequence[str]) -> bool:
    """Whether the workers are threads of this process."""
    given = PipelineOptions(list(beam_options))
    runner, mode = given.view_as(StandardOptions).runner, given.view_as(DirectOptions).direct_running_mode
    return runner in (None, LOCAL_RUNNER, _SHORT_NAME) and mode != "multi_processing"


def temp_location(beam_options: Sequence[str]) -> str | None:
    """A place that all workers reach, where one was given."""
    given: str | None = PipelineOptions(list(beam_options)).view_as(GoogleCloudOptions).temp_location
    return given
