"""Which version trains, serves or is judged at a moment: answers from `model_version` that do not look ahead.

A version trained on later knowledge must not score an earlier moment, so a back-fill takes the champion of then.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from frontpage.core.actor import Actor
from frontpage.core.clock import TICK, iso
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.snapshot import MANIFEST, read_manifest, write_snapshot
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.stages import ON_TRIAL, change_stage
from frontpage.lifecycle.training_history import history_to_learn_from
from frontpage.store import versions
from frontpage.store.connect import Connection
from frontpage.store.versions import ModelVersion
from models.choice import Choice
from models.evaluation.evaluate import means_of
from models.evaluation.gate import Earlier, Gate
from models.training.artefact import Model, artefact_hash, load
from models.training.cutoffs import past_cutoffs
from models.training.held_back import history_to_learn
from models.variants import CHAMPION, variants_of

if TYPE_CHECKING:
    from models.training.build import Built


@dataclass(frozen=True, slots=True)
class Known:
    """What a training at a moment starts from: the history, its snapshot's hash, and the version before.

    learned: the history without the hours that are held back, which is all that the training sees.
    past_cutoffs: every past moment whose features it will ask for, ascending.
    """

    history: History
    learned: History
    snapshot_hash: str
    past_cutoffs: list[datetime]
    parent: ModelVersion | None

    def parent_model(self, settings: Settings) -> Model | None:
        """The model of the version before."""
        return loaded(self.parent, settings) if self.parent else None


#: Parameters that no list hangs on.
BESIDE_LISTS = {
    *("threads", "schedule", "extract", "first_training", "gate", "acceptance", "fitness", "explain", "quality"),
    *("digest", "rollout", "pilot", "retention", "outcomes", "experiments", "off_policy"),
    *("drift", "arrivals", "business", "data_report", "editorial"),
}


def earlier_evaluations(connection: Connection, as_of: datetime, params: Params) -> list[Earlier]:
    """What versions of the days before measured on their held-out cutoffs, newest first."""
    since = as_of - timedelta(days=params.gate.memory_days)
    before = (version for version in versions.newest(connection, until=as_of) if since <= version.as_of < as_of)
    return [
        Earlier(means, (version.gate or {}).get("segment_means", {}))
        for version in before
        if (means := means_of(version.metrics))
    ]


def choice_of(version: ModelVersion) -> Choice:
    """What the evaluation of a version chose to serve: its ranker, or a count that was better."""
    return Choice.of_gate(version.gate or {})


def maker(version: ModelVersion | None, params: Params) -> str | None:
    """What a version's lists hang on besides the data, as one hash; None where no ranker makes any of them.

    Lists of another maker are never kept: one page does not mix two models, two choices or two sets of parameters.
    """
    if version is None or not (choice := choice_of(version)).uses_ranker:
        return None
    made_of = (
        version.version, version.artefact_hash,
        json.dumps(params.model_dump(mode="json", exclude=BESIDE_LISTS), sort_keys=True),
        json.dumps([choice.half_life_hours, choice.of_segment], sort_keys=True),
    )  # fmt: skip
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()


def content_version(connection: Connection, as_of: datetime, version: ModelVersion | None) -> ModelVersion | None:
    """The version whose content vectors say how alike articles are: the lists' own, else the champion of then."""
    return champion_at(connection, as_of) if version is None else version


def serving(
    connection: Connection, as_of: datetime, variant: str = CHAMPION, params: Params | None = None
) -> ModelVersion | None:
    """The version that makes the lists of (as_of, variant); None where they need no model, or there is none yet.

    champion, and every variant of `params` with a ranker: the champion, or for a moment before it was trained the
    newest earlier one. shadow, canary: the newest one of that stage. Any other name is a version's. Raises
    NothingPublishedError where that is not there, or was trained on later knowledge.
    """
    named = variants_of(Params() if params is None else params)
    if variant in named:
        return champion_at(connection, as_of) if named[variant].needs_model else None
    for stage in ON_TRIAL:
        if variant == stage:
            found = versions.newest(connection, stage=stage, until=as_of, limit=1)
            if not found:
                raise NothingPublishedError(f"there is no {stage} of {iso(as_of)} or before; score another variant")
            return found[0]
    version = versions.get(connection, variant)
    if version.as_of > as_of:
        raise NothingPublishedError(f"{variant} knows what came after {iso(as_of)}; score a moment from its own on")
    return version


def champion_at(connection: Connection, as_of: datetime) -> ModelVersion | None:
    """The champion, or where it was trained on later knowledge the newest former one that was not; else None."""
    newest = partial(versions.newest, connection, until=as_of, limit=1)
    found = newest(stage="champion") or newest(stage="archived")
    return found[0] if found else None


def known_at(connection: Connection, as_of: datetime, params: Params, snapshots: Path) -> Known:
    """What a training at `as_of` starts from; a snapshot is written below `snapshots` where there is none yet."""
    history = history_to_learn_from(connection, as_of, params)
    learned = history_to_learn(history, params)
    parent = parent_at(connection, as_of) if params.als.warm_start else None
    return Known(history, learned, snapshot_hash(history, snapshots), past_cutoffs(learned, params), parent)


