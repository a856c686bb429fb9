"""Trainings are kept by both clients for real: Neptune's offline files, MLflow's PostgreSQL database and registry."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.lifecycle import tracking
from frontpage.lifecycle.records import TrainingRecord, Verdict
from frontpage.lifecycle.resources import Resources
from frontpage.lifecycle.searches import SearchRecord, TrialRecord
from frontpage.store import server
from tests.support.databases import admin

pytestmark = pytest.mark.slow
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
OLD, NEW = "20260301T0200-aaaaaaaa", "20260302T0200-bbbbbbbb"


@pytest.fixture(scope="module")
def mlflow_url(postgres: server.Server) -> Iterator[str]:
    """An empty database that MLflow fills with its tables on first use."""
    admin(postgres, "create database tracking_test")
    yield postgres.url("tracking_test")
    admin(postgres, "drop database tracking_test with (force)")


@pytest.fixture(scope="module")
def installation(mlflow_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an installation of its own."""
    return Settings(home=tmp_path_factory.mktemp("tracking"), mlflow_url=mlflow_url)


def record(home: Path, version: str, **changes: object) -> TrainingRecord:
    """A training with all that can be told about one."""
    folder = home / "models" / version
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "metrics.json").write_text('{"ndcg_at_10": 0.25}')
    (folder / "shap.png").write_bytes(PNG)
    full = TrainingRecord(
        version=version, as_of=datetime(2026, 3, 1, 2, tzinfo=UTC), snapshot_hash="5" * 64, artefact_dir=folder,
        artefact_hash="a" * 64, params={"als": {"factors": 32}, "seed": 7},
        metrics={"ndcg@10": 0.25, "loss": float("nan")}, histories={"als_loss": [3.0, 2.0, 1.5]},
        plots=[folder / "shap.png"], parent=None, git_commit="c" * 40,
        resources=Resources(12.0, 20.5, 300_000_000, 1000, 2000),
    )  # fmt: skip
    return dataclasses.replace(full, **changes)


def client(settings: Settings):
    """MLflow's own client on the installation's database, to see what others would see."""
    from mlflow.tracking import MlflowClient

    url = settings.mlflow_url.replace("postgresql://", "postgresql+psycopg2://")
    return MlflowClient(tracking_uri=url, registry_uri=url)


@pytest.fixture(scope="module")
def tracked(installation: Settings) -> dict[str, str]:
    """References of two trainings, the second one started from the first."""
    tracking.track_training(installation, record(installation.home, OLD))
    return tracking.track_training(installation, record(installation.home, NEW, parent=OLD))


def test_mlflow_holds_the_whole_record(installation: Settings, tracked: dict[str, str]):
    """Parameters, metrics with their history, resources, lineage, data set, plot and model files are in the run."""
    run_id = tracked["mlflow"].removeprefix("mlflow:runs/").split("/")[0]
    mlflow = client(installation)
    run = mlflow.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"als.factors": "32", "seed": "7"}
    assert run.data.metrics["ndcg_10"] == 0.25
    assert run.data.metrics["resources/peak_rss_bytes"] == 300_000_000
    assert [(m.step, m.value) for m in mlflow.get_metric_history(run_id, "histories/als_loss")] == [
        (1, 3.0), (2, 2.0), (3, 1.5),
    ]  # fmt: skip
    lineage = {"frontpage.parent": OLD, "frontpage.snapshot_hash": "5" * 64, "mlflow.source.git.commit": "c" * 40}
    assert lineage.items() <= run.data.tags.items()
    assert run.inputs.dataset_inputs[0].dataset.digest == "5" * 36
    files = {f.path for folder in ("plots", "model") for f in mlflow.list_artifacts(run_id, folder)}
    assert files == {"plots/shap.png", "model/metrics.json"}


def test_artifacts_stay_under_home(installation: Settings, tracked: dict[str, str]):
    """MLflow's files are below home/mlflow, and nothing is left in the working folder."""
    assert list((installation.home / "mlflow").rglob("shap.png"))
    assert not Path("mlruns").exists()
    assert not Path(".neptune").exists()


def test_neptune_holds_the_record_offline(installation: Settings, tracked: dict[str, str]):
    """The offline operations carry parameters, series and the plot's bytes (a path would not be copied)."""
    assert tracked["neptune"] == f"neptune:offline/frontpage/recommender/{NEW}"
    folder = installation.home / "neptune" / NEW / ".neptune" / "offline"
    operations = [json.loads(line)["obj"] for file in folder.rglob("data-*.log") for line in file.open()]
    values = {"/".join(operation["path"]): operation for operation in operations}
    assert values["training/parent"]["value"] == OLD
    assert values["parameters/als/factors"]["value"] == 32
    assert [point["value"] for point in values["histories/als_loss"]["values"]] == [3.0, 2.0, 1.5]
    assert [file.read_bytes() for file in folder.rglob("upload_path/*")] == [PNG]


