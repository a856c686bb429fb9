"""Tracking of trainings: one record of what a training was, told to every tracker of the installation.

PostgreSQL's `training_run` and `model_version` are the truth; the trackers hold the same facts where people look at
runs, plots and lineage. Each adapter really calls its client (docs/adr/0003-tracker.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from frontpage.core.settings import Settings
from frontpage.lifecycle.resources import Resources
from frontpage.lifecycle.searches import SearchRecord

#: Stages that have an alias of the same name in a registry; a version has at most one of them.
ALIASED_STAGES = ("champion", "challenger", "candidate")


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """Everything a tracker is told about one model version.

    snapshot_hash: manifest hash of the data trained on. params: nested as in params.yaml. metrics: final numbers.
    histories: per-step series, e.g. the loss of each iteration. plots: existing image files. artefact_hash: hash of
    the artefact folder's manifest. parent: version whose factors this one started from. git_commit: of the code.
    """

    version: str
    as_of: datetime
    snapshot_hash: str
    artefact_dir: Path
    artefact_hash: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    histories: Mapping[str, Sequence[float]] = field(default_factory=dict)
    plots: Sequence[Path] = ()
    parent: str | None = None
    git_commit: str | None = None
    resources: Resources = field(default_factory=Resources)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What trackers are told of a version's evaluation on cutoffs that it did not learn from.

    metrics: `<ranker>_<metric>` of the candidate, the champion and each rule. files: of the evaluation, plot included.
    """

    version: str
    as_of: datetime
    passed: bool
    reasons: Sequence[str]
    metrics: Mapping[str, float] = field(default_factory=dict)
    files: Sequence[Path] = ()


class Tracker(Protocol):
    """Somewhere runs are kept. Each method may be called again with the same arguments without a second effect."""

    name: str

    def track(self, record: TrainingRecord) -> str:
        """Keep the record; a reference under which it can be found again. Raises UnavailableError."""

    def judge(self, verdict: Verdict) -> None:
        """Add the evaluation to the run of a version that was tracked. Raises UnavailableError."""

    def mark(self, version: str, stage: str) -> None:
        """Note the stage of a version that was tracked. Raises UnavailableError."""

    def track_search(self, record: SearchRecord) -> str:
        """Keep what of a search is not kept yet; a reference to its run. Raises UnavailableError."""


def trackers(settings: Settings) -> list[Tracker]:
    """The trackers of this installation, in the order in which they are told. Their clients load here."""
    from frontpage.lifecycle.mlflow_tracker import MlflowTracker
    from frontpage.lifecycle.neptune_tracker import NeptuneTracker

    return [NeptuneTracker(settings), MlflowTracker(settings)]


def track_training(settings: Settings, record: TrainingRecord) -> dict[str, str]:
    """Tracker name -> reference, for `training_run.tracker_refs`.

    Raises UnavailableError from the first tracker that does not answer; calling again completes the others.
    """
    return {tracker.name: tracker.track(record) for tracker in trackers(settings)}


def track_verdict(settings: Settings, verdict: Verdict, stage: str) -> None:
    """Tell every tracker how a version was judged and what its stage is now. Raises UnavailableError."""
    for tracker in trackers(settings):
        tracker.judge(verdict)
        tracker.mark(verdict.version, stage)


def mark_stage(settings: Settings, version: str, stage: str) -> None:
    """Mirror a stage of `model_version` in every tracker. Raises UnavailableError."""
    for tracker in trackers(settings):
        tracker.mark(version, stage)


def track_search(settings: Settings, record: SearchRecord) -> dict[str, str]:
    """Tracker name -> reference. Raises UnavailableError from the first one that does not answer."""
    return {tracker.name: tracker.track_search(record) for tracker in trackers(settings)}


def flatten(params: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """`{"als": {"factors": 32}}` as `{"als.factors": "32"}`, in the order given."""
    flat: dict[str, str] = {}
    for name, value in params.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = str(value)
    return flat


def git_commit(root: Path) -> str | None:
    """The commit that `root` has checked out, read from its `.git` folder; None outside a work tree."""
    head = root / ".git" / "HEAD"
    if not head.is_file():
        return None
    text = head.read_text().strip()
    if not text.startswith("ref: "):
        return text
    return _resolve(root / ".git", text.removeprefix("ref: "))


def _resolve(git: Path, ref: str) -> str | None:
    if (git / ref).is_file():
        return (git / ref).read_text().strip()
    packed = git / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {ref}")), None)
