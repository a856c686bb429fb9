"""`frontpage gate`: check a run's lists as a whole before they may be published."""

import time
from datetime import datetime

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.rollout.audience import companions
from frontpage.lifecycle.rollout.recipe import params_of
from frontpage.quality import outcome
from frontpage.quality.declare import Boundary
from frontpage.quality.gate import check_lists
from frontpage.quality.pages import write_pages
from frontpage.rules.applied import editorial_at
from frontpage.scoring.content import content_vectors
from frontpage.scoring.prepare import RULES
from frontpage.store import versions
from frontpage.store.connect import Connection, connect
from frontpage.store.lists import runs
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from frontpage.store.validations import record_validation


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """Judge the newest built list of (as_of, variant); its state becomes `passed` or `failed`.

    Raises CheckFailedError naming each `fail` expectation that is not met; what is served stays as it is.
    """
    with connect(database_url(settings)) as connection:
        for name in companions(connection, variant):
            _judged(connection, settings, params, as_of, name)
        return _judged(connection, settings, params, as_of, variant)


def _judged(connection: Connection, settings: Settings, params: Params, as_of: datetime, variant: str) -> Summary:
    started, url = time.perf_counter(), database_url(settings)
    with exclusive(connection, f"lists of {variant}"):
        built = runs.newest_attempt(connection, as_of, variant, "built", "failed", "passed", *runs.DONE)
        if built["state"] in runs.DONE:
            return Summary("gate", rows_in=built["n_rows"], rows_out=built["n_rows"], artifact=f"run:{built[c.RUN_ID]}")
        vectors_of = content_vectors(connection, settings, built)
        used = params_of(connection, versions.find(connection, built["model_version"]), params)
        editorial = editorial_at(connection, params, as_of, version=built["details"].get(RULES, 0))
        validations = check_lists(connection, url, used, (built[c.RUN_ID], as_of), vectors_of, editorial)
        outcomes = [each for validation in validations for each in validation.outcomes]
        results, good = [each.as_json() for each in outcomes], outcome.passed(outcomes)
        record_validation(connection, as_of, Boundary.LISTS, results, passed=good)
        verdict = {"passed": good, "results": results}
        runs.set_state(connection, built[c.RUN_ID], "passed" if good else "failed", gate=verdict)
    write_pages(settings.path("data_docs"), as_of, validations, params.quality.pages_kept)
    outcome.demand(outcomes, f"list of {variant} for {as_of:%Y-%m-%d %H:%M} (run {built[c.RUN_ID]}) is not published")
    return Summary(
        "gate",
        rows_in=built["n_rows"],
        rows_out=built["n_rows"],
        seconds=time.perf_counter() - started,
        artifact=f"run:{built[c.RUN_ID]}",
        details={"variant": variant, **outcome.warnings_of(outcomes)},
    )
