"""The model's life through the steps, on a real database with Feast and the trackers, and on files alone."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.training import EvaluationParams, FirstTrainingParams, GateParams
from frontpage.core.settings import Settings
from frontpage.features.interactions import interaction_dataset
from frontpage.features.snapshot import write_snapshot
from frontpage.lifecycle import registry
from frontpage.steps import accept, evaluate, explain, features, release, score, train
from frontpage.store import versions
from frontpage.store.connect import Connection, connect, execute, fetch_all
from frontpage.store.copying.copy import copy_frame
from frontpage.store.features.feature_rows import written_cutoffs
from frontpage.store.history import load_history
from frontpage.store.lists import runs
from frontpage.store.server import Server
from frontpage.store.watching.drift import write_findings
from models.assembly import pipeline_of
from models.context import scoring_context
from models.evaluation.report import read_evaluation
from models.inputs import model_inputs
from models.ranking.ranker import load_ranker
from models.training import artefact
from models.training.cutoffs import past_cutoffs
from models.training.held_back import history_to_learn
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

pytestmark = pytest.mark.slow
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def world() -> History:
    """A newsroom of 60 readers."""
    return newsroom(60, 36)


@pytest.fixture
def installation(settings: Settings, postgres: Server, world: History, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database that holds the newsroom, with a database of its own for MLflow."""
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    with connect(settings.database_url) as connection:
        fill(connection, world)
    yield settings.model_copy(update={"mlflow_url": postgres.url(name), "home": tmp_path / "home"})
    admin(postgres, f"drop database {name} with (force)")


def fill(connection: Connection, past: History) -> None:
    """The canonical rows of a history."""
    whence = {"source": "test", "extract_id": 0}
    articles = past.articles.assign(canonical_url=past.articles[c.URL], content_hash="-", **whence)
    keys = pd.DataFrame({c.READER_KEY: past.readers[c.READER_KEY], c.RECORDED_AT: past.readers[c.RECORDED_AT]})
    copy_frame(connection, "article_version", articles)
    copy_frame(connection, "reader", keys.assign(**{c.READER_ID: [f"reader {key}" for key in keys[c.READER_KEY]]}))
    copy_frame(connection, "reader_version", past.readers.assign(**whence))
    copy_frame(connection, "read_event", past.reads.assign(**whence))


def lists_of(settings: Settings, summary_artifact: str) -> pd.DataFrame:
    """The rows of a run, by reader and rank."""
    table = runs.table_of(int(summary_artifact.removeprefix("run:")))
    with connect(settings.database_url) as connection:
        return pd.DataFrame(fetch_all(connection, f"select * from {table} order by reader_key, rank"))


@pytest.mark.ml_test("data-2")
def test_from_popularity_to_a_champion(installation: Settings, world: History, tmp_path: Path) -> None:
    """Lists before any training are popularity's; then a candidate passes the gate and makes the lists, explained."""
    before = score.run(installation, PARAMS, NOW)
    assert before.details["model"] == "popularity"
    assert before.rows_out == 10 * 60

    made = features.run(installation, PARAMS, NOW)
    assert "content_score" not in made.details["unavailable"]  # though no text is loaded
    trained = train.run(installation, PARAMS, NOW)
    again = train.run(installation, PARAMS, NOW)
    assert (trained.details["new"], again.details["new"]) == (True, False)
    assert trained.details["version"] == again.details["version"]

    judged = evaluate.run(installation, PARAMS, NOW)
    assert judged.details["stage"] == "candidate"
    assert "there is no champion to compare with" in judged.details["gate"]
    assert evaluate.run(installation, PARAMS, NOW).details == judged.details
    accepted = accept.run(installation, PARAMS, NOW)
    assert accepted.details["stage"] == "candidate", accepted.details
    assert accept.run(installation, PARAMS, NOW).details == accepted.details
    released = release.run(installation, PARAMS, NOW)
    assert released.details["stage"] == "champion"
    assert release.run(installation, PARAMS, NOW).details == released.details

    _the_registry_tells_where_it_came_from(installation, trained.details["version"])
    _lists_are_those_of_the_model(installation, world)
    _a_moment_before_the_model_is_scored_without_it(installation)
    _a_worse_candidate_is_registered_and_rejected(installation, trained.details["version"])
    _files_give_the_same_model(installation, trained.details["version"], tmp_path)

    _broken_features_are_ranked_by_popularity(installation)

    explained = explain.run(installation, PARAMS, NOW)
    folder = Path(explained.artifact)
    assert {path.name for path in folder.iterdir()} == {
        "lists.parquet", "contributions.parquet", "features.csv", "shap_summary.png",
    }  # fmt: skip
    assert explained.rows_out == 10 * 60
    of_files = tmp_path / "data" / "explanation" / "lists.parquet"  # of all texts, where the database's had none
    assert (folder / "lists.parquet").read_bytes() == of_files.read_bytes()


