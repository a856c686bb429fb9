"""The page of resources: each step against its own past, and the limit that it would need."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from frontpage.core.settings import Settings
from frontpage.monitoring.pages.router import app
from frontpage.store.connect import connect, execute

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIB = 2**20


def test_a_step_that_took_more_than_usual_is_marked(settings: Settings):
    """Five of a minute and 100 MiB, then one of three minutes and 200 MiB: marked, and 250 MiB rounded up to 256."""
    with connect(settings.database_url) as connection:
        for hour in range(6):
            ended, more = NOW - timedelta(hours=hour), 3 if hour == 0 else 1
            execute(
                connection,
                "insert into execution (execution_id, verb, trigger, caller, params_hash, started_at, ended_at, "
                "exit_code, seconds, cpu_seconds, peak_memory_bytes, rows_out) "
                "values (gen_random_uuid(), 'score', 'hand', 'test', '', %s, %s, 0, %s, %s, %s, 120)",
                (ended - timedelta(minutes=more), ended, 60 * more, 30 * more, MIB * (200 if more > 1 else 100)),
            )
    with TestClient(app(settings, lambda: NOW)) as client:
        page = client.get("/monitoring/resources").text
    assert "<tr class=much><td>score</td><td>6</td><td>180.0</td><td>60.0</td>" in page
    assert "<td>256</td>" in page


def test_a_database_that_is_away_is_a_sentence(tmp_path):
    """503, and not a traceback."""
    settings = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    with TestClient(app(settings, lambda: NOW)) as client:
        assert client.get("/monitoring/resources").status_code == 503
