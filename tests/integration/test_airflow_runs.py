"""Real Airflow on real PostgreSQL: runs asked for, back-filled and failing, seen through its REST API."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from frontpage.core.settings import Settings
from frontpage.stack import processes, services
from frontpage.stack.airflow_api import NEEDED, AirflowApi
from frontpage.stack.console import Console
from frontpage.stack.environment import USER, airflow_secrets
from frontpage.stack.layout import Layout, Ports
from frontpage.stack.plan import WORKFLOWS
from frontpage.stack.services import Stack
from frontpage.stack.watch import Watch, wait_until_healthy
from frontpage.store.connect import connect, execute, fetch_one
from frontpage.store.server import database_url

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def airflow():
    """Airflow over an empty installation, as `make run` starts it; gone without a trace afterwards."""
    home = Path(tempfile.mkdtemp(prefix="frontpage-airflow-"))
    home.chmod(0o755)
    ports = Ports(processes.free_port(0), processes.free_port(0), processes.free_port(0))
    stack = Stack(Settings(home=home), Layout(home), ports, os.environ)
    services.start_database(stack)
    services.migrate_airflow(stack)
    children = services.start_airflow(stack, scheduled=True)
    try:
        api = AirflowApi(stack.airflow_url, USER, airflow_secrets(stack.layout).password)
        seen = Watch(api, Console(), lambda: processes.check(stack.layout, children), home)
        wait_until_healthy(seen, WORKFLOWS, NEEDED)
        yield stack, api
    finally:
        services.take_down(stack.layout)
        shutil.rmtree(home)


def until_over(api: AirflowApi, dag_id: str, run_id: str, seconds: float = 90):
    """The run's last state."""
    deadline = time.monotonic() + seconds
    while not (state := api.run_state(dag_id, run_id)).is_over:
        assert time.monotonic() < deadline, f"{run_id} is still {state}"
        time.sleep(0.5)
    return state


def log_of(api: AirflowApi, dag_id: str, run_id: str, task_id: str) -> str:
    """The log of a task's last try."""
    return "\n".join(api.last_lines(dag_id, run_id, task_id, 1000))


def test_a_new_installation_has_no_run_of_its_own_before_the_next_tick(airflow):
    """Nobody asked for the ticks before it existed. Comes first: after a back-fill Airflow goes on from there."""
    _, api = airflow
    for dag_id in WORKFLOWS:
        assert (
            api._call("GET", f"/api/v2/dags/{dag_id}/dagRuns?run_type=scheduled&run_after_lte={_start_of_hour()}")[
                "dag_runs"
            ]
            == []
        )


def test_a_run_asked_for_is_about_its_as_of_and_fails_at_once_where_a_person_must_act(airflow):
    """Nothing was published, so a digest cannot help itself: exit code 6, one try, and one line that says it all."""
    _, api = airflow
    run_id = api.ensure_run("digest_hourly", datetime(2026, 3, 2, 6, 5, tzinfo=UTC))
    assert until_over(api, "digest_hourly", run_id).tasks == {"digest": "failed"}
    text = log_of(api, "digest_hourly", run_id, "digest")
    assert "frontpage digest --as-of 2026-03-02T06:05:00Z" in text
    assert "digest: exit code 6 (there is no such run, model or edition yet); frontpage: " in text
    assert f"task_failed dag=digest_hourly task=digest run={run_id} as_of=2026-03-02T06:05:00Z try=1" in text


def test_a_failed_run_is_taken_up_again_not_doubled(airflow):
    """The same moment is the same run; a second try of the same task."""
    _, api = airflow
    as_of = datetime(2026, 3, 3, 6, tzinfo=UTC)
    first = api.ensure_run("digest_hourly", as_of)
    until_over(api, "digest_hourly", first)
    again = api.ensure_run("digest_hourly", as_of)
    until_over(api, "digest_hourly", again)
    assert again == first
    assert "try=2" in log_of(api, "digest_hourly", again, "digest")