def _the_registry_tells_where_it_came_from(settings: Settings, version: str) -> None:
    with connect(settings.database_url) as connection:
        row = versions.get(connection, version)
        training = fetch_all(connection, "select * from training_run order by training_id")
    assert row.gate["passed"] is True
    assert row.metrics["candidate_ndcg_at_10"] > row.metrics["decayed_2h_ndcg_at_10"]
    assert row.artefact_hash == artefact.artefact_hash(Path(row.artefact_uri))
    assert [run["state"] for run in training] == ["done", "done"]
    assert set(training[0]["tracker_refs"]) == {"neptune", "mlflow"}
    assert training[0]["snapshot_hash"] == row.snapshot_hash


def _lists_are_those_of_the_model(settings: Settings, world: History) -> None:
    """What is written equals the pure function of the history, though reader features came from Feast's table."""
    first, second = (score.run(settings, PARAMS, NOW) for _ in range(2))
    assert first.details["checksum"] == second.details["checksum"]
    with connect(settings.database_url) as connection:
        row = versions.champion(connection)
        assert row is not None
        history = load_history(connection, NOW, PARAMS.data)
    now = scoring_context(interaction_dataset(history), NOW, PARAMS)
    model = registry.loaded(row, settings)
    pipeline, view = pipeline_of(PARAMS, "champion", model), model_inputs(model, now, PARAMS)
    expected = pipeline.lists(view, np.arange(len(now.readers))).to_pandas()
    written = lists_of(settings, second.artifact)
    for column in (c.READER_KEY, c.RANK, c.ARTICLE_ID, c.CANDIDATE_SOURCE):
        assert written[column].tolist() == expected[column].tolist(), column
    assert np.allclose(written[c.SCORE].astype(float), expected[c.SCORE], atol=1e-5)
    assert written[c.REASONS].tolist() == [json.loads(text) for text in expected[c.REASONS]]
    assert len(world.readers) == len(expected) // 10


def _broken_features_are_ranked_by_popularity(settings: Settings) -> None:
    """Found an hour before, and large: the run says which. Small, or found at the moment itself: the model."""
    found = {"series": "features.missing", "key": "reader.reads", "kind": "shift", "expected": 0.1, "z": None}
    with connect(settings.database_url) as connection:
        for at, value in ((NOW, 0.9), (EARLIER, 0.2)):
            write_findings(connection, [{**found, "as_of": at, "value": value, "is_confirmed": True}])
        assert score.run(settings, PARAMS, NOW).details["model"] != "popularity"
        write_findings(connection, [{**found, "as_of": EARLIER, "value": 0.9, "is_confirmed": True}])
        done = score.run(settings, PARAMS, NOW)
        assert (done.details["model"], done.details["degraded"]) == ("popularity", "reader.reads")
        run = runs.newest_attempt(connection, NOW, "champion", "built")
        assert run["details"]["degraded"] == ["reader.reads"]
        execute(connection, "delete from drift_finding")


def _a_moment_before_the_model_is_scored_without_it(settings: Settings) -> None:
    """A back-fill must not use what was learned later."""
    assert score.run(settings, PARAMS, EARLIER).details["model"] == "popularity"


def _a_worse_candidate_is_registered_and_rejected(settings: Settings, champion: str) -> None:
    """A gate that asks for ten times the champion's nDCG: rejected, with the reason, and the champion stays."""
    strict = PARAMS.model_copy(update={"gate": GateParams(min_ratio_to_champion=10.0)})
    features.run(settings, strict, LATER)
    candidate = train.run(settings, strict, LATER).details["version"]
    judged = evaluate.run(settings, strict, LATER)
    assert judged.details["stage"] == "rejected"
    assert accept.run(settings, strict, LATER).details["stage"] == "rejected"
    assert release.run(settings, strict, LATER).rows_out == 0
    assert "is below 10.00 x" in judged.details["gate"]
    with connect(settings.database_url) as connection:
        rejected, now = versions.get(connection, candidate), versions.champion(connection)
    assert now is not None
    assert now.version == champion
    assert rejected.parent == champion
    assert score.run(settings, PARAMS, LATER).details["model"] == champion
    with pytest.raises(NothingPublishedError, match="knows what came after"):
        score.run(settings, PARAMS, EARLIER, variant=champion)


