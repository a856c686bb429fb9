"""Neptune: runs as files under `home/neptune/`, ready for `neptune sync` to any server that speaks its protocol.

The hosted service is gone, so offline is the default; `neptune_mode` async or sync with NEPTUNE_API_TOKEN (which
carries the server's address) reaches a living one. Offline the client cannot read back, register or copy a file by its
path: plots are handed over as bytes, and registering and promoting are MLflow's.
"""

import logging
import math
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neptune
from neptune.exceptions import NeptuneException
from neptune.types import File

from frontpage.core.clock import iso
from frontpage.core.errors import UnavailableError
from frontpage.core.settings import Settings
from frontpage.lifecycle.records import FILES_OF, METRICS_OF, TrainingRecord, Verdict
from frontpage.lifecycle.searches import SearchRecord

#: Versions whose offline runs are kept; one has 50 to 500 kB. The oldest are removed when a new one is written.
KEEP_VERSIONS = 60
#: The same of searches; each holds a run for every trial.
KEEP_SEARCHES = 10
_DATA_DIRECTORY = "NEPTUNE_DATA_DIRECTORY"
_TRACKED = "tracked"


class NeptuneTracker:
    """The `Tracker` over Neptune's client; one folder `home/neptune/<version>` for each version."""

    name = "neptune"

    def __init__(self, settings: Settings) -> None:
        self._mode: Any = settings.neptune_mode
        self._project = settings.neptune_project
        self._folder = settings.path("neptune")
        self._searches = settings.path("neptune-searches")
        logging.getLogger("neptune").setLevel(logging.WARNING)

    def track(self, record: TrainingRecord) -> str:
        """One run for each version; a repeat changes nothing."""
        tracked = self._folder / record.version / _TRACKED
        if not tracked.exists():
            with self._run(record.version) as run:
                _log(run, record)
            tracked.touch()
            _keep_newest(self._folder, KEEP_VERSIONS)
        return f"neptune:{self._mode}/{self._project}/{record.version}"

    def record_verdict(self, verdict: Verdict) -> None:
        """Add `held_out/`, `gate/` and `evaluation/` to the run of that version, as `mark` adds its stage."""
        with self._run(verdict.version) as run:
            run[METRICS_OF[verdict.test]] = _finite(verdict.metrics)
            run[verdict.test] = {"passed": verdict.passed, "reasons": "; ".join(verdict.reasons)}
            _upload(run, FILES_OF[verdict.test], verdict.files)

    def attach(self, version: str, folder: str, files: Sequence[Path]) -> None:
        """Files by name below a folder of the version's run."""
        with self._run(version) as run:
            _upload(run, folder, files)

    def mark(self, version: str, stage: str) -> None:
        """Add the stage to the run of that version: same custom id, so a server merges the two."""
        with self._run(version) as run:
            run["registry/stage"] = stage

    def track_search(self, record: SearchRecord) -> str:
        """A run of the search and one for each trial, which names the search as its group; each in a folder."""
        folder = self._searches / record.name
        self._once(folder, record.name, {"search": {**record.facts, "as_of": iso(record.as_of)}})
        for trial in record.trials:
            told = {"search": {"name": record.name}, "parameters": trial.params, "metrics": _finite(trial.metrics)}
            self._once(folder, record.name_of(trial), told)
        if record.is_done:
            _keep_newest(self._searches, KEEP_SEARCHES)
        return f"neptune:{self._mode}/{self._project}/{record.name}"

    def _once(self, folder: Path, name: str, told: Mapping[str, Any]) -> None:
        """A run below the folder that holds this; nothing where there is one already."""
        tracked = folder / name / _TRACKED
        if tracked.exists():
            return
        with self._run(name, folder) as run:
            for field, values in told.items():
                run[field] = _plain(values)
        tracked.touch()

    @contextmanager
    def _run(self, version: str, folder: Path | None = None) -> Iterator["neptune.Run"]:
        """A run whose files, below `folder` or that of all versions, are complete at the end of the block."""
        try:
            with (
                _data_directory((folder or self._folder) / version / ".neptune"),
                neptune.init_run(
                    mode=self._mode, project=self._project, custom_run_id=version[-36:], name=version,
                    source_files=[], git_ref=False, capture_hardware_metrics=False, capture_stdout=False,
                    capture_stderr=False, capture_traceback=False,
                ) as run,
            ):  # fmt: skip
                yield run
        except (NeptuneException, ConnectionError) as error:
            sentence = (str(error).strip().splitlines() or [type(error).__name__])[0]
            remedy = "check NEPTUNE_API_TOKEN or set FRONTPAGE_NEPTUNE_MODE=offline"
            raise UnavailableError(f"Neptune did not take {version} ({sentence}); {remedy}") from error


def _log(run: "neptune.Run", record: TrainingRecord) -> None:
    run["training"] = _facts(record)
    run["parameters"] = _plain(record.params)
    run["metrics"] = _finite(record.metrics)
    run["resources"] = record.resources.as_dict()
    for name, values in record.histories.items():
        kept = [(step, value) for step, value in enumerate(values, 1) if math.isfinite(value)]
        if kept:
            run[f"histories/{name}"].extend([value for _, value in kept], steps=[step for step, _ in kept])
    for plot in record.plots:
        run[f"plots/{plot.stem}"].upload(File.from_content(plot.read_bytes(), extension=plot.suffix[1:]))


def _upload(run: "neptune.Run", folder: str, files: Sequence[Path]) -> None:
    for file in files:
        run[f"{folder}/{file.stem}"].upload(File.from_content(file.read_bytes(), extension=file.suffix[1:]))


@contextmanager
def _data_directory(folder: Path) -> Iterator[None]:
    """The client takes its folder from the environment only; what was there before comes back."""
    folder.mkdir(parents=True, exist_ok=True)
    before = os.environ.get(_DATA_DIRECTORY)
    os.environ[_DATA_DIRECTORY] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_DATA_DIRECTORY]
        else:
            os.environ[_DATA_DIRECTORY] = before


def _keep_newest(folder: Path, n_kept: int) -> None:
    """Remove all but the newest versions; their names begin with their `as_of`, so names sort by time."""
    for version in sorted(folder.iterdir())[:-n_kept]:
        shutil.rmtree(version)


def _facts(record: TrainingRecord) -> dict[str, str]:
    facts = {
        "version": record.version,
        "as_of": iso(record.as_of),
        "snapshot_hash": record.snapshot_hash,
        "artefact_uri": record.artefact_dir.absolute().as_uri(),
        "artefact_hash": record.artefact_hash,
        "parent": record.parent,
        "git_commit": record.git_commit,
        **{name: str(value) for name, value in record.lineage.items()},
    }
    return {name: value for name, value in facts.items() if value}


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Nested parameters with leaves that Neptune stores: numbers, booleans, text."""
    return {name: _leaf(value) for name, value in params.items()}


def _leaf(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    return value if isinstance(value, bool | int | float) else str(value)


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """Neptune refuses NaN and infinity, so these are left out."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
