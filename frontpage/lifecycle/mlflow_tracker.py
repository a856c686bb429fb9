"""MLflow: runs, lineage and the registry's mirror, in the PostgreSQL database `mlflow` beside the main one.

The client talks to the database directly, so no MLflow server need run; one that shows what is there can be started at
any time. Everything of a run goes in batches; model files stay where training put them and are registered by address.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mlflow.entities import Dataset, DatasetInput, Metric, Param, Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from frontpage.core.clock import iso
from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.lifecycle.records import ALIASED_STAGES, FILES_OF, METRICS_OF, TrainingRecord, Verdict, flatten
from frontpage.lifecycle.release.scorer import describe
from frontpage.lifecycle.searches import SearchRecord, TrialRecord
from frontpage.store.connect import connect, execute
from frontpage.store.queries import query
from frontpage.store.server import database_url

EXPERIMENT = "frontpage"
SEARCHES = "frontpage searches"
REGISTERED_MODEL = "frontpage-recommender"
VERSION_TAG = "frontpage.version"
STAGE_TAG = "frontpage.stage"
_METRICS_PER_BATCH = 1000
_PARAMS_PER_BATCH = 100
_MAX_VALUE_LENGTH = 5000


class MlflowTracker:
    """The `Tracker` over MLflow's client. References look like `mlflow:runs/<run id>/models/<number>`."""

    name = "mlflow"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = settings.mlflow_url or database_url(settings, "mlflow")
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)

    def track(self, record: TrainingRecord) -> str:
        """One finished run and one registered model version per version; what is there already is left as it is."""
        with self._client() as client:
            run = self._finished_run(client, record.version) or self._log(client, record)
            registered = _registered(client, record.version) or self._register(client, record, run)
            return f"mlflow:runs/{run.info.run_id}/models/{registered.version}"

    def record_verdict(self, verdict: Verdict) -> None:
        """Metrics `held_out/...`, the gate's words as tags, and the files below `evaluation`, on the version's run.

        Of the acceptance test `acceptance/...`, tags of that name, and files below `acceptance`.

        Raises BadInputError for a version that was never tracked.
        """
        moment = _milliseconds(verdict.as_of)
        prefix, tag = METRICS_OF[verdict.test], f"frontpage.{verdict.test}"
        numbers = [Metric(_key(f"{prefix}/{name}"), value, moment, 0) for name, value in verdict.metrics.items()]
        with self._client() as client:
            run = self._finished_run(client, verdict.version)
            if run is None:
                raise BadInputError(f"version {verdict.version} has no run in MLflow; track its training first")
            run_id = run.info.run_id
            for some in _slices(numbers, _METRICS_PER_BATCH):
                client.log_batch(run_id, metrics=some)
            client.set_tag(run_id, tag, "passed" if verdict.passed else "not passed")
            client.set_tag(run_id, f"{tag}.reasons", "; ".join(verdict.reasons)[:_MAX_VALUE_LENGTH])
            for file in verdict.files:
                client.log_artifact(run_id, str(file), FILES_OF[verdict.test])

    def attach(self, version: str, folder: str, files: Sequence[Path]) -> None:
        """Files below a folder of the version's run. Raises BadInputError for one that was never tracked."""
        with self._client() as client:
            run = self._finished_run(client, version)
            if run is None:
                raise BadInputError(f"version {version} has no run in MLflow; track its training first")
            for file in files:
                client.log_artifact(run.info.run_id, str(file), folder)

    def mark(self, version: str, stage: str) -> None:
        """Give the version the alias of its stage, and no other; a stage without alias leaves it none.

        The version that loses an alias to it is marked archived. Raises BadInputError for one that was never tracked.
        """
        with self._client() as client:
            registered = _registered(client, version)
            if registered is None:
                raise BadInputError(f"version {version} is not in the MLflow registry; track its training first")
            number = str(registered.version)
            aliases = {a: str(n) for a, n in client.get_registered_model(REGISTERED_MODEL).aliases.items()}
            for alias in (alias for alias, holder in aliases.items() if holder == number and alias != stage):
                client.delete_registered_model_alias(REGISTERED_MODEL, alias)
            if stage in ALIASED_STAGES:
                client.set_registered_model_alias(REGISTERED_MODEL, stage, number)
            if stage == "champion" and aliases.get(stage, number) != number:
                client.set_model_version_tag(REGISTERED_MODEL, aliases[stage], STAGE_TAG, "archived")
            client.set_model_version_tag(REGISTERED_MODEL, number, STAGE_TAG, stage)

    def track_search(self, record: SearchRecord) -> str:
        """A run of the search, which shows the numbers trial by trial, and below it a finished run for each trial."""
        with self._client() as client:
            experiment_id = self._experiment(client, SEARCHES)
            parent = _found(client, experiment_id, record.name) or _opened(client, experiment_id, record)
            for trial in record.trials:
                if not _runs(client, experiment_id, record.name_of(trial), "FINISHED"):
                    _log_trial(client, parent, record, trial)
            if record.is_done:
                client.set_terminated(parent.info.run_id)
            return f"mlflow:runs/{parent.info.run_id}"

    @contextmanager
    def _client(self) -> Iterator[MlflowClient]:
        """A client whose tables exist. Raises UnavailableError with the remedy."""
        try:
            if not self._url.startswith("postgresql"):
                yield MlflowClient(tracking_uri=self._url, registry_uri=self._url)
                return
            with connect(self._url, application="frontpage mlflow") as connection:
                execute(connection, query("tracking/mlflow_lock"))
                url = DatabaseUrl.parse(self._url).sqlalchemy()
                client = MlflowClient(tracking_uri=url, registry_uri=url)
                client.get_experiment_by_name(EXPERIMENT)
                yield client
        except (MlflowException, SQLAlchemyError) as error:
            sentence = str(error).strip().splitlines()[0]
            raise UnavailableError(f"MLflow did not take it ({sentence}); check FRONTPAGE_MLFLOW_URL") from error

    def _log(self, client: MlflowClient, record: TrainingRecord) -> Run:
        """A run holding the whole record; what an earlier, killed attempt left is marked failed."""
        run = _new_run(client, self._experiment(client), record.version, _tags(record))
        run_id = run.info.run_id
        _log_params(client, run_id, record.params)
        for numbers in _slices(_metrics(record), _METRICS_PER_BATCH):
            client.log_batch(run_id, metrics=numbers)
        client.log_inputs(run_id, datasets=[DatasetInput(_data_set(record))])
        for plot in record.plots:
            client.log_artifact(run_id, str(plot), "plots")
        for page in sorted(record.artefact_dir.glob("*.json")):
            client.log_artifact(run_id, str(page), "model")
        client.set_terminated(run_id)
        return run

    def _experiment(self, client: MlflowClient, name: str = EXPERIMENT) -> str:
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        if not self._url.startswith("postgresql"):
            return str(client.create_experiment(name))
        return str(client.create_experiment(name, artifact_location=self._artifacts()))

    def _artifacts(self) -> str:
        """Where files of runs go: the installation's artefact store, else its home."""
        if self._settings.artefacts:
            return f"{self._settings.artefacts.rstrip('/')}/mlflow"
        folder = self._settings.path("mlflow")
        folder.mkdir(parents=True, exist_ok=True)
        return folder.as_uri()

    def _finished_run(self, client: MlflowClient, version: str) -> Run | None:
        runs = _runs(client, self._experiment(client), version, "FINISHED")
        return runs[0] if runs else None

    def _register(self, client: MlflowClient, record: TrainingRecord, run: Run) -> ModelVersion:
        try:
            client.get_registered_model(REGISTERED_MODEL)
        except MlflowException:
            client.create_registered_model(REGISTERED_MODEL, description="Ten articles per reader, with reasons")
        describe(record.artefact_dir)
        address = record.artefact_dir.absolute().as_uri()
        registered = client.create_model_version(
            REGISTERED_MODEL, source=address, run_id=run.info.run_id, tags=_tags(record), description=record.version
        )
        client.set_registered_model_alias(REGISTERED_MODEL, "candidate", registered.version)
        return registered


