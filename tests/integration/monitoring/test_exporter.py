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

from ..serving_world import World

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


@pytest.mark.slow
def test_series_are_as_many_for_521000_readers(settings: Settings):
    """Each reads once in the last hour, from one of thirty regions: the page has no more series than for thirty."""
    counted = []
    for first, last in ((1, 30), (31, 521_000)):
        with connect(settings.database_url) as connection:
            execute(connection, "set session_replication_role = replica")
            for statement in _READERS:
                execute(connection, statement, {"first": first, "last": last, "at": NOW - timedelta(minutes=30)})
        found = exported(settings)
        counted.append(sum(map(len, found.values())))
    assert found["frontpage_reads_last_hour"][()] == 521_000
    assert counted[1] <= counted[0] + 5
    assert counted[1] < 1_000


def test_a_database_that_is_away_is_said(tmp_path):
    """The page is there, without the figures, and says which questions are not answered."""
    settings = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    found = exported(settings)
    assert set(found["frontpage_exporter_query_up"].values()) == {0}
    assert "frontpage_list_as_of_timestamp_seconds" not in found


_READERS = (
    """insert into reader (reader_key, reader_id, recorded_at)
       select n, 'reader ' || n, %(at)s from generate_series(%(first)s, %(last)s) n""",
    """insert into reader_version (reader_key, recorded_at, signed_up_at, region, interests, source, extract_id)
       select n, %(at)s, %(at)s, 'region ' || n %% 30, '{}', 's', 0 from generate_series(%(first)s, %(last)s) n""",
    """insert into read_event
       (event_id, reader_key, article_id, kind, occurred_at, recorded_at, region, source, extract_id)
       select 'e' || n, n, 'a', 'read', %(at)s, %(at)s, 'region ' || n %% 30, 's', 0
       from generate_series(%(first)s, %(last)s) n""",
)


@pytest.mark.parametrize(("source", "metric"), list(metric_table()), ids=lambda value: getattr(value, "name", value))
def test_names_follow_the_conventions(source: str, metric):
    """A counter ends in _total, nothing else does; a metric has a meaning and no abbreviation of a unit."""
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert metric.meaning
    assert not metric.name.endswith(("_ms", "_sec", "_mb", "_percent"))


def test_the_clock_of_retractions(settings: Settings):
    """Ann's list held it 5 s after, a fallback list 70 s, a mail 90 s; bob's, which left it out, does not count."""
    said = "frontpage_retraction_last_shown_seconds"
    before = exported(settings)
    assert (before[said][()], before["frontpage_retracted_live_articles"][()]) == (0, 0)
    with connect(settings.database_url) as connection:
        world = World(connection, settings)
        world.articles(["a1", "a2"])
        for name in ("ann", "bob"):
            world.reader(name)
        run_id = world.publish({"ann": ["a2", "a1"], "bob": ["a1", "a2"]}, {("global", ""): ["a1"]})
        at = NOW - timedelta(minutes=10)
        execute(
            connection,
            "insert into retraction (article_id, retracted_at, named, origin, actor, reason) "
            "values ('a1', %s, 'a1', 'editor', 'person:test', 'a test')",
            [at],
        )

        def shows(seconds: int, name: str, ranks: int | None, article_ids: list[str] | None, expected: int) -> None:
            execute(
                connection, _ANSWERED, [at + timedelta(seconds=seconds), world.key(name), run_id, ranks, article_ids]
            )
            assert exported(settings)[said][()] == expected

        shows(-5, "ann", 0b11, None, 0)
        shows(5, "ann", 0b11, None, 5)
        shows(40, "bob", 0b10, None, 5)
        shows(70, "bob", None, ["a1"], 70)
        execute(connection, _EDITION, [at, run_id, at, at])
        execute(connection, _MAIL, [world.key("ann"), at, at + timedelta(seconds=90)])
    found = exported(settings)
    assert (found[said][()], found["frontpage_retracted_live_articles"][()]) == (90, 1)


_ANSWERED = """insert into served_list
(served_at, request_id, reader_key, run_id, variant, not_modified, n_items, ranks, article_ids)
values (%s, 'q', %s, %s, 'champion', false, 2, %s, %s)"""
_EDITION = "insert into digest_edition (edition_id, as_of, run_id, local_day, due_at) values ('d', %s, %s, %s, %s)"
_MAIL = """insert into digest_delivery (edition_id, reader_key, state, message_id, local_day, article_ids, sent_at)
values ('d', %s, 'sent', 'm', %s, array['a1'], %s)"""
