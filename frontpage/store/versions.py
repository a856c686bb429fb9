"""Model versions and trainings: the registry's source of truth. MLflow's aliases mirror `stage`.

At most one version is champion; a change of stage and its line in the trail are one transaction. Stages are changed
through `lifecycle.registry.change_stage`, which knows what may follow what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg2.extras import Json

from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError, CheckFailedError, NothingPublishedError
from frontpage.store import audit
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.queries import query

Stage = Literal["candidate", "shadow", "canary", "champion", "archived", "rejected"]


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One row of `model_version` [version].

    artefact_uri: folder of the artefacts. artefact_hash: SHA-256 of the folder's manifest. snapshot_hash: data trained
    on. parent: the version it was warm-started from. lineage: code, lock file, image, data, parameters and seed that it
    was made of. gate, acceptance, fitness: what was measured and decided, with reasons.
    """

    version: str
    as_of: datetime
    artefact_uri: str
    artefact_hash: str
    snapshot_hash: str | None = None
    training_id: int | None = None
    parent: str | None = None
    stage: Stage = "candidate"
    metrics: Mapping[str, Any] = field(default_factory=dict)
    gate: Mapping[str, Any] = field(default_factory=dict)
    lineage: Mapping[str, Any] = field(default_factory=dict)
    acceptance: Mapping[str, Any] = field(default_factory=dict)
    fitness: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
    stage_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VersionEvent:
    """One line of the trail. from_stage: None where the version came into the registry. actor: as `Actor` spells it."""

    version: str
    from_stage: Stage | None
    to_stage: Stage
    actor: str
    reason: str
    at: datetime


def begin_training(
    connection: Connection, as_of: datetime, snapshot_hash: str | None, params: Mapping[str, Any]
) -> int:
    """The id of a new training in state `running`."""
    row = fetch_one(
        connection,
        query("models/training_begin"),
        {"as_of": as_of, "snapshot_hash": snapshot_hash, "params": Json(dict(params))},
    )
    assert row is not None
    return int(row["training_id"])


def end_training(
    connection: Connection, training_id: int, state: Literal["done", "failed"], **details: Mapping[str, Any]
) -> None:
    """Close a training. `details`: any of metrics, resources, tracker_refs; what is not given stays.

    Raises BadInputError for an unknown training.
    """
    given = {name: Json(dict(details.get(name, {}))) for name in ("metrics", "resources", "tracker_refs")}
    if execute(connection, query("models/training_end"), {"training_id": training_id, "state": state, **given}) == 0:
        raise BadInputError(f"there is no training {training_id}")


def insert(connection: Connection, version: ModelVersion, *, actor: Actor, reason: str) -> bool:
    """Whether the version is new. The same version again, with the same artefacts, changes nothing.

    Raises CheckFailedError where the version exists with other artefacts: the same inputs must give the same model.
    """
    values = {
        "version": version.version, "as_of": version.as_of, "training_id": version.training_id,
        "stage": version.stage, "artefact_uri": version.artefact_uri, "artefact_hash": version.artefact_hash,
        "snapshot_hash": version.snapshot_hash, "parent": version.parent,
        "metrics": Json(dict(version.metrics)), "gate": Json(dict(version.gate)),
        "lineage": Json(dict(version.lineage)),
    }  # fmt: skip
    with transaction(connection):
        if execute(connection, query("models/version_insert"), values):
            execute(
                connection,
                query("models/event_insert"),
                {"version": version.version, "actor": str(actor), "reason": reason},
            )
            return True
    if get(connection, version.version).artefact_hash != version.artefact_hash:
        raise CheckFailedError(
            f"version {version.version} is registered with other artefacts; the same data and parameters should give "
            "the same model: keep both folders and compare their manifests"
        )
    return False


def get(connection: Connection, version: str) -> ModelVersion:
    """That version. Raises NothingPublishedError with the newest ones that exist."""
    row = fetch_one(connection, query("models/version_get"), {"version": version})
    if row is None:
        names = ", ".join(known.version for known in newest(connection, limit=5)) or "none yet"
        raise NothingPublishedError(f"there is no model version {version}; the newest are: {names}")
    return ModelVersion(**row)


def find(connection: Connection, version: str | None) -> ModelVersion | None:
    """That version; None where there is none, as of the name of a count."""
    row = fetch_one(connection, query("models/version_get"), {"version": version})
    return ModelVersion(**row) if row else None


def champion(connection: Connection) -> ModelVersion | None:
    """The version whose lists are served, or None before the first promotion."""
    row = fetch_one(connection, query("models/version_champion"))
    return ModelVersion(**row) if row else None


def newest(
    connection: Connection, *, until: datetime | None = None, stage: Stage | None = None, limit: int = 100
) -> list[ModelVersion]:
    """Versions by as_of, newest first, then by name; where given only those of one stage, of moments up to `until`."""
    rows = fetch_all(connection, query("models/version_newest"), {"until": until, "stage": stage, "limit": limit})
    return [ModelVersion(**row) for row in rows]


def set_metrics(connection: Connection, version: str, metrics: Mapping[str, Any], gate: Mapping[str, Any]) -> None:
    """Add metrics and the gate's decision; keys that are there already are replaced."""
    values = {"version": version, "metrics": Json(dict(metrics)), "gate": Json(dict(gate))}
    if execute(connection, query("models/version_set_metrics"), values) == 0:
        get(connection, version)


def set_findings(
    connection: Connection,
    version: str,
    *,
    acceptance: Mapping[str, Any] | None = None,
    fitness: Mapping[str, Any] | None = None,
) -> None:
    """Write down what the acceptance test, or the look at the target, found; keys that are there are replaced."""
    values = {"version": version, "acceptance": Json(dict(acceptance or {})), "fitness": Json(dict(fitness or {}))}
    if execute(connection, query("models/version_set_findings"), values) == 0:
        get(connection, version)


def events(connection: Connection, version: str | None = None) -> list[VersionEvent]:
    """The trail of a version, or of all, oldest first."""
    return [VersionEvent(**row) for row in fetch_all(connection, query("models/events"), {"version": version})]


def former(connection: Connection) -> str | None:
    """The version that was champion last before the one that is; None where there is none that was not taken back."""
    row = fetch_one(connection, query("models/version_former"))
    return str(row["version"]) if row else None


def set_stages(
    connection: Connection, stages: Sequence[tuple[str, Stage]], actor: Actor, reason: str
) -> ModelVersion | None:
    """Change the stages of versions, in that order and all or none; the champion that had to make way, or None.

    A version that has the stage already is left alone, without a line in the trail.
    Raises NothingPublishedError for an unknown version.
    """
    displaced = None
    with transaction(connection):
        execute(connection, query("models/version_lock"))
        for version, stage in stages:
            if get(connection, version).stage == stage:
                continue
            now = champion(connection) if stage == "champion" else None
            if now is not None:
                _change(connection, now.version, "archived", actor, f"{version} became champion: {reason}")
            _change(connection, version, stage, actor, reason)
            displaced = now or displaced
    return displaced


def _change(connection: Connection, version: str, stage: Stage, actor: Actor, reason: str) -> None:
    before = {"stage": get(connection, version).stage}
    values = {"version": version, "stage": stage, "actor": str(actor), "reason": reason}
    execute(connection, query("models/version_set_stage"), values)
    audit.record(connection, "model stage", f"model:{version}", str(actor), reason, before, {"stage": stage})