@contextmanager
def training(connection: Connection, known: Known, params: Params) -> Iterator[int]:
    """The id of a training that is `failed` if the block is left by an exception; else the block has to close it."""
    settings = params.model_dump(mode="json")
    training_id = versions.begin_training(connection, known.history.as_of, known.snapshot_hash, settings)
    try:
        yield training_id
    except BaseException:
        if not connection.closed:
            versions.end_training(connection, training_id, "failed")
        raise


def register(
    connection: Connection, known: Known, built: Built, training_id: int, lineage: Mapping[str, Any], actor: Actor
) -> ModelVersion:
    """The version's row, as candidate; the same version again changes nothing."""
    row = ModelVersion(
        version=built.model.version,
        as_of=known.history.as_of,
        artefact_uri=str(built.folder),
        artefact_hash=built.artefact_hash,
        snapshot_hash=known.snapshot_hash,
        training_id=training_id,
        parent=known.parent.version if known.parent else None,
        metrics=dict(built.model.metrics),
        lineage=lineage,
    )
    versions.insert(connection, row, actor=actor, reason=f"trained as of {iso(row.as_of)}")
    return row


def parent_at(connection: Connection, as_of: datetime) -> ModelVersion | None:
    """The version that a training at `as_of` may start from: the champion of just before."""
    return champion_at(connection, as_of - TICK)


def is_first_training(connection: Connection, as_of: datetime) -> bool:
    """Whether no version, of whatever stage, was trained before `as_of`; one of that very moment does not count."""
    return not versions.newest(connection, until=as_of - TICK, limit=1)


def candidate_at(connection: Connection, as_of: datetime) -> ModelVersion:
    """The newest version trained at `as_of`. Raises NothingPublishedError where there is none."""
    found = versions.newest(connection, until=as_of, limit=1)
    if found and found[0].as_of == as_of:
        return found[0]
    raise NothingPublishedError(f"no model was trained at {iso(as_of)}; run `frontpage train --as-of {iso(as_of)}`")


def loaded(version: ModelVersion, settings: Settings) -> Model:
    """The model of a registered version, fetched from the artefact store where this home lacks it.

    Raises BadInputError where its artefacts are missing or are not those that were registered.
    """
    folder = folder_of(version, settings)
    if artefact_hash(folder) != version.artefact_hash:
        raise BadInputError(f"{folder} is not what was registered as {version.version}; restore it, or train again")
    return load(folder)


def is_evaluated(version: ModelVersion) -> bool:
    """Whether the gate has decided on a version, and where it said no the stage says so."""
    return bool(version.gate) and (bool(version.gate["passed"]) or version.stage != "candidate")


def record_verdict(
    connection: Connection, version: ModelVersion, metrics: Mapping[str, Any], decided: Gate, actor: Actor
) -> ModelVersion:
    """The version with metrics and the gate's decision: a candidate still if it passed, else rejected.

    A version never takes the place of a champion that was trained on newer data.
    """
    now = versions.champion(connection)
    if now is not None and now.as_of > version.as_of:
        reason = f"the champion {now.version} was trained on newer data"
        decided = Gate(False, (*decided.reasons, reason), decided.ratios)
    versions.set_metrics(connection, version.version, metrics, decided.as_json())
    if not decided.passed:
        change_stage(connection, version.version, "rejected", actor=actor, reason="; ".join(decided.reasons))
    return versions.get(connection, version.version)


def record_acceptance(
    connection: Connection, version: ModelVersion, found: Mapping[str, Any], actor: Actor
) -> ModelVersion:
    """The version with what the acceptance test found: a candidate still if it passed, else rejected."""
    versions.set_findings(connection, version.version, acceptance=found)
    if not found["accepted"] and version.stage == "candidate":
        change_stage(connection, version.version, "rejected", actor=actor, reason="; ".join(found["reasons"]))
    return versions.get(connection, version.version)


def is_accepted(version: ModelVersion) -> bool:
    """Whether gate and acceptance test let the version pass."""
    return bool(version.gate.get("passed")) and bool(version.acceptance.get("accepted"))


def snapshot_hash(history: History, folder: Path) -> str:
    """Hash of the snapshot of this very history, which is written below `folder` where it is not there yet.

    A snapshot of the same moment is no proof: a source that was silent may have brought earlier rows since.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".") as made:
        new = Path(made) / "snapshot"
        digest = write_snapshot(history, new)
        if digest not in _hashes(folder):
            place = folder / f"{history.as_of:%Y%m%dT%H%M%S}"
            shutil.rmtree(place, ignore_errors=True)
            new.replace(place)
    return digest


def _hashes(folder: Path) -> Iterator[str]:
    """Of the whole snapshots below a folder; one that is half-written by a killed run is not ours to mend."""
    for manifest in folder.glob(f"*/{MANIFEST}"):
        with suppress(BadInputError):
            yield str(read_manifest(manifest.parent)["hash"])