def _files_give_the_same_model(settings: Settings, version: str, tmp_path: Path) -> None:
    """From the snapshot's files alone, without any database: the same version with the same artefacts."""
    with connect(settings.database_url) as connection:
        write_snapshot(load_history(connection, NOW, PARAMS.data), tmp_path / "data")
    alone = Settings(home=tmp_path / "nowhere")
    made = features.run(alone, PARAMS, NOW, data=tmp_path / "data")
    assert "content_score" not in made.details["unavailable"]
    assert train.run(alone, PARAMS, NOW, data=tmp_path / "data").details["version"] == version
    assert artefact.artefact_hash(tmp_path / "data" / "model") == artefact.artefact_hash(
        settings.path("models", version)
    )
    assert evaluate.run(alone, PARAMS, NOW, data=tmp_path / "data").details["stage"] == "accepted"
    of_files, _ = read_evaluation(tmp_path / "data" / "evaluation")  # of all texts, where the database's had none
    assert of_files == read_evaluation(settings.path("models", version) / "evaluation")[0]
    assert accept.run(alone, PARAMS, NOW, data=tmp_path / "data").details["stage"] == "accepted"
    assert json.loads((tmp_path / "data" / "evaluation" / "gate.json").read_text())["passed"] is True
    assert explain.run(alone, PARAMS, NOW, data=tmp_path / "data").rows_out == 10 * 60
    for step in (train, evaluate, explain):
        with pytest.raises(BadInputError, match="was taken at"):
            step.run(alone, PARAMS, LATER, data=tmp_path / "data")
    others = PARAMS.model_copy(update={"evaluation": EvaluationParams(n_cutoffs=3, cutoff_hours=3)})
    for step in (train, evaluate):
        with pytest.raises(BadInputError, match="has no features of"):
            step.run(alone, others, NOW, data=tmp_path / "data")
    assert not (tmp_path / "nowhere").exists()


def test_the_first_training_is_a_small_one(installation: Settings) -> None:
    """No version yet: two past refreshes and four trees instead of four and twelve, which its metrics say.

    It passes the gate and makes the lists; a repeat finds it. The next one is whole, and starts from it.
    """
    small = PARAMS.model_copy(update={"first_training": FirstTrainingParams(n_cutoffs=2, n_trees=4)})
    features.run(installation, small, NOW)
    made, again = (train.run(installation, small, NOW) for _ in range(2))
    assert (made.details["first"], made.details["new"], again.details["new"]) == (True, True, False)
    assert made.details["version"] == again.details["version"]
    for step in (evaluate, accept):
        assert step.run(installation, small, NOW).details["stage"] == "candidate"
    assert release.run(installation, small, NOW).details["stage"] == "champion"
    assert _moments(installation) == {NOW, *_look_backs(installation, small.for_first_training())}
    assert score.run(installation, small, NOW).details["model"] == made.details["version"]
    first = _version(installation, made.details["version"])
    assert first.metrics["first_training"] == 1
    assert (_n_trees(first), first.metrics["train_ticks"]) == (4, 4)  # of its ticks, two are held out

    features.run(installation, small, LATER)
    whole = _version(installation, train.run(installation, small, LATER).details["version"])
    assert "first_training" not in whole.metrics
    assert (_n_trees(whole), whole.parent) == (12, first.version)
    assert whole.metrics["train_ticks"] > first.metrics["train_ticks"]


def test_a_first_training_can_be_asked_for_or_forbidden(installation: Settings, tmp_path: Path) -> None:
    """`--full`: whole though there is no version; `--first`: small though there is one; on files neither is there."""
    small = PARAMS.model_copy(update={"first_training": FirstTrainingParams(n_trees=4)})
    features.run(installation, small, NOW)
    whole = train.run(installation, small, NOW, first=False).details
    assert (whole["first"], _n_trees(_version(installation, whole["version"]))) == (False, 12)
    assert train.run(installation, PARAMS, NOW).details["version"] == whole["version"]  # nothing beyond its limits
    features.run(installation, small, LATER)
    asked = train.run(installation, small, LATER, first=True).details
    assert (asked["first"], _n_trees(_version(installation, asked["version"]))) == (True, 4)
    for first in (True, False):
        with pytest.raises(BadInputError, match="not for --data"):
            train.run(installation, small, NOW, data=tmp_path, first=first)


def _version(settings: Settings, name: str) -> versions.ModelVersion:
    with connect(settings.database_url) as connection:
        return versions.get(connection, name)


def _n_trees(version: versions.ModelVersion) -> int:
    return load_ranker((Path(version.artefact_uri) / artefact.RANKER).read_text()).num_trees()


def _moments(settings: Settings) -> set[datetime]:
    with connect(settings.database_url) as connection:
        return written_cutoffs(connection)


def _look_backs(settings: Settings, params: Params) -> list[datetime]:
    with connect(settings.database_url) as connection:
        return past_cutoffs(history_to_learn(load_history(connection, NOW, params.data), params), params)


def test_without_a_training_there_is_nothing_to_judge(settings: Settings) -> None:
    """evaluate, explain and a variant of an unknown version answer with the remedy."""
    for step in (evaluate, explain):
        with pytest.raises(NothingPublishedError, match="run `frontpage train"):
            step.run(settings, PARAMS, NOW)
    with pytest.raises(NothingPublishedError, match="there is no model version v9"):
        score.run(settings, PARAMS, NOW, variant="v9")
    with pytest.raises(NothingPublishedError, match="no shadow"):
        score.run(settings, PARAMS, NOW, variant="shadow")
