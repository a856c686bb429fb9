"""`frontpage train`: a candidate model from the history at as_of, or from a snapshot's files."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from frontpage.core.errors import BadInputError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import ProgressCallback, report_progress
from frontpage.core.sections.digest import next_morning
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.feature_store.cutoffs import ensure_cutoffs
from frontpage.features.feature_store.files import require_cutoff_files
from frontpage.features.feature_store.repository import feature_store, file_store
from frontpage.features.snapshot import read_manifest, read_snapshot
from frontpage.lifecycle import artefacts, registry
from frontpage.lifecycle.lineage import lineage
from frontpage.lifecycle.profile import write_profile
from frontpage.lifecycle.records import TrainingRecord
from frontpage.lifecycle.resources import Resources, measure
from frontpage.lifecycle.rollout.recipe import RECIPE, recipe_of
from frontpage.lifecycle.tracking import track_training
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from models.training.build import Built, build, build_inputs, require_inputs
from models.training.cutoffs import past_cutoffs
from models.training.feature_lookup import feast_lookup
from models.training.held_back import history_to_learn
from models.training.progress import Forecast
from models.training.train import Inputs, version_name

Part = Literal["all", "inputs", "ranker"]


def run(
    settings: Settings,
    params: Params,
    as_of: datetime,
    data: Path | None = None,
    *,
    resume: bool = True,
    part: Part = "all",
    first: bool | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Summary:
    """A version trained, kept on disk, registered as candidate and told to the trackers; with `data`, files only.

    The same inputs give the same version: a repeat finds it, and a killed run goes on from its checkpoints.
    first: within the limits of a first training, or not; by itself where there is no version of before as_of. Work on
    files has no first training.
    part: of work on files, only the `inputs` of the ranker (`data/inputs`), or only the `ranker` on these.
    clock: tells whether it will be done before the first region's morning after as_of; the log warns where it will not.
    Raises NothingToLearnError where there is nothing to learn from.
    """
    if part not in get_args(Part) or (part != "all" and not data):
        raise BadInputError(f"--part {part}: choose all, or with --data one of inputs and ranker")
    if data and first is not None:
        raise BadInputError("--first and --full are not for --data, where every training takes params.yaml as it is")
    if data and part == "inputs":
        return _inputs_only(params, as_of, data)
    if data:
        built, inputs = _from_files(params, as_of, data, resume=resume, part=part)
    else:
        forecast = _forecast(params, as_of, clock)
        built, inputs = _from_database(settings, params, as_of, resume=resume, first=first, forecast=forecast)
    metrics = built.model.metrics
    details = {
        "version": built.model.version,
        "new": built.is_new,
        "first": "first_training" in metrics,
        "ndcg": round(metrics["train_ndcg_at_10"], 4),
    }
    outputs = {"model": {"version": built.model.version, "hash": built.artefact_hash}}
    n_rows, folder = int(metrics["train_rows"]), str(built.folder)
    return Summary("train", n_rows, 1, artifact=folder, details=details, inputs=inputs, outputs=outputs)


def _made_of(history: History, snapshot_hash: str, parent: str | None = None) -> dict[str, Any]:
    """Inputs of a training, for its record."""
    return {
        **history.rows(),
        "snapshot": {"hash": snapshot_hash},
        **({"parent": {"version": parent}} if parent else {}),
    }


def _inputs_only(params: Params, as_of: datetime, data: Path) -> Summary:
    n_rows = build_inputs(_inputs_of(params, as_of, data), str(read_manifest(data)["hash"]), data / "inputs")
    return Summary("train", n_rows, n_rows, artifact=str(data / "inputs"))


def _from_files(
    params: Params, as_of: datetime, data: Path, *, resume: bool, part: Part
) -> tuple[Built, dict[str, Any]]:
    inputs, snapshot_hash = _inputs_of(params, as_of, data), str(read_manifest(data)["hash"])
    prepared = data / "inputs" if part == "ranker" else None
    if prepared is not None:
        require_inputs(inputs, snapshot_hash, prepared)
    built = build(inputs, version_name(inputs, snapshot_hash, as_of), data / "model", resume=resume, prepared=prepared)
    return built, _made_of(inputs.history, snapshot_hash)


def _inputs_of(params: Params, as_of: datetime, data: Path) -> Inputs:
    history = history_to_learn(read_snapshot(data, as_of), params)
    require_cutoff_files(data, past_cutoffs(history, params))
    return Inputs(history, params, feast_lookup(file_store(data)), progress=report_progress)


def _forecast(params: Params, as_of: datetime, clock: Callable[[], datetime] | None) -> Forecast | None:
    """None where nobody waits: without a clock, and in a back-fill, whose morning has come long ago."""
    morning = next_morning(as_of, params.digest)
    return Forecast(morning, clock) if clock is not None and clock() < morning else None


def _reporting(forecast: Forecast | None) -> ProgressCallback:
    """Progress for whoever watches, and for the forecast."""

    def report(what: str, done: int, total: int | None) -> None:
        report_progress(what, done, total)
        if forecast is not None:
            forecast(what, done, total)

    return report


def _from_database(
    settings: Settings, params: Params, as_of: datetime, *, resume: bool, first: bool | None, forecast: Forecast | None
) -> tuple[Built, dict[str, Any]]:
    url = database_url(settings)
    with connect(url, application="frontpage train") as connection, exclusive(connection, "train"):
        is_first = registry.is_first_training(connection, as_of) if first is None else first
        used = params.for_first_training() if is_first else params
        known = registry.known_at(connection, as_of, used, settings.path("snapshots"))
        ensure_cutoffs(connection, as_of, known.past_cutoffs, params.data)
        inputs = Inputs(
            known.learned, used, feast_lookup(feature_store(url)), known.parent_model(settings),
            progress=_reporting(forecast), is_first=used != params,
        )  # fmt: skip
        version = version_name(inputs, known.snapshot_hash, as_of)
        with registry.training(connection, known, used) as training_id:
            with measure() as meter:
                built = build(inputs, version, settings.path("models", version), resume=resume)
            made_of = {**lineage(connection, settings, used, as_of), RECIPE: recipe_of(params)}
            row = registry.register(connection, known, built, training_id, made_of, settings.acting)
            write_profile(known.history, known.snapshot_hash, built.folder)
            artefacts.push(row, settings)
            references = track_training(settings, _record(known, built, used, made_of, meter.resources))
            margin = {} if forecast is None else {"before_morning_seconds": forecast.margin_seconds()}
            resources = meter.resources.as_dict() | margin
            facts = {"metrics": built.model.metrics, "resources": resources, "tracker_refs": references}
            versions.end_training(connection, training_id, "done", **facts)
    return built, _made_of(known.history, known.snapshot_hash, known.parent.version if known.parent else None)


def _record(
    known: registry.Known, built: Built, params: Params, made_of: Mapping[str, Any], resources: Resources
) -> TrainingRecord:
    return TrainingRecord(
        version=built.model.version,
        as_of=known.history.as_of,
        snapshot_hash=known.snapshot_hash,
        artefact_dir=built.folder,
        artefact_hash=built.artefact_hash,
        params=params.model_dump(mode="json"),
        metrics=built.model.metrics,
        histories=built.model.histories,
        plots=built.plots,
        parent=known.parent.version if known.parent else None,
        git_commit=made_of.get("code_commit"),
        lineage=made_of,
        resources=resources,
    )
