"""What each verb reads and makes, as datasets with a version: by it one edition's are told from another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from frontpage.core.clock import iso

#: Names of datasets. A source's name is its own, in a namespace of its own.
CANONICAL, STATES, SNAPSHOT, MODEL, LISTS, PUBLISHED = "canonical", "states", "snapshot", "model", "lists", "published"
OURS, SOURCES = "frontpage", "source"
#: What each verb reads of what was known at its moment, and what it makes of it.
_READS = {
    "validate": CANONICAL, "features": CANONICAL, "snapshot": CANONICAL, "refresh": CANONICAL, "train": STATES,
    "score": STATES,
}  # fmt: skip
_MAKES = {"extract": CANONICAL, "features": STATES}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as one execution saw or left it. version: a moment, a hash, or the id of a run or model."""

    name: str
    version: str
    rows: int | None = None
    namespace: str = OURS


def inputs_of(execution: Mapping[str, Any]) -> list[Dataset]:
    """What a row of `execution` says was read; none where it has no moment."""
    return list(_inputs(execution, execution["inputs"], _moment(execution))) if execution["as_of"] else []


def outputs_of(execution: Mapping[str, Any]) -> list[Dataset]:
    """What it says was made; a run that was not published is no edition."""
    return list(_outputs(execution, execution["outputs"], _moment(execution))) if execution["as_of"] else []


def _inputs(execution: Mapping[str, Any], told: Mapping[str, Any], moment: str) -> Iterator[Dataset]:
    verb = execution["verb"]
    if verb == "extract":
        yield from (Dataset(name, moment, _rows(said), SOURCES) for name, said in told.items())
        return
    if verb in _READS:
        yield Dataset(_READS[verb], moment, _rows(told.get("reads")))
    if verb == "train" and (snapshot := told.get("snapshot", {}).get("hash")):
        yield Dataset(SNAPSHOT, snapshot)
    for name in (MODEL, "parent"):
        if version := told.get(name, {}).get("version"):
            yield Dataset(MODEL, version)
    if run := told.get(LISTS, {}).get("run"):
        yield Dataset(LISTS, str(run), _rows(told[LISTS]))
    if verb == "gate" and (run := _run_of(execution["artifact"])):
        yield Dataset(LISTS, run, execution["rows_in"])


def _outputs(execution: Mapping[str, Any], told: Mapping[str, Any], moment: str) -> Iterator[Dataset]:
    if made := _MAKES.get(execution["verb"]):
        yield Dataset(made, moment, sum(_rows(said) or 0 for said in told.values()))
    if snapshot := told.get(SNAPSHOT, {}).get("hash"):
        yield Dataset(SNAPSHOT, snapshot, _rows(told[SNAPSHOT]))
    if version := told.get(MODEL, {}).get("version"):
        yield Dataset(MODEL, version)
    if run := told.get(LISTS, {}).get("run"):
        yield Dataset(LISTS, str(run), _rows(told[LISTS]))
    if (run := told.get(PUBLISHED, {}).get("run")) and execution["details"].get("outcome") == "published":
        yield Dataset(PUBLISHED, str(run), execution["rows_out"])


def _moment(execution: Mapping[str, Any]) -> str:
    return iso(execution["as_of"])


def _rows(said: Any) -> int | None:
    return said.get("rows") if isinstance(said, Mapping) else None


def _run_of(artifact: str | None) -> str:
    """`12` of `run:12`; empty for anything else."""
    kind, _, name = (artifact or "").partition(":")
    return name if kind == "run" else ""
