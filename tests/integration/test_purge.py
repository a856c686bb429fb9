"""What is kept only for a while is deleted in time, and nothing before."""

from datetime import timedelta

from frontpage.core.params import Params
from frontpage.core.sections.data import RetentionParams
from frontpage.steps import features, purge
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.governance import retention
from frontpage.store.locks import exclusive
from tests.feature_worlds import hours, put, random_history

from .serving_world import TEN, World

SHORT = Params(
    retention=RetentionParams(
        served_list_days=2, link_click_days=3, inbox_days=4, quarantine_days=6, digest_days=5, execution_days=7
    )
)
ROWS = {
    "execution": """insert into execution (execution_id, verb, trigger, caller, params_hash, started_at)
values (gen_random_uuid(), 'purge', 'hand', 'person', '-', %(at)s)""",
    "served_list": """insert into served_list
(served_at, request_id, reader_key, run_id, variant, not_modified, n_items)
values (%(at)s, 'r', 1, 1, 'champion', false, 10)""",
    "list_outcome": """insert into list_outcome
(reader_key, run_id, variant, surface, shown_at, activity, n_items)
values (1, 1, 'champion', 'home', %(at)s, 'cold', 10)""",
    "link_click": """insert into link_click (edition_id, reader_key, position, article_id, clicked_at, verdict)
values ('e', 1, 1, 'a1', %(at)s, 'human')""",
    "catalogue_batch": """insert into catalogue_batch (batch_id, kind, sender, content_hash, n_rows, received_at)
values ('old ' || %(name)s, 'articles', 's', 'h', 1, %(at)s)""",
    "catalogue_row": """insert into catalogue_row (batch_id, kind, place, payload, received_at)
values ('old 1', 'articles', 0, '{}', %(at)s)""",
    "event_inbox": """insert into event_inbox
(event_id, kind, reader_id, reader_key, article_id, occurred_at, received_at)
values (%(name)s, 'read', 'ann', 1, 'a1', %(at)s, %(at)s)""",
    "digest_report_inbox": "insert into digest_report_inbox values (%(name)s, 'x', %(at)s)",
    "quarantine": """insert into quarantine (source, kind, locator, payload, reason, recorded_at, extract_id)
values ('s', 'reads', %(name)s, '{}', 'unreadable', %(at)s, 1)""",
    "digest_report": """insert into digest_report (fingerprint, kind, edition_id, reader_key, is_final, recorded_at)
values (%(name)s, 'bounce', 'e', 1, true, %(at)s)""",
    "digest_delivery": """insert into digest_delivery (edition_id, reader_key, state, message_id, local_day, updated_at)
values ('e', %(key)s, %(state)s, %(name)s, '2026-03-01', %(at)s)""",
}


def test_each_table_is_emptied_of_what_is_too_old_and_only_of_that(database, settings):
    """A day too old goes, a day short of it stays; a mail that is still to be sent stays however old it is."""
    days = purge.days_kept(SHORT.retention)
    assert set(days) == set(ROWS) == set(retention.TABLES)
    with connect(database) as connection:
        world = World(connection, settings)
        for reader in ("0", "1", "2"):
            world.reader(reader)
        execute(connection, "insert into rec_run (as_of, variant, attempt) values (%s, 'champion', 1)", [TEN])
        execute(connection, "insert into digest_edition (edition_id, as_of, run_id, local_day, due_at) "
                            "values ('e', %(at)s, 1, %(at)s, %(at)s)", {"at": TEN})  # fmt: skip
        for table, statement in ROWS.items():
            ages = [days[table] + 1, days[table] - 1, days[table] + 1]
            for n, (age, state) in enumerate(zip(ages, ("sent", "sent", "pending"), strict=True)):
                given = {"at": TEN - timedelta(days=age), "name": str(n), "key": world.key(str(n)), "state": state}
                execute(connection, statement, given)
        summary = purge.run(settings, SHORT, TEN)
        left = {table: len(fetch_all(connection, f"select from {table}")) for table in ROWS}
    assert summary.details == {**dict.fromkeys(ROWS, 2), "digest_delivery": 1}
    assert left == {**dict.fromkeys(ROWS, 1), "digest_delivery": 2}
    assert purge.run(settings, SHORT, TEN).details == {}


def test_states_of_long_ago_go_but_not_under_a_training(database, settings):
    """Of a reader who changed twice only the newer state is left; somebody who trains keeps them all."""
    now = hours(210) + timedelta(days=Params().retention.state_days)
    with connect(database) as connection:
        put(connection, random_history(5, n_articles=5, n_readers=5, n_reads=20))
        for n in range(3):
            features.run(settings, Params(), hours(100 * n + 10))
        with exclusive(connection, "train"):
            assert purge.run(settings, Params(), now).details == {}
        details = purge.run(settings, Params(), now).details
        counts = fetch_all(connection, "select count(*) as n from feast.reader_state group by reader_key")
    assert details["reader_state"] > 0
    assert {row["n"] for row in counts} == {1}


def test_more_than_a_batch_is_deleted_batch_by_batch(database):
    """Each batch is a transaction of its own; the count is of all of them."""
    with connect(database) as connection:
        for n in range(25):
            execute(connection, ROWS["served_list"], {"at": TEN - timedelta(minutes=n)})
        assert retention.purge(connection, "served_list", TEN, batch=10) == 24
        assert fetch_all(connection, "select served_at from served_list") == [{"served_at": TEN}]
