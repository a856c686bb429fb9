"""Drift on a real database: counted, found on two ticks, answered once, with a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from frontpage.core.params import Params
from frontpage.steps import drift
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.watching import drift as stored

HOUR = timedelta(hours=1)
START = datetime(2026, 1, 5, tzinfo=UTC)
NOW = START + timedelta(weeks=11)
#: Publisher `c` brings nothing in the last twelve hours.
GONE_SINCE = NOW - 12 * HOUR

ARTICLES = """
insert into article_version (article_id, recorded_at, url, canonical_url, title, category, publisher, language,
                             first_seen_at, content_hash, source, extract_id)
select format('%%s %%s', hour, n), hour - interval '1 minute', 'u', 'u', 'A title',
       (array['sport', 'world'])[1 + n %% 2],
       (array['a', 'b', 'c'])[1 + n %% 3], 'en', hour, '-', 'test', 0
from generate_series(%(start)s + interval '1 hour', %(now)s, interval '1 hour') hour, generate_series(1, 12) n
where n %% 3 <> 2 or hour <= %(gone)s
"""
VERSION = """
insert into model_version (version, as_of, stage, artefact_uri, artefact_hash, gate)
values (%s, %s, 'rejected', '-', '-', %s)
"""
READS = """
insert into reader (reader_key, reader_id, recorded_at) select n, n::text, %(start)s from generate_series(1, 40) n;
insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, region,
                        source, extract_id)
select format('%%s %%s', hour, n), n, format('%%s %%s', hour, 1 + n %% 12), 'read', hour - interval '30 minutes',
       hour - interval '30 minutes', 40 + n, 'africa', 'test', 0
from generate_series(%(start)s + interval '1 hour', %(now)s, interval '1 hour') hour, generate_series(1, 40) n
where n %% 3 <> 1 or hour <= %(gone)s
"""


@pytest.fixture
def installation(settings, database):
    """Eleven weeks of a newsroom that is always the same, but for one publisher at the end."""
    with connect(database) as connection:
        for statement in (ARTICLES, READS):
            execute(connection, statement, {"start": START, "now": NOW, "gone": GONE_SINCE})
    return settings


def of(connection, table):
    """All rows of a table, in order of their moment."""
    return fetch_all(connection, f"select * from {table} order by as_of")


def test_a_vanished_publisher_is_found_within_hours_and_starts_one_training(installation, database):
    """Nothing before; then found, confirmed an hour later, answered once; the next ticks keep to the cooldown."""
    params = Params()
    quiet = drift.run(installation, params, GONE_SINCE)
    assert (quiet.details["found"], quiet.details["action"]) == (0, "none")
    answers = {hours: drift.run(installation, params, GONE_SINCE + hours * HOUR) for hours in range(1, 10)}
    first = next(hours for hours, summary in answers.items() if summary.details["confirmed"])
    assert first == 7  # six hours without any of 16 that were expected, and once more
    told = answers[first].details
    assert told["action"] == "retrain"
    assert "articles.publisher c vanished (0 against " in told["reason"]
    again = drift.run(installation, params, GONE_SINCE + first * HOUR).details
    assert (again["action"], again["skipped"]) == ("none", "answered_at_this_tick_already")
    with connect(database) as connection:
        execute(connection, "insert into training_run (as_of, state) values (%s, 'done')", [GONE_SINCE + first * HOUR])
        cooled = drift.run(installation, params, NOW).details
        assert cooled["action"] == "none"
        assert cooled["skipped"].startswith("cooldown:_the_training_of_")
        assert of(connection, "drift_answer")[-1]["skipped"].startswith("cooldown: the training of ")


def test_counting_again_changes_nothing(installation, database):
    """An hour that is counted twice is the same; a moment of the past is answered as it was."""
    drift.run(installation, Params(), NOW - HOUR)
    with connect(database) as connection:
        everything = """select series, hour, key, n, total::numeric(12, 6) from drift_aggregate
        where hour <= %s order by series, hour, key"""
        once = fetch_all(connection, everything, [NOW - HOUR])
        drift.run(installation, Params(), NOW)
        drift.run(installation, Params(), NOW - 5 * HOUR)
        assert fetch_all(connection, everything, [NOW - HOUR]) == once
        sums = "select sum(n) as n from drift_aggregate where series = 'reads'"
        reads = "select count(*) as n from read_event"
        assert fetch_all(connection, sums) == fetch_all(connection, reads)


def test_an_empty_database_has_no_drift(settings):
    """Nothing to count is nothing to find."""
    summary = drift.run(settings, Params(), NOW)
    assert (summary.rows_in, summary.details["found"]) == (0, 0)


def test_two_trainings_that_did_not_help_are_followed_by_a_search(installation, database):
    """Both were refused by the gate: parameters are tried instead of a third time the same."""
    drift.run(installation, Params(), GONE_SINCE)
    with connect(database) as connection:
        for number in (1, 2):
            as_of = NOW - timedelta(days=number)
            stored.write_answer(connection, as_of, "retrain", "articles.publisher c vanished")
            execute(connection, VERSION, [str(number), as_of, '{"passed": false}'])
    summary = drift.run(installation, Params(), NOW)
    assert summary.details["action"] == "search"
    assert summary.details["reason"].startswith("2 trainings did not help: ")


@pytest.mark.ml_test("monitor-3")
def test_a_stored_state_that_is_not_what_the_reads_say_is_told(installation, database):
    """Training and serving would see different features: a person is told, and no training is started for it."""
    drift.run(installation, Params(), GONE_SINCE - HOUR)
    insert = """insert into feast.reader_state (reader_key, event_timestamp, interests, decayed_reads, n_reads,
    categories, category_shares, publishers, publisher_shares, recent_articles, recent_dwell_seconds, fingerprint)
    values (20, %s, '{}', '{}', 1, '{}', '{}', '{}', '{}', '{}', '{}', 0)"""
    with connect(database) as connection:
        execute(connection, insert, [GONE_SINCE])
    summary = drift.run(installation, Params(), GONE_SINCE)
    assert summary.details["action"] == "none"
    assert "states reader differs (1 against 0)" in summary.details["reason"]