def test_a_back_fill_is_about_the_ticks(airflow):
    """Two hours of the past: two runs, each about its own tick, nothing else about today."""
    _, api = airflow
    body = {
        "dag_id": "digest_hourly",
        "from_date": "2026-02-01T00:00:00Z",
        "to_date": "2026-02-01T02:00:00Z",
        "max_active_runs": 1,
    }
    api._call("POST", "/api/v2/backfills", body)
    path = "/api/v2/dags/digest_hourly/dagRuns?run_type=backfill&order_by=run_after"
    runs = api._call("GET", path)["dag_runs"]
    assert [run["logical_date"] for run in runs] == ["2026-02-01T00:20:00Z", "2026-02-01T01:20:00Z"]
    for run in runs:
        until_over(api, "digest_hourly", run["dag_run_id"])
        assert f"--as-of {run['logical_date']}" in log_of(api, "digest_hourly", run["dag_run_id"], "digest")


def test_a_retrain_that_is_not_done_by_the_morning_is_said_so(airflow):
    """Its deadline is hours away; moved to now, one line names the run, and Airflow marks the deadline as missed."""
    stack, api = airflow
    run_id = api.ensure_run("retrain_nightly", datetime(2026, 3, 2, 2, 30, tzinfo=UTC))
    with connect(database_url(stack.settings, "airflow")) as connection:
        hours = fetch_one(
            connection, "select (extract(epoch from deadline_time - created_at) / 3600)::float8 as n from deadline"
        )
        assert hours["n"] == pytest.approx(3.5, abs=0.1)
        execute(connection, "update deadline set deadline_time = now()")
        _wait_for(lambda: fetch_one(connection, "select state from callback")["state"] == "success")
        assert fetch_one(connection, "select missed from deadline")["missed"]
    said = "\n".join(
        path.read_text() for path in (stack.layout.airflow / "logs").rglob("*callback*/**/*") if path.is_file()
    )
    assert f"deadline_missed dag=retrain_nightly run={run_id}" in said


def test_the_log_in_protects(airflow):
    """Without the printed password nothing can be seen or started."""
    stack, _ = airflow
    assert httpx.get(f"{stack.airflow_url}/api/v2/dags").status_code == 401
    wrong = {"username": USER, "password": "admin"}
    assert httpx.post(f"{stack.airflow_url}/auth/token", json=wrong).status_code == 401


def test_it_listens_on_loopback_only(airflow):
    """No part of Airflow, and no part of PostgreSQL, is open to the network."""
    stack, _ = airflow
    ours = {child.pid for child in processes.recorded(stack.layout).values()}
    tree = {
        process.pid for pid in ours for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    }
    listening = [
        connection.laddr
        for connection in psutil.net_connections("inet")
        if connection.pid in tree and connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert {address.ip for address in listening} == {"127.0.0.1"}


def _wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def _start_of_hour() -> str:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_desk_is_in_airflow_for_its_users(airflow):
    """Mounted, in the menu, and refused without Airflow's log-in; an administrator has every page."""
    stack, api = airflow
    api._call("GET", "/api/v2/dags?limit=1")  # logs in
    for path in ("/desk/", "/desk/runs", "/desk/audit"):
        assert httpx.get(stack.airflow_url + path, timeout=60).status_code == 401, path
        answer = httpx.get(stack.airflow_url + path, headers=api._client.headers, timeout=60)
        assert answer.status_code == 200, (path, answer.text[-300:])
        assert 'href="/desk/static/desk.css"' in answer.text
    assert httpx.get(stack.airflow_url + "/desk/login", timeout=60).status_code == 404
    form = httpx.post(stack.airflow_url + "/desk/digest-stop", headers=api._client.headers, timeout=60)
    assert form.status_code == 403, "a form of another site"
    views = api._call("GET", "/api/v2/plugins")["plugins"]
    assert "frontpage_desk" in [plugin["name"] for plugin in views]


def test_a_workflows_page_has_a_picture(airflow):
    """It comes from the desk, beside Airflow's own pages."""
    stack, api = airflow
    page = api._call("GET", "/api/v2/dags/digest_hourly/details")["doc_md"]
    address = "desk/static/workflows/digest_hourly.svg"
    assert f"]({address})" in page
    picture = httpx.get(f"{stack.airflow_url}/{address}", timeout=60)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
