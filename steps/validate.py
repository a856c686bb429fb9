"""`frontpage validate`: check what came in before anything is made of it."""

import time
from datetime import datetime

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from quality import outcome
from quality.inputs import check_inputs
from quality.pages import write_pages
from quality.suites import SOURCES
from store.connect import connect
from store.server import database_url
from store.validations import record_validation


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Every expectation on pulls, articles, reads and readers as known at `as_of`, written down.

    Raises CheckFailedError naming each `fail` expectation that is not met; warnings are in the summary's details.
    """
    started = time.perf_counter()
    url = database_url(settings)
    with connect(url) as connection:
        validations = check_inputs(url, params, as_of)
        outcomes = [each for validation in validations for each in validation.outcomes]
        for boundary in SOURCES:
            part = outcome.at(outcomes, boundary)
            record_validation(
                connection, as_of, boundary, [each.as_json() for each in part], passed=outcome.passed(part)
            )
    pages = write_pages(settings.path("data_docs"), as_of, validations, params.quality.pages_kept)
    outcome.demand(outcomes, f"data as of {as_of:%Y-%m-%d %H:%M} cannot be published")
    return Summary(
        "validate",
        rows_in=len(outcomes),
        rows_out=sum(each.state == "passed" for each in outcomes),
        seconds=time.perf_counter() - started,
        artifact=str(pages),
        details=outcome.warnings_of(outcomes),
    )
