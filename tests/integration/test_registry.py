"""The registry: what a version was made of, what it passed, who let it; the trackers hold and load the same."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import psycopg2
import pytest

from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError, CheckFailedError, NothingPublishedError
from frontpage.core.settings import Settings
from frontpage.lifecycle import stages
from frontpage.lifecycle.release.fitness import fitness_of
from frontpage.lifecycle.release.scorer import example_of
from frontpage.steps import accept, evaluate, features, models, promote, release, score, train
from frontpage.store import versions
from frontpage.store.connect import Connection, connect, execute
from frontpage.store.server import Server
from models.training.artefact import ENVIRONMENT, EXAMPLE
from tests.integration.released import LATER, filled, release_version
from tests.unit.models.newsroom_world import PARAMS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ANA = Actor("ana")


@pytest.fixture(scope="module")
def settings(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation with a champion."""
    with filled(postgres, tmp_path_factory.mktemp("registry") / "home", "registry_test") as made:
        yield made.model_copy(update={"code_commit": "c0ffee", "image_digest": "sha256:1234"})


@pytest.fixture(scope="module")
def champion(settings: Settings) -> str:
    """Its name."""
    return release_version(settings)


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    """A connection to the installation."""
    with connect(settings.database_url) as opened:
        yield opened


def test_a_version_tells_what_it_was_made_of(settings: Settings, champion: str, connection: Connection) -> None:
    """Code as baked into the image, lock file, image, data, parameters, seed; and the trail names who and why."""
    row = versions.get(connection, champion)
    expected = {
        "code_commit": "c0ffee",
        "image_digest": "sha256:1234",
        "feature_service": "ranking",
        "seed": PARAMS.seed,
    }
    assert expected.items() <= row.lineage.items()
    assert len(row.lineage["lock_sha256"]) == len(row.lineage["params_sha256"]) == 64
    assert row.snapshot_hash
    assert row.acceptance["accepted"] is True
    assert row.acceptance["slices"][0]["name"] == "all readers"
    assert row.fitness["is_fit"] is True
    trail = versions.events(connection, champion)
    assert [(event.from_stage, event.to_stage, event.actor) for event in trail] == [
        (None, "candidate", "person:ana"),
        ("candidate", "champion", "person:ana"),
    ]
    assert trail[1].reason.startswith("accepted: nDCG@10")


def test_the_trail_only_grows(champion: str, connection: Connection) -> None:
    """Whoever writes to the table: what was is not changed, and not deleted."""
    for statement in ("update model_version_event set reason = 'better'", "delete from model_version_event"):
        with pytest.raises(psycopg2.Error, match="only ever added"):
            execute(connection, statement)


def test_what_may_follow_a_stage(champion: str, connection: Connection) -> None:
    """The champion goes to no trial, nothing becomes a candidate again, and a change without a reason is none."""
    for stage in ("shadow", "canary", "candidate"):
        with pytest.raises(BadInputError, match=f"{champion} is champion, and {stage} does not follow that"):
            stages.change_stage(connection, champion, stage, actor=ANA, reason="try")
    with pytest.raises(BadInputError, match="give a reason"):
        stages.change_stage(connection, champion, "archived", actor=ANA, reason=" ")
    with pytest.raises(NothingPublishedError, match="no version before"):
        stages.take_back(connection, actor=ANA, reason="worse")