def verdict(home: Path) -> Verdict:
    """A version that the gate did not let pass, with the files of its evaluation."""
    folder = home / "models" / NEW / "evaluation"
    folder.mkdir(exist_ok=True)
    (folder / "ndcg.png").write_bytes(PNG)
    metrics = {"candidate_ndcg_at_10": 0.15, "decayed_0.5h_ndcg_at_10": 0.17, "champion_ndcg_at_10": float("nan")}
    as_of, reasons = datetime(2026, 3, 1, 2, tzinfo=UTC), ("worse than the champion", "too few readers")
    return Verdict(NEW, as_of, False, reasons, metrics, [folder / "ndcg.png"])


def test_mlflow_holds_what_was_measured_on_held_out_ticks(installation: Settings, tracked: dict[str, str]):
    """Beside the training's own figures, with the gate's words and the plot; told twice it is there once."""
    for _ in range(2):
        tracking.track_verdict(installation, verdict(installation.home), "rejected")
    mlflow, run_id = client(installation), tracked["mlflow"].removeprefix("mlflow:runs/").split("/")[0]
    run = mlflow.get_run(run_id)
    assert run.data.metrics["ndcg_10"] == 0.25
    assert run.data.metrics["held_out/decayed_0.5h_ndcg_at_10"] == 0.17
    assert [metric.value for metric in mlflow.get_metric_history(run_id, "held_out/candidate_ndcg_at_10")] == [0.15]
    assert run.data.tags["frontpage.gate"] == "not passed"
    assert run.data.tags["frontpage.gate.reasons"] == "worse than the champion; too few readers"
    assert [file.path for file in mlflow.list_artifacts(run_id, "evaluation")] == ["evaluation/ndcg.png"]
    assert run.info.status == "FINISHED"
    (registered,) = mlflow.search_model_versions(f"tags.`frontpage.version` = '{NEW}'")
    assert registered.tags["frontpage.stage"] == "rejected"


def test_neptune_holds_it_too(installation: Settings, tracked: dict[str, str]):
    """Figures without those that are no numbers, the gate and the plot's bytes, in the version's folder."""
    tracking.track_verdict(installation, verdict(installation.home), "rejected")
    folder = installation.home / "neptune" / NEW / ".neptune" / "offline"
    operations = [json.loads(line)["obj"] for file in folder.rglob("data-*.log") for line in file.open()]
    values = {"/".join(operation["path"]): operation for operation in operations}
    assert values["held_out/candidate_ndcg_at_10"]["value"] == 0.15
    assert "held_out/champion_ndcg_at_10" not in values
    assert values["gate/passed"]["value"] is False
    assert values["registry/stage"]["value"] == "rejected"
    assert "evaluation/ndcg" in values


def test_a_verdict_on_a_version_that_was_never_tracked_is_refused(installation: Settings, tracked: dict[str, str]):
    """It names the version and what to do."""
    unknown = dataclasses.replace(verdict(installation.home), version="20260309T0200-99999999")
    with pytest.raises(BadInputError, match="20260309T0200-99999999 has no run in MLflow"):
        tracking.track_verdict(installation, unknown, "rejected")


def test_tracking_again_changes_nothing(installation: Settings, tracked: dict[str, str]):
    """A step that runs twice gives the same references, one run and one registered version."""
    assert tracking.track_training(installation, record(installation.home, NEW, parent=OLD)) == tracked
    found = client(installation).search_model_versions(f"tags.`frontpage.version` = '{NEW}'")
    assert len(found) == 1


def test_aliases_mirror_the_stage(installation: Settings, tracked: dict[str, str]):
    """The alias moves from the old to the new version; a rejected version has no alias."""
    mlflow = client(installation)
    tracking.mark_stage(installation, OLD, "champion")
    assert mlflow.get_model_version_by_alias("frontpage-recommender", "champion").tags["frontpage.version"] == OLD
    tracking.mark_stage(installation, NEW, "champion")
    champion = mlflow.get_model_version_by_alias("frontpage-recommender", "champion")
    assert champion.tags["frontpage.version"] == NEW
    (former,) = mlflow.search_model_versions(f"tags.`frontpage.version` = '{OLD}'")
    assert former.tags["frontpage.stage"] == "archived"
    tracking.mark_stage(installation, NEW, "rejected")
    assert mlflow.get_registered_model("frontpage-recommender").aliases == {}