def _new_run(client: MlflowClient, experiment_id: str, name: str, tags: dict[str, str]) -> Run:
    """An open run; what an earlier, killed attempt left is marked failed."""
    for unfinished in _runs(client, experiment_id, name, "RUNNING"):
        client.set_terminated(unfinished.info.run_id, status="FAILED")
    return client.create_run(experiment_id, run_name=name, tags=tags)


def _log_params(client: MlflowClient, run_id: str, nested: Mapping[str, Any]) -> None:
    params = [Param(name, value[:_MAX_VALUE_LENGTH]) for name, value in flatten(nested).items()]
    for some in _slices(params, _PARAMS_PER_BATCH):
        client.log_batch(run_id, params=some)


def _found(client: MlflowClient, experiment_id: str, name: str) -> Run | None:
    """The run of a search that was begun or finished before."""
    runs = [*_runs(client, experiment_id, name, "RUNNING"), *_runs(client, experiment_id, name, "FINISHED")]
    return runs[0] if runs else None


def _opened(client: MlflowClient, experiment_id: str, record: SearchRecord) -> Run:
    run = client.create_run(experiment_id, run_name=record.name, tags=_search_tags(record, record.name))
    _log_params(client, run.info.run_id, record.facts)
    return run


def _log_trial(client: MlflowClient, parent: Run, record: SearchRecord, trial: TrialRecord) -> None:
    """The trial's own run, whole; then its numbers as a step of the search's."""
    name, moment = record.name_of(trial), _milliseconds(record.as_of)
    tags = {**_search_tags(record, name), "mlflow.parentRunId": parent.info.run_id}
    run = _new_run(client, parent.info.experiment_id, name, tags)
    _log_params(client, run.info.run_id, trial.params)
    numbers = [Metric(_key(name), value, moment, trial.number) for name, value in trial.metrics.items()]
    for run_id in (run.info.run_id, parent.info.run_id):
        client.log_batch(run_id, metrics=numbers)
    client.set_terminated(run.info.run_id)


