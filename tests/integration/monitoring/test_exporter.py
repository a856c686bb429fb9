"""The exporter on a real database: every question answers, label sets are bounded, a database that is away is said."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.monitoring.export.collector import FrontpageCollector
from frontpage.monitoring.export.metrics import metric_table
from frontpage.store.connect import connect, execute

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def exported(settings: Settings) -> dict[str, dict[tuple[str, ...], float]]:
    """Name of a series -> values of its labels -> value."""
    settings.home.mkdir(parents=True, exist_ok=True)
    registry = CollectorRegistry()
    registry.register(FrontpageCollector(settings, Params(), dict, lambda: NOW))
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def test_every_question_answers_on_an_empty_installation(settings: Settings):
    """Airflow's database is not there in this test; all others answer, with nothing to say."""
    up = {name: value for (name,), value in exported(settings)["frontpage_exporter_query_up"].items()}
    away = {question.query for question in metric_table().questions if question.database == "airflow"}
    assert {name for name, value in up.items() if not value} == away


def test_a_step_is_seen_with_its_end_and_its_failures(settings: Settings):
    """Two executions of an hour ago, of which the second failed: the first is the success."""
    with connect(settings.database_url) as connection:
        for minutes, code in ((60, 0), (30, 5)):
            began = NOW - timedelta(minutes=minutes)
            execute(
                connection,
                "insert into execution (execution_id, verb, trigger, caller, params_hash, started_at, ended_at, "
                "exit_code, seconds, rows_out) "
                "values (gen_random_uuid(), 'score', 'hand', 'test', '', %s, %s, %s, 60, 120)",
                (began, began + timedelta(minutes=1), code),
            )
    found = exported(settings)
    assert found["frontpage_step_success_timestamp_seconds"] == {("score",): (NOW - timedelta(minutes=59)).timestamp()}
    assert found["frontpage_step_failures_last_day"] == {("score",): 1}
    assert found["frontpage_step_exit_code"] == {("score",): 5}
    assert found["frontpage_step_rows_per_second"] == {("score",): 2}


def test_series_are_bounded_and_what_is_left_out_is_counted(settings: Settings):
    """A source that rejects rows for three hundred reasons gives a hundred series."""
    with connect(settings.database_url) as connection:
        execute(
            connection,
            "insert into quarantine (source, kind, locator, payload, reason, recorded_at, extract_id) "
            "select 's', 'articles', n::text, '', 'reason ' || n, %s, 1 from generate_series(1, 300) n",
            (NOW - timedelta(hours=1),),
        )
    found = exported(settings)
    assert len(found["frontpage_quarantined_rows_last_day"]) == 100
    assert found["frontpage_exporter_dropped_series"]["quarantine",] == 200


def test_the_number_of_series_does_not_hang_on_readers():
    """No label is a reader, an article or a request, and all limits together stay below a few thousand."""
    labels = {label for _, metric in metric_table() for label in metric.labels}
    assert not labels & {"reader", "reader_id", "reader_key", "article", "article_id", "request_id", "run_id"}
    assert metric_table().most_series < 10_000


def test_a_database_that_is_away_is_said(tmp_path):
    """The page is there, without the figures, and says which questions are not answered."""
    settings = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    found = exported(settings)
    assert set(found["frontpage_exporter_query_up"].values()) == {0}
    assert "frontpage_list_as_of_timestamp_seconds" not in found


@pytest.mark.parametrize(("source", "metric"), list(metric_table()), ids=lambda value: getattr(value, "name", value))
def test_names_follow_the_conventions(source: str, metric):
    """A counter ends in _total, nothing else does; a metric has a meaning and no abbreviation of a unit."""
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert metric.meaning
    assert not metric.name.endswith(("_ms", "_sec", "_mb", "_percent"))
