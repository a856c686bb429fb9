"""What trackers are told of a training and of a version's evaluation, and what a tracker is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from frontpage.lifecycle.resources import Resources
from frontpage.lifecycle.searches import SearchRecord

#: Stages that have an alias of the same name in a registry; a version has at most one of them.
ALIASED_STAGES = ("champion", "canary", "shadow", "candidate")


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """Everything a tracker is told about one model version.

    snapshot_hash: manifest hash of the data trained on. params: nested as in params.yaml. metrics: final numbers.
    histories: per-step series, e.g. the loss of each iteration. plots: existing image files. artefact_hash: hash of
    the artefact folder's manifest. parent: version whose factors this one started from. git_commit: of the code.
    lineage: the other facts of what it was made of and by.
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
    lineage: Mapping[str, Any] = field(default_factory=dict)
    resources: Resources = field(default_factory=Resources)


#: Where a test of a version is told: its name, the prefix of its metrics, the folder of its files.
Test = Literal["gate", "acceptance"]
METRICS_OF: Mapping[Test, str] = {"gate": "held_out", "acceptance": "acceptance"}
FILES_OF: Mapping[Test, str] = {"gate": "evaluation", "acceptance": "acceptance"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What trackers are told of a test of a version on moments that it did not learn from.

    metrics: of the gate `<ranker>_<metric>`, of the acceptance test `<slice>_<metric>`. files: of the test, with plots.
    """

    version: str
    as_of: datetime
    passed: bool
    reasons: Sequence[str]
    metrics: Mapping[str, float] = field(default_factory=dict)
    files: Sequence[Path] = ()
    test: Test = "gate"


class Tracker(Protocol):
    """Somewhere runs are kept. Each method may be called again with the same arguments without a second effect."""

    name: str

    def track(self, record: TrainingRecord) -> str:
        """Keep the record; a reference under which it can be found again. Raises UnavailableError."""

    def record_verdict(self, verdict: Verdict) -> None:
        """Add the evaluation to the run of a version that was tracked. Raises UnavailableError."""

    def attach(self, version: str, folder: str, files: Sequence[Path]) -> None:
        """Keep files below a folder of the run of a version that was tracked. Raises UnavailableError."""

    def mark(self, version: str, stage: str) -> None:
        """Note the stage of a version that was tracked. Raises UnavailableError."""

    def track_search(self, record: SearchRecord) -> str:
        """Keep what of a search is not kept yet; a reference to its run. Raises UnavailableError."""


def flatten(params: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """`{"als": {"factors": 32}}` as `{"als.factors": "32"}`, in the order given."""
    flat: dict[str, str] = {}
    for name, value in params.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = str(value)
    return flat
