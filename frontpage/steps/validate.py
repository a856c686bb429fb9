"""`frontpage validate`: check what came in before anything is made of it."""

import json
import time
from datetime import datetime
from pathlib import Path

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.quality import outcome
from frontpage.quality.engine import Validation
from frontpage.quality.inputs import check_inputs
from frontpage.quality.pages import write_pages
from frontpage.quality.suites import INPUTS
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.validations import record_validation


def run(settings: Settings, params: Params, as_of: datetime, data: Path | None = None) -> Summary:
    """Every expectation on pulls, articles, reads and readers as known at `as_of`, written down.

    data: look at this snapshot and write `validation.json` into it; the served database is not touched.

    Raises CheckFailedError naming each `fail` expectation that is not met; warnings are in the summary's details.
    """
    started = time.perf_counter()
    outcomes, artifact = _of_files(settings, params, as_of, data) if data else _of_database(settings, params, as_of)
    outcome.demand(outcomes, f"data as of {as_of:%Y-%m-%d %H:%M} cannot be published")
    return Summary(
        "validate",
        rows_in=len(outcomes),
        rows_out=sum(each.state == "passed" for each in outcomes),
        seconds=time.perf_counter() - started,
        artifact=str(artifact),
        details=outcome.warnings_of(outcomes),
    )


def _of_database(settings: Settings, params: Params, as_of: datetime) -> tuple[list[outcome.Outcome], Path]:
    url = database_url(settings)
    with connect(url) as connection:
        validations = check_inputs(url, params, as_of)
        outcomes = _outcomes(validations)
        for boundary in INPUTS:
            part = outcome.at(outcomes, boundary)
            record_validation(
                connection, as_of, boundary, [each.as_json() for each in part], passed=outcome.passed(part)
            )
    return outcomes, write_pages(settings.path("data_docs"), as_of, validations, params.quality.pages_kept)


def _of_files(settings: Settings, params: Params, as_of: datetime, data: Path) -> tuple[list[outcome.Outcome], Path]:
    from frontpage.features.snapshot import read_snapshot
    from frontpage.steps.scratch import database_of

    history = read_snapshot(data, as_of)
    with database_of(settings, history) as url:
        outcomes = _outcomes(check_inputs(url, params, history.as_of))
    report = data / "validation.json"
    kept = [{key: value for key, value in each.as_json().items() if key != "examples"} for each in outcomes]
    report.write_text(json.dumps(kept, indent=2) + "\n")
    return outcomes, report


def _outcomes(validations: list[Validation]) -> list[outcome.Outcome]:
    return [each for validation in validations for each in validation.outcomes]