def _search_tags(record: SearchRecord, name: str) -> dict[str, str]:
    tags = {VERSION_TAG: name, "frontpage.as_of": iso(record.as_of), "mlflow.source.git.commit": record.git_commit}
    return {name: value for name, value in tags.items() if value}


def _runs(client: MlflowClient, experiment_id: str, version: str, status: str) -> Sequence[Run]:
    condition = f"tags.`{VERSION_TAG}` = '{version}' and attributes.status = '{status}'"
    found: Sequence[Run] = client.search_runs([experiment_id], condition)
    return found


def _registered(client: MlflowClient, version: str) -> ModelVersion | None:
    found = client.search_model_versions(f"name = '{REGISTERED_MODEL}' and tags.`{VERSION_TAG}` = '{version}'")
    return found[0] if found else None


def _tags(record: TrainingRecord) -> dict[str, str]:
    """Lineage: what the version was made from, as of when, by which code."""
    tags = {
        VERSION_TAG: record.version,
        "frontpage.as_of": iso(record.as_of),
        "frontpage.snapshot_hash": record.snapshot_hash,
        "frontpage.artefact_hash": record.artefact_hash,
        "frontpage.parent": record.parent,
        "mlflow.source.git.commit": record.git_commit,
        **{f"frontpage.lineage.{name}": str(value) for name, value in record.lineage.items()},
    }
    return {name: value for name, value in tags.items() if value}


def _metrics(record: TrainingRecord) -> list[Metric]:
    """Final numbers, resources and series, all stamped with `as_of`: the moment whose knowledge they measure."""
    moment = _milliseconds(record.as_of)
    resources = {f"resources/{name}": value for name, value in record.resources.as_dict().items()}
    single = [Metric(_key(name), float(value), moment, 0) for name, value in {**record.metrics, **resources}.items()]
    series = [
        Metric(_key(f"histories/{name}"), float(value), moment, step)
        for name, values in record.histories.items()
        for step, value in enumerate(values, 1)
    ]
    return single + series


def _data_set(record: TrainingRecord) -> Dataset:
    """The snapshot as MLflow's data set entity; its digest may have 36 characters, the whole hash is a tag."""
    source = json.dumps({"snapshot": record.snapshot_hash, "as_of": iso(record.as_of)})
    return Dataset("snapshot", record.snapshot_hash[:36], "dvc", source)


def _slices(items: list[Any], size: int) -> Iterator[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _key(name: str) -> str:
    """A metric name with characters that MLflow allows: `ndcg@10` becomes `ndcg_10`."""
    return re.sub(r"[^\w\-./: ]", "_", name)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
