"""Tracking of trainings: one record of what a training was, told to every tracker of the installation.

PostgreSQL's `training_run` and `model_version` are the truth; the trackers hold the same facts where people look at
runs, plots and lineage. Each adapter really calls its client (docs/adr/0003-tracker.md).
"""

from collections.abc import Sequence
from pathlib import Path

from dulwich.errors import NotGitRepository
from dulwich.repo import Repo

from frontpage.core.settings import Settings
from frontpage.lifecycle.records import Tracker, TrainingRecord, Verdict
from frontpage.lifecycle.searches import SearchRecord


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
        tracker.record_verdict(verdict)
        tracker.mark(verdict.version, stage)


def attach(settings: Settings, version: str, folder: str, files: Sequence[Path]) -> None:
    """Give every tracker files about a version. Raises UnavailableError."""
    for tracker in trackers(settings):
        tracker.attach(version, folder, files)


def mark_stage(settings: Settings, version: str, stage: str) -> None:
    """Mirror a stage of `model_version` in every tracker. Raises UnavailableError."""
    for tracker in trackers(settings):
        tracker.mark(version, stage)


def track_search(settings: Settings, record: SearchRecord) -> dict[str, str]:
    """Tracker name -> reference. Raises UnavailableError from the first one that does not answer."""
    return {tracker.name: tracker.track_search(record) for tracker in trackers(settings)}


def git_commit(root: Path) -> str | None:
    """The commit that `root` has checked out; None outside a work tree and before the first commit."""
    try:
        with Repo(str(root)) as repository:
            return repository.head().decode()
    except (NotGitRepository, KeyError):
        return None
