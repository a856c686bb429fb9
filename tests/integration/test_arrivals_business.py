"""New data asks for a refresh, and days are counted, on a real database."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from frontpage.core.params import Params
from frontpage.steps import arrivals, report_business
from frontpage.store.connect import connect, execute, fetch_all

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WAITING = """insert into event_inbox (event_id, kind, reader_id, reader_key, article_id, occurred_at, received_at)
select n::text, 'read', n::text, n, 'a1', %(at)s, %(at)s from generate_series(1, 200) n"""
READER = """insert into reader (reader_key, reader_id, recorded_at) values (1, 'ann', %(at)s), (2, 'bob', %(at)s);
insert into reader_version (reader_key, recorded_at, signed_up_at, region, subscribed_at, source, extract_id)
values (1, %(at)s, %(at)s, 'africa', %(at)s, 's', 0)"""
READ = """insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds,
source, extract_id) values (%(id)s, %(reader)s, %(article)s, 'read', %(at)s, %(at)s, 60, 's', 0)"""
RUNNING = """insert into execution (execution_id, verb, trigger, caller, params_hash, started_at)
values (gen_random_uuid(), 'score', 'hand', 'person', '-', %s)"""


def told(settings, capsys, now):
    """What one look says."""
    arrivals.run(settings, Params(), clock=lambda: now, sleep=lambda _: None, once=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_burst_of_reads_is_one_event_with_its_moment(settings, database, capsys):
    """Two hundred reads of one article; none while a refresh runs, and none without a reason."""
    assert told(settings, capsys, NOON) == []
    with connect(database) as connection:
        execute(connection, WAITING, {"at": NOON})
        reason = "breaking: 200 reads of a1 are waiting"
        assert told(settings, capsys, NOON) == [{"as_of": "2026-03-04T12:00:00Z", "reason": reason, "kind": "asset"}]
        execute(connection, RUNNING, [NOON - timedelta(minutes=30)])
        assert told(settings, capsys, NOON) == []
        execute(connection, "update execution set ended_at = started_at")
        assert len(told(settings, capsys, NOON)) == 1


def test_files_that_came_after_the_last_refresh_are_an_event(settings, database, capsys, tmp_path, monkeypatch):
    """A folder of the installation's sources with a file newer than the last refresh."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "1.jsonl").write_text("")
    monkeypatch.setenv("FRONTPAGE_SOURCES", str(tmp_path))
    here = settings.model_copy(update={"sources": str(tmp_path)})
    now = datetime.now(UTC)
    with connect(database) as connection:
        execute(connection, RUNNING, [now - timedelta(minutes=30)])
        execute(connection, "update execution set ended_at = started_at")
    assert [event["reason"].startswith("new files of ") for event in told(here, capsys, now)] == [True]


def test_a_day_counts_visits_reading_and_what_it_cost(settings, database, tmp_path):
    """A second visit is a visit and no other read; days are counted once, and late reads are made up for."""
    day = NOON - timedelta(days=1)
    with connect(database) as connection:
        execute(connection, READER, {"at": day - timedelta(days=9)})
        for number, (reader, article, at) in enumerate(
            [(1, "a1", day), (1, "a1", day), (1, "a2", day), (2, "a1", day), (1, "a3", day - timedelta(days=2))]
        ):
            execute(connection, READ, {"id": str(number), "reader": reader, "article": article, "at": at})
        execute(connection, RUNNING, [day])
        execute(connection, "update execution set ended_at = started_at, seconds = 3600, cpu_seconds = 7200, "
                            "peak_memory_bytes = 2e9, written_bytes = 1e9")  # fmt: skip
        summary = report_business.run(settings, Params(), NOON)
        report_business.run(settings, Params(), NOON)
        rows = fetch_all(connection, "select * from business_day where day = %s order by region", [day.date()])
        cost = fetch_all(connection, "select cost from business_cost where day = %s", [day.date()])
    assert [(row["region"], row["readers"], row["reads"], row["visits"]) for row in rows] == [
        ("", 1, 1, 1), ("africa", 1, 2, 3),
    ]  # fmt: skip
    assert [row["returning_readers"] for row in rows] == [0, 1]
    assert summary.details["minutes_per_reader"] == 2.0
    assert cost[0]["cost"] == pytest.approx(2 * 0.04 + 2 * 0.005)
    page = settings.path("reports", "business", "index.html").read_text()
    assert "Reading minutes of a reader who read, by region" in page
    assert "trials that became paid" in page
    assert "africa" in settings.path("reports", "business", "days.csv").read_text()
