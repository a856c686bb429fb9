"""A run of a workflow by Airflow itself, on PostgreSQL: its note, and what the events of its assets carry."""

import json
import os
import subprocess
import sys

import pytest

from frontpage.core.database.url import DatabaseUrl
from tests.support.databases import admin
from tests.support.workflows import ROOT

pytestmark = pytest.mark.slow
AS_OF = "2026-03-01T10:00:00Z"
#: One task that is green and makes something; one that has nothing to publish.
WORKFLOW = """
from datetime import timedelta
from airflow.sdk import DAG
from plugins import assets
from plugins.defaults import as_of_param, task_defaults
from plugins.step_operator import StepOperator

defaults = task_defaults(execution_timeout=timedelta(hours=1)) | {"retries": 0}
with DAG("noted", schedule=None, params=as_of_param(), default_args=defaults):
    StepOperator(task_id="purge", outlets=[assets.CANONICAL])
    StepOperator(task_id="publish", outlets=[assets.FRONT_PAGE])
"""


@pytest.fixture
def told(postgres, database, settings, tmp_path):
    """What the run left."""
    settings.home.mkdir()
    admin(postgres, "create database airflow_notes")
    url = DatabaseUrl.parse(postgres.url("airflow_notes"))
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "noted.py").write_text(WORKFLOW)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FRONTPAGE_HOME": str(settings.home),
        "FRONTPAGE_DATABASE_URL": database,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__API__BASE_URL": "http://airflow.example",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url.sqlalchemy(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": url.sqlalchemy_async(),
    }
    command = [sys.executable, "-m", "tests.support.one_airflow_run", "noted", AS_OF, "told.json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
    yield json.loads((tmp_path / "told.json").read_text())
    admin(postgres, "drop database airflow_notes with (force)")


def test_a_run_that_is_over_says_what_is_red_and_what_it_made(told):
    """By name, with moment, rows and a link to the execution's page; a person's note stays, ours is written anew."""
    (event,) = told["events"]
    assert (event["as_of"], event["rows"]) == (AS_OF, 0)
    assert event["link"] == f"http://airflow.example/desk/runs/{event['execution']}"
    assert (told["state"], told["author"]) == ("failed", "frontpage")
    assert told["note"].splitlines() == [
        "Red: publish.", "", f"As of {AS_OF}:", "", f"- canonical_tables: 0 rows, [report]({event['link']})",
    ]  # fmt: skip
    assert (told["again"], told["of_a_person"]) == (told["note"], "I look into it.")
