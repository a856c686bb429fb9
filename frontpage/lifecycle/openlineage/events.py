"""An execution as two OpenLineage events: its start, and its end with what was read, what was made, and by what.

Written by the specification (https://openlineage.io/spec/2-0-2/OpenLineage.json) as plain dictionaries: the client
library would add a dependency and nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from frontpage.core.clock import iso
from frontpage.lifecycle.openlineage.datasets import (
    LISTS,
    MODEL,
    OURS,
    PUBLISHED,
    SNAPSHOT,
    Dataset,
    inputs_of,
    outputs_of,
)

PRODUCER = "urn:frontpage:executions"
_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
_DONE = (0, 7)
#: Columns of `execution` that a facet of our own carries.
_RECORD = (
    "trigger", "reason", "attempt", "code_commit", "lock_hash", "packages_hash", "params_hash", "image", "exit_code",
    "seconds", "cpu_seconds", "peak_memory_bytes", "read_bytes", "written_bytes", "rows_in", "rows_out", "rejected",
)  # fmt: skip


def events_of(execution: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """START, then COMPLETE or FAIL, of a row of `execution` that has ended."""
    ended = "COMPLETE" if execution["exit_code"] in _DONE else "FAIL"
    yield _event(execution, "START", execution["started_at"], {})
    yield _event(execution, ended, execution["ended_at"], _facets(execution)) | {
        "inputs": [_dataset(each, "inputFacets", "inputStatistics") for each in inputs_of(execution)],
        "outputs": [_dataset(each, "outputFacets", "outputStatistics") for each in outputs_of(execution)],
    }


def edition_of(execution: Mapping[str, Any]) -> dict[str, str]:
    """Model version, snapshot and run that an execution had to do with, as far as it had."""
    made = [*inputs_of(execution), *outputs_of(execution)]
    named = {MODEL: "modelVersion", SNAPSHOT: "snapshot", LISTS: "run", PUBLISHED: "publishedRun"}
    facts = {named[each.name]: each.version for each in made if each.name in named}
    model = {**execution["inputs"].get(MODEL, {}), **execution["outputs"].get(PUBLISHED, {})}
    if "version" in model:
        facts["modelVersion"] = str(model["version"])
    return facts | ({"snapshot": model["snapshot"]} if model.get("snapshot") else {})


def _event(execution: Mapping[str, Any], kind: str, at: datetime, facets: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": iso(at),
        "producer": PRODUCER,
        "schemaURL": f"{_SPEC}#/$defs/RunEvent",
        "run": {"runId": str(execution["execution_id"]), "facets": {**_moment(execution), **facets}},
        "job": {"namespace": OURS, "name": execution["verb"], "facets": {"jobType": _JOB_TYPE}},
    }


def _moment(execution: Mapping[str, Any]) -> dict[str, Any]:
    return {"nominalTime": _facet(nominalStartTime=iso(execution["as_of"]))} if execution["as_of"] else {}


def _facets(execution: Mapping[str, Any]) -> dict[str, Any]:
    """Facets of the run. A run of Airflow is its parent, by a UUID made of its name."""
    facets = {"frontpage_execution": _facet(**{name: execution[name] for name in _RECORD})}
    if edition := edition_of(execution):
        facets["frontpage_edition"] = _facet(**edition)
    if execution["error"]:
        facets["errorMessage"] = _facet(message=execution["error"], programmingLanguage="Python")
    if execution["caller"] == "airflow":
        run = str(uuid.uuid5(uuid.NAMESPACE_URL, execution["caller_run"]))
        job = {"namespace": "airflow", "name": execution["caller_run"].partition("/")[0]}
        facets["parent"] = _facet(run={"runId": run}, job=job)
    return facets


def _dataset(dataset: Dataset, of_place: str, statistics: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "namespace": dataset.namespace,
        "name": dataset.name,
        "facets": {"version": _facet(datasetVersion=dataset.version)},
    }
    if dataset.rows is not None:
        told["facets"]["frontpage_rows"] = _facet(rowCount=dataset.rows)
        told[of_place] = {statistics: _facet(rowCount=dataset.rows)}
    return told


def _facet(**facts: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}#/$defs/BaseFacet", **facts}


_JOB_TYPE = _facet(processingType="BATCH", integration="FRONTPAGE", jobType="VERB")
