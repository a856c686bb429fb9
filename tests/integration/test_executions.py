"""Every execution leaves one row, whatever becomes of it, and two of them can be told apart."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from frontpage.core.clock import iso
from frontpage.core.lineage.trigger import Trigger
from frontpage.store.connect import connect, execute, fetch_all
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

from .test_models_steps import fill

FRONTPAGE = str(Path(sys.executable).with_name("frontpage"))
LATE = 100


@pytest.fixture
def call(settings, tmp_path):
    """A function that runs a verb in a process of its own on this test's database."""
    settings.home.mkdir()
    base = {**os.environ, "FRONTPAGE_HOME": str(settings.home), "FRONTPAGE_DATABASE_URL": settings.database_url}
    base.pop("CI", None)

    def run(*arguments, **variables):
        return subprocess.run(
            [FRONTPAGE, *arguments], cwd=tmp_path, env=base | variables, capture_output=True, text=True
        )

    return run


def rows(database):
    """All executions, the oldest first."""
    with connect(database) as connection:
        return fetch_all(connection, "select * from execution order by started_at")


def test_a_verb_leaves_one_row_with_what_started_it_and_what_it_took(call, database):
    """The scheduler's word goes with it; resources are those of the process; a failure is written down too."""
    word = Trigger("drift", "airflow", "retrain_nightly/run", "http://airflow/log", 2, "publisher Post vanished")
    assert call("purge", "--as-of", "2026-03-01T00:00:00Z", **word.variables()).returncode == 0
    assert call("publish", "--as-of", "2026-03-01T00:00:00Z").returncode == 6
    purged, failed = rows(database)
    assert (purged["trigger"], purged["caller"], purged["attempt"]) == ("drift", "airflow", 2)
    assert (purged["link"], purged["reason"]) == (word.link, word.reason)
    assert (purged["exit_code"], purged["verb"], iso(purged["as_of"])) == (0, "purge", "2026-03-01T00:00:00Z")
    assert len(purged["lock_hash"]) == 64
    assert 0 < purged["cpu_seconds"] < 60
    assert purged["peak_memory_bytes"] > 20e6
    assert (failed["exit_code"], failed["caller"]) == (6, "person")
    assert failed["error"].startswith("no passed list of champion")


@pytest.mark.ml_test("monitor-6")
def test_it_costs_little(call, database):
    """Two short connections: the time between beginning and end of the record is not seconds."""
    from frontpage.core.params import Params
    from frontpage.core.settings import Settings
    from frontpage.lifecycle.executions.environment import this_environment
    from frontpage.lifecycle.executions.recording import recorded

    this_environment()
    settings = Settings(home=Path("unused"), database_url=database)
    started = time.perf_counter()
    with recorded(settings, Params(), "purge", {}, Trigger(), lambda: NOW):
        pass
    assert time.perf_counter() - started < 0.25


def test_a_row_that_found_no_database_goes_in_with_the_next(call, database, settings):
    """Work without a server works; what ran is known once there is one again."""
    simulate = ["simulate", "--out", "w", "--readers", "3", "--days", "1", "--articles-per-day", "5"]
    assert call(*simulate, FRONTPAGE_DATABASE_URL="postgresql://x:y@127.0.0.1:1/gone").returncode == 0
    assert rows(database) == []
    assert call("purge", "--as-of", "2026-03-01T00:00:00Z").returncode == 0
    assert [row["verb"] for row in rows(database)] == ["simulate", "purge"]
    assert not (settings.home / "executions.jsonl").exists()


@pytest.mark.ml_test("data-5")
def test_neither_names_nor_secrets_are_kept(call, database):
    """An id of a reader, an e-mail address or a new key is nobody's business here."""
    assert call("why", "ann@mail.example").returncode != 0
    assert call("key", "create", "--name", "post", "--scope", "read").returncode == 0
    told = json.dumps([{**row, "link": ""} for row in rows(database)], default=str)
    assert "post" not in told.replace("postgres", "")


@pytest.mark.slow
@pytest.mark.ml_test("monitor-1")
def test_diff_names_the_planted_differences_and_no_other(call, database, postgres, tmp_path):
    """One parameter, one package, 100 late rows."""
    name = f"mlflow_{database.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    mlflow = {"FRONTPAGE_MLFLOW_URL": postgres.url(name)}
    with connect(database) as connection:
        fill(connection, newsroom(60, 36))
    written = PARAMS.model_dump(mode="json")
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(written))
    first, second = iso(NOW), iso(NOW + timedelta(hours=1))
    assert call("train", "--as-of", first, **mlflow).returncode == 0

    written["ranker"]["learning_rate"] = 0.03
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(written))
    (tmp_path / "site" / "planted-1.0.dist-info").mkdir(parents=True)
    with connect(database) as connection:
        execute(connection, _LATE_ROWS, {"n": LATE, "known": NOW + timedelta(minutes=30)})
    done = call("train", "--as-of", second, PYTHONPATH=str(tmp_path / "site"), **mlflow)
    assert done.returncode == 0, done.stderr

    one, other = (str(row["execution_id"]) for row in rows(database))
    lines = call("runs", "diff", one[:8], other[:8]).stdout.splitlines()[:-1]
    reads = rows(database)[0]["inputs"]["reads"]["rows"]
    hashes = [line for line in lines if line.startswith(("data snapshot.hash", "data parent.version"))]
    assert sorted(set(lines) - set(hashes)) == [
        f"data reads.rows: {reads} -> {reads + LATE} (+100 rows, 100 of them late)",
        f"moment as_of: {NOW} -> {NOW + timedelta(hours=1)}",
        "package planted: - -> 1.0",
        f"parameter ranker.learning_rate: {PARAMS.ranker.learning_rate} -> 0.03",
    ]
    assert call("runs", "diff", one, one).stdout.splitlines()[0] == "nothing differs"
    admin(postgres, f"drop database {name} with (force)")


_LATE_ROWS = """
insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, source,
                        extract_id)
select 'late ' || event_id, reader_key, article_id, kind, occurred_at, %(known)s, dwell_seconds, source, extract_id
from read_event order by occurred_at, event_id limit %(n)s
"""
