"""Real Airflow: new data starts a refresh beside the clock, about the moment that the event carries."""

import time

import pytest

from frontpage.stack.services import TRIGGERER
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.server import database_url

from .test_airflow_runs import airflow, log_of, until_over  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
WAITING = """insert into event_inbox (event_id, kind, reader_id, reader_key, article_id, occurred_at, received_at)
select n::text, 'read', n::text, n, 'a1', now(), now() from generate_series(1, 200) n"""
RUNS = "/api/v2/dags/refresh_hourly/dagRuns?run_type=asset_triggered&order_by=-run_after"
PATIENCE_SECONDS = 180


def test_a_breaking_story_starts_a_refresh_about_its_moment(airflow):  # noqa: F811
    """Two hundred reads of one article wait: one run, its reason on the record of its execution."""
    stack, api = airflow
    with connect(database_url(stack.settings)) as connection:
        execute(connection, WAITING)
        stack.airflow(TRIGGERER, "triggerer", "--skip-serve-logs", scheduled=True)
        started = time.monotonic()
        while not (runs := api._call("GET", RUNS)["dag_runs"]):
            assert time.monotonic() - started < PATIENCE_SECONDS, "no run"
            time.sleep(1)
        run_id = runs[0]["dag_run_id"]
        until_over(api, "refresh_hourly", run_id, seconds=PATIENCE_SECONDS)
        (row,) = fetch_all(connection, "select * from execution where verb = 'extract'")
    assert (row["trigger"], row["caller"]) == ("asset", "airflow")
    assert row["reason"] == "breaking: 200 reads of a1 are waiting"
    said = row["as_of"].isoformat().replace("+00:00", "Z")
    assert f"frontpage extract --as-of {said}" in log_of(api, "refresh_hourly", run_id, "extract")
    assert len(api._call("GET", RUNS)["dag_runs"]) == 1