def test_a_killed_attempt_is_completed(installation: Settings):
    """A run that a killed process left open is marked failed, and the record gets a finished run."""
    version = "20260303T0200-cccccccc"
    mlflow = client(installation)
    experiment = mlflow.get_experiment_by_name("frontpage") or mlflow.create_experiment("frontpage")
    experiment_id = getattr(experiment, "experiment_id", experiment)
    left = mlflow.create_run(experiment_id, tags={"frontpage.version": version})
    reference = tracking.track_training(installation, record(installation.home, version))["mlflow"]
    assert left.info.run_id not in reference
    assert mlflow.get_run(left.info.run_id).info.status == "FAILED"


def test_an_untracked_version_has_no_alias_to_set(installation: Settings):
    """One sentence names the version."""
    with pytest.raises(BadInputError, match="version 2026-nothing is not in the MLflow registry"):
        tracking.mark_stage(installation, "2026-nothing", "champion")


def test_an_unreachable_database_is_said_in_one_sentence(installation: Settings):
    """No server: UnavailableError within seconds, not MLflow's minutes of retries."""
    from frontpage.lifecycle.mlflow_tracker import MlflowTracker

    nowhere = Settings(home=installation.home, mlflow_url="postgresql://nobody:x@127.0.0.1:1/mlflow")
    with pytest.raises(UnavailableError, match="PostgreSQL does not answer"):
        MlflowTracker(nowhere).track(record(installation.home, NEW))


def test_neptune_reaches_for_the_server_it_was_given(installation: Settings, monkeypatch: pytest.MonkeyPatch):
    """With mode sync the client asks the address in NEPTUNE_API_TOKEN; a server that is none is one sentence."""
    import base64

    from frontpage.lifecycle.neptune_tracker import NeptuneTracker

    asked: list[str] = []

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    listener = HTTPServer(("127.0.0.1", 0), Nothing)
    Thread(target=listener.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{listener.server_port}"
    token = base64.b64encode(json.dumps({"api_address": address, "api_url": address}).encode()).decode()
    monkeypatch.setenv("NEPTUNE_API_TOKEN", token)
    living = installation.model_copy(update={"neptune_mode": "sync"})
    with pytest.raises(UnavailableError, match="Neptune did not take"):
        NeptuneTracker(living).track(record(installation.home, "20260304T0200-dddddddd"))
    listener.shutdown()
    assert asked


def test_old_offline_runs_are_removed(installation: Settings, monkeypatch: pytest.MonkeyPatch):
    """Only the newest versions' folders are kept, by the time in their names."""
    from frontpage.lifecycle import neptune_tracker

    monkeypatch.setattr(neptune_tracker, "KEEP_VERSIONS", 2)
    settings = Settings(home=installation.home / "retention")
    versions = [f"2026030{day}T0200-eeeeeeee" for day in (1, 2, 3)]
    for version in versions:
        neptune_tracker.NeptuneTracker(settings).track(record(settings.home, version))
    assert sorted(folder.name for folder in (settings.home / "neptune").iterdir()) == versions[1:]


def search_of(*scores: float) -> SearchRecord:
    """A search with a trial for each score."""
    begun = SearchRecord("search-20260301T0200-ffffffff", datetime(2026, 3, 1, 2, tzinfo=UTC), {"seed": 7})
    for number, score in enumerate(scores):
        begun = begun.with_trial(TrialRecord(number, {"als": {"factors": 8 + number}}, {"ratio_to_best_rule": score}))
    return begun


def test_a_search_is_a_run_with_a_run_for_each_trial(installation: Settings):
    """Told trial by trial, and again after a kill: each trial is there once, and the search shows their numbers."""
    for scores in ((), (1.1,), (1.1, 1.2)):
        tracking.track_search(installation, search_of(*scores))
    references = tracking.track_search(installation, search_of(1.1, 1.2).finished())
    mlflow, run_id = client(installation), references["mlflow"].removeprefix("mlflow:runs/")
    history = mlflow.get_metric_history(run_id, "ratio_to_best_rule")
    assert [(metric.step, metric.value) for metric in history] == [(0, 1.1), (1, 1.2)]
    search = mlflow.get_run(run_id)
    assert (search.info.status, search.data.params) == ("FINISHED", {"seed": "7"})
    below = mlflow.search_runs([search.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'")
    assert {run.info.status for run in below} == {"FINISHED"}
    assert sorted(run.data.params["als.factors"] for run in below) == ["8", "9"]


def test_neptune_holds_each_trial_of_a_search(installation: Settings):
    """One folder for the search, one for each trial with its parameters and numbers."""
    name = search_of().name
    tracking.track_search(installation, search_of(1.1).finished())
    folder = installation.home / "neptune-searches" / name
    logs = (folder / f"{name}-000").rglob("data-*.log")
    values = {"/".join(one["path"]): one for one in (json.loads(line)["obj"] for log in logs for line in log.open())}
    assert values["parameters/als/factors"]["value"] == 8
    assert values["metrics/ratio_to_best_rule"]["value"] == 1.1
    assert values["search/name"]["value"] == name
    assert (folder / name / "tracked").exists()