def test_the_verbs_show_it(settings: Settings, champion: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """list, show, card; a stage or version that there is not is one sentence."""
    models.list_(settings, PARAMS, stage="champion")
    assert f"{champion}  champion" in capsys.readouterr().out
    models.show(settings, PARAMS, champion)
    shown = capsys.readouterr().out
    assert "lineage.code_commit: c0ffee" in shown
    assert "candidate -> champion  person:ana" in shown
    models.show(settings, PARAMS, champion, as_json=True)
    assert json.loads(capsys.readouterr().out)["trail"][0]["to_stage"] == "candidate"
    models.card(settings, PARAMS, champion, html=tmp_path / "card.html")
    page = (tmp_path / "card.html").read_text()
    assert '<a href="profile.html">profile</a>' in page
    for words in (champion, "c0ffee", "heavy readers", "person:ana", "What moves the scores", "data:image/png;base64"):
        assert words in page, words
    with pytest.raises(BadInputError, match="no stage served"):
        models.list_(settings, PARAMS, stage="served")
    with pytest.raises(NothingPublishedError, match="no model version v9"):
        models.show(settings, PARAMS, "v9")
    with pytest.raises(BadInputError, match="makes the lists"):
        models.archive(settings, PARAMS, champion, reason="old")


def test_mlflow_holds_and_loads_it(settings: Settings, champion: str) -> None:
    """Held-out metrics, verdicts, plots and the card are in its run; the registered version scores its example."""
    url = settings.mlflow_url.replace("postgresql://", "postgresql+psycopg2://")
    client = mlflow.MlflowClient(tracking_uri=url, registry_uri=url)
    registered = client.get_model_version_by_alias("frontpage-recommender", "champion")
    assert registered.tags["frontpage.version"] == champion
    run = client.get_run(registered.run_id)
    assert run.data.metrics["held_out/candidate_ndcg_at_10"] > 0
    assert run.data.metrics["acceptance/all_readers_candidate"] > 0
    assert run.data.tags["frontpage.gate"] == run.data.tags["frontpage.acceptance"] == "passed"
    assert run.data.tags["mlflow.source.git.commit"] == "c0ffee"
    folders = ("evaluation", "acceptance", "explanation", "plots", "card")
    files = {file.path for folder in folders for file in client.list_artifacts(registered.run_id, folder)}
    assert {
        "evaluation/ndcg.png", "acceptance/slices.png", "explanation/shap_summary.png", "plots/shap_training.png",
        "card/card.html", "card/profile.html",
    } <= files  # fmt: skip
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    loaded = mlflow.pyfunc.load_model(f"models:/frontpage-recommender/{registered.version}")
    example = loaded.input_example
    chances = loaded.predict(example)
    assert len(chances) == len(example) > 0
    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert np.allclose(loaded.predict(example_of(settings.path("models", champion)).head(5)), chances)


def test_neptune_holds_it_too(settings: Settings, champion: str) -> None:
    """The offline run carries figures of both tests, the verdicts, and the pictures' bytes."""
    folder = settings.path("neptune", champion, ".neptune", "offline")
    operations = [json.loads(line)["obj"] for file in folder.rglob("data-*.log") for line in file.open()]
    values = {"/".join(operation["path"]): operation for operation in operations}
    assert values["held_out/candidate_ndcg_at_10"]["value"] > 0
    assert values["acceptance/all_readers_candidate"]["value"] > 0
    assert values["gate/passed"]["value"] is values["acceptance/passed"]["value"] is True
    assert {one["value"] for one in operations if one["path"] == ["registry", "stage"]} == {"candidate", "champion"}
    assert {"evaluation/ndcg", "acceptance/slices", "explanation/shap_summary", "card/card"} <= values.keys()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"packages": {"lightgbm": "0.0.1"}}, "it needs lightgbm 0.0.1 and here is"),
        ({"machine": "riscv64"}, "it was trained for riscv64 processors"),
        ({"cpu": ["NEON_9"]}, "this processor lacks NEON_9"),
        ({"python": "3.9.1"}, "it needs Python 3.9 and this is 3."),
        ({"budget": {"max_load_seconds": 0.0001}}, "s to load, and its budget is 0.0001"),
        ({"budget": {"max_memory_mb": 1}}, "MB of memory, and its budget is 1"),
    ],
)
def test_a_version_that_does_not_fit_is_refused(
    settings: Settings, champion: str, tmp_path: Path, changes: dict, sentence: str
) -> None:
    """Other packages, another processor, another Python, too slow, too large: one sentence each."""
    folder = copied(settings.path("models", champion), tmp_path)
    needs = json.loads((folder / ENVIRONMENT).read_text())
    (folder / ENVIRONMENT).write_text(json.dumps(needs | changes))
    found = fitness_of(folder, PARAMS)
    assert not found.is_fit
    assert any(sentence in reason for reason in found.reasons), found.reasons


def test_scores_that_are_none_are_refused(settings: Settings, champion: str, tmp_path: Path) -> None:
    """The fresh process says what it answered; other scores than those of its training are no small matter."""
    folder = copied(settings.path("models", champion), tmp_path)
    with np.load(folder / EXAMPLE) as kept:
        rows, margin = kept["matrix"], kept["margin"]
    assert fitness_of(folder, PARAMS).measured["largest_difference"] == 0
    with (folder / EXAMPLE).open("wb") as file:
        np.savez(file, matrix=rows, margin=margin + 1)
    found = fitness_of(folder, PARAMS)
    assert "could not load it" in found.reasons[0]
    assert "is not what the manifest says" in found.reasons[0]


def test_the_next_one_takes_the_place_and_gives_it_back(
    settings: Settings, champion: str, connection: Connection
) -> None:
    """A second version is promoted by hand, then taken back: the first one makes the lists again, in MLflow too."""
    features.run(settings, PARAMS, LATER)
    second = train.run(settings, PARAMS, LATER).details["version"]
    with pytest.raises(NothingPublishedError, match="was not evaluated"):
        accept.run(settings, PARAMS, LATER)
    evaluate.run(settings, PARAMS, LATER)
    assert release.run(settings, PARAMS, LATER).rows_out == 0  # not accepted yet
    promoted = promote.run(settings, PARAMS, second, reason="I looked at it")
    assert promoted.details["former"] == champion
    assert score.run(settings, PARAMS, LATER).details["model"] == second
    models.diff(settings, PARAMS, champion, second)
    back = models.rollback(settings, PARAMS, reason="readers complain")
    assert (back.details["champion"], back.details["rejected"]) == (champion, second)
    assert versions.events(connection, second)[-1].reason == "readers complain"
    assert score.run(settings, PARAMS, LATER).details["model"] == champion
    assert stages.change_stage(connection, second, "archived", actor=ANA, reason="done with it") is None
    url = settings.mlflow_url.replace("postgresql://", "postgresql+psycopg2://")
    client = mlflow.MlflowClient(tracking_uri=url, registry_uri=url)
    assert client.get_model_version_by_alias("frontpage-recommender", "champion").tags["frontpage.version"] == champion
    _a_changed_file_is_not_promoted(settings, second)


def _a_changed_file_is_not_promoted(settings: Settings, version: str) -> None:
    ranker = settings.path("models", version) / "ranker.txt"
    ranker.write_text(ranker.read_text() + " ")
    with pytest.raises(CheckFailedError, match="is not what the manifest says"):
        promote.run(settings, PARAMS, version, reason="again")
    with pytest.raises(BadInputError, match="give a reason"):
        promote.run(settings, PARAMS, version, reason=" ")


def copied(folder: Path, into: Path) -> Path:
    """A version's folder that may be spoiled."""
    return Path(shutil.copytree(folder, into / "copy"))
