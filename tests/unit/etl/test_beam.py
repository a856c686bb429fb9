"""Runners and their options: by default threads here, and the same pipeline for any other; none is submitted."""

from datetime import UTC, datetime
from typing import Any

import apache_beam
import pytest
from apache_beam.options.pipeline_options import PortableOptions, WorkerOptions
from apache_beam.portability import common_urns
from apache_beam.portability.api import beam_runner_api_pb2 as api
from apache_beam.runners.portability.portable_runner import PortableRunner
from apache_beam.utils.shared import Shared
from pydantic import SecretStr

from etl import beam
from etl.blocks import SourcePart
from etl.pipeline import StageParts
from etl.pipeline import StagingTarget as Stage
from etl.rows.context import RowContext
from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.schema.canonical import Kind
from frontpage.scoring.broadcast import Broadcast
from frontpage.scoring.pipeline import Block, ScoreBlock
from frontpage.scoring.pipeline import Target as Run

IMAGE = "frontpage/pipeline:1"
DATAFLOW = [
    "--runner=DataflowRunner", "--project=a-newsroom", "--region=europe-west4", "--temp_location=gs://a-newsroom/tmp",
    f"--sdk_container_image={IMAGE}", "--num_workers=8", "--number_of_worker_harness_threads=2",
    "--experiments=use_runner_v2",
]  # fmt: skip
SPARK = [
    "--runner=SparkRunner", "--spark_master_url=spark://head:7077", "--environment_type=DOCKER",
    f"--environment_config={IMAGE}", "--temp_location=s3://a-newsroom/tmp",
]  # fmt: skip
FLINK = [
    "--runner=FlinkRunner", "--flink_master=head:8081", "--environment_type=EXTERNAL",
    "--environment_config=localhost:50000", "--parallelism=16", "--sdk_worker_parallelism=2",
]  # fmt: skip
URL = SecretStr("postgresql://frontpage:a-secret@db/frontpage")


def works() -> list[Any]:
    """The two pipelines of the product, with something to do."""
    parts = [SourcePart(f"p{number}", Kind.READS, "reads.jsonl", "s3://a/reads.jsonl", "jsonl") for number in range(3)]
    stage = Stage(URL, 1, RowContext(datetime(2026, 3, 1, tzinfo=UTC), "salt"))
    broadcast = Broadcast(Shared(), "gs://a-newsroom/tmp/lists-of-run-1.pickle", "0" * 64)
    score = ScoreBlock(broadcast, Run(URL, 1))
    return [
        beam.ForEach("stage", parts, StageParts(stage)),
        beam.ForEach("score", [Block(0, 0, 2_000), Block(1, 2_000, 2_500)], score),
    ]


def proto_of(pipeline: Any) -> api.Pipeline:
    """What would be submitted."""
    made: api.Pipeline = PortableRunner.get_proto_pipeline(pipeline, pipeline.options)
    return made


class Refuses(apache_beam.DoFn):
    """A worker whose check says no."""

    def process(self, element: int) -> None:
        raise CheckFailedError(f"block {element} is wrong; see ADR 13")


def test_a_check_that_fails_in_a_worker_is_a_sentence_here():
    """As if it had failed in this process: the same error, so the same exit code and no traceback."""
    with pytest.raises(CheckFailedError) as failed:
        beam.run(beam.ForEach("check", [7], Refuses()), 1, [])
    assert str(failed.value) == "block 7 is wrong; see ADR 13"


@pytest.mark.parametrize("options", [DATAFLOW, SPARK, FLINK], ids=["dataflow", "spark", "flink"])
def test_the_same_pipeline_is_built_for_every_cluster(options: list[str]):
    """Blocks are made, spread by one reshuffle and worked on by one step: for each runner and both verbs."""
    for work, last in zip(works(), ("stage", "score"), strict=True):
        pipeline = beam.built(work, 2, options)
        transforms = proto_of(pipeline).components.transforms.values()
        steps = [one.unique_name for one in transforms if one.spec.urn == common_urns.primitives.PAR_DO.urn]
        spread = [one for one in transforms if one.spec.urn == common_urns.composites.RESHUFFLE.urn]
        assert any(name.endswith(last) for name in steps)
        assert len(spread) == 1
        assert type(pipeline.runner).__name__ == options[0].removeprefix("--runner=")


def test_workers_of_spark_run_our_image():
    """The environment in the submitted pipeline is the container that was named."""
    environments = proto_of(beam.built(works()[1], 2, SPARK)).components.environments.values()
    images = [
        api.DockerPayload.FromString(one.payload).container_image
        for one in environments
        if one.urn == common_urns.environments.DOCKER.urn
    ]
    assert images == [IMAGE]


def test_workers_of_flink_come_from_a_pool():
    """An external pool, not threads of the submitter."""
    environments = list(proto_of(beam.built(works()[0], 2, FLINK)).components.environments.values())
    assert [one.urn for one in environments] == [common_urns.environments.EXTERNAL.urn]
    assert api.ExternalPayload.FromString(environments[0].payload).endpoint.url == "localhost:50000"


def test_options_of_dataflow_reach_its_runner():
    """Image, place and number of workers are understood by this Beam."""
    options = beam.built(works()[1], 2, DATAFLOW).options
    assert options.view_as(WorkerOptions).sdk_container_image == IMAGE
    assert options.view_as(WorkerOptions).num_workers == 8
    assert options.view_as(PortableOptions).environment_type is None
    assert beam.temp_location(DATAFLOW) == "gs://a-newsroom/tmp"


@pytest.mark.parametrize("given", [[], ["--runner=FnApiRunner"], ["--runner", "FnApiRunner"]])
def test_the_local_runner_is_the_default_by_its_full_name(given: list[str]):
    """Threads of this process, as many as there are cores but no more than asked for."""
    made = beam.arguments(1, given)
    assert made[-1] == f"--runner={beam.LOCAL_RUNNER}"
    assert not any(option.startswith("--direct_num_workers") for option in made)
    assert beam.is_local(given)


@pytest.mark.parametrize("given", [FLINK, SPARK, ["--direct_running_mode=multi_processing"]])
def test_workers_elsewhere_are_not_threads_of_ours(given: list[str]):
    """So what makes the lists has to go to them as a file."""
    assert not beam.is_local(given)


def test_options_that_beam_refuses_are_the_users_mistake():
    """One sentence instead of a traceback."""
    with pytest.raises(BadInputError, match="Beam does not take these options"):
        beam.built(works()[0], 2, ["--runner=DataflowRunner", "--project=x"])
