"""Lists are built beside what is served and become current by one flip."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from frontpage.core.errors import CheckFailedError, NothingPublishedError, UnavailableError
from frontpage.store import locks
from frontpage.store.connect import Connection, connect, execute, fetch_all, fetch_one
from frontpage.store.lists import runs
from frontpage.store.lists.runs import FALLBACK_COLUMNS, LIST_COLUMNS

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
ELEVEN = TEN + timedelta(hours=1)


@pytest.fixture
def connection(database: str):
    """A connection to a database that knows two readers."""
    with connect(database) as connection:
        execute(connection, "insert into reader values (1, 'ann', now()), (2, 'b''ob 🙂', now())")
        yield connection


def build(connection: Connection, as_of: datetime, articles: list[str]) -> dict:
    """A built run in which both readers get the same articles."""
    run_id = runs.begin_run(connection, as_of, "champion")
    rows = [(key, rank, name, 1 / rank, "popular", "[]") for key in (1, 2) for rank, name in enumerate(articles, 1)]
    runs.write_lists(connection, run_id, pd.DataFrame(rows, columns=list(LIST_COLUMNS)))
    fallback = [("global", "", rank, name, 1.0, "popular", "[]") for rank, name in enumerate(articles, 1)]
    runs.write_fallbacks(connection, run_id, pd.DataFrame(fallback, columns=list(FALLBACK_COLUMNS)))
    runs.finish_run(connection, run_id)
    return runs.newest_attempt(connection, as_of, "champion", "built")


def release(connection: Connection, as_of: datetime, articles: list[str]) -> runs.Published:
    """Build, pass the gate, publish."""
    run = build(connection, as_of, articles)
    runs.set_state(connection, run["run_id"], "passed")
    return runs.publish(connection, runs.newest_attempt(connection, as_of, "champion", "passed"))


def served(connection: Connection) -> list[str]:
    """Articles that reader 1 gets now."""
    sql = """select article_id from recommendation join published_run using (run_id)
             where reader_key = 1 order by rank"""
    return [row["article_id"] for row in fetch_all(connection, sql)]


@pytest.mark.ml_test("infra-4")
def test_an_unchecked_list_is_never_published(connection):
    """Only a run that passed its gate may become current."""
    run = build(connection, TEN, ["a"])
    with pytest.raises(CheckFailedError, match="built, not passed"):
        runs.publish(connection, run)
    assert served(connection) == []


@pytest.mark.ml_test("infra-7")
def test_publish_flips_and_rollback_flips_back(connection):
    """The newest published list is served; a rollback serves the one before, in one statement."""
    first = release(connection, TEN, ["a", "b"])
    second = release(connection, ELEVEN, ["c", "d"])
    assert served(connection) == ["c", "d"]
    assert runs.rollback(connection, "champion") == runs.Published(first.run_id, "rolled_back")
    assert served(connection) == ["a", "b"]
    assert runs.rollback(connection, "champion", to_run=second.run_id).run_id == second.run_id
    assert served(connection) == ["c", "d"]
    trail = fetch_all(connection, "select action, run_id, previous_run_id from publication order by publication_id")
    assert [row["action"] for row in trail] == ["publish", "publish", "rollback", "rollback"]


def test_nothing_to_roll_back_to(connection):
    """A first list has no predecessor; saying so beats serving nothing."""
    release(connection, TEN, ["a"])
    with pytest.raises(NothingPublishedError, match="no earlier list"):
        runs.rollback(connection, "champion")


def test_a_repeat_with_an_equal_checksum_is_dropped(connection):
    """Same as_of, same rows: the attempt leaves no rows and the pointer does not move."""
    first = release(connection, TEN, ["a", "b"])
    again = release(connection, TEN, ["a", "b"])
    assert again == runs.Published(first.run_id, "unchanged")
    assert len(fetch_all(connection, "select * from recommendation")) == 4
    assert [row["state"] for row in fetch_all(connection, "select state from rec_run order by run_id")] == [
        "published",
        "dropped",
    ]


def test_a_list_that_was_replaced_can_be_published_again(connection):
    """Same as_of, another list in between: the first one's equal is served; one that was rolled back is not."""
    release(connection, TEN, ["a", "b"])
    release(connection, TEN, ["c", "d"])
    again = release(connection, TEN, ["a", "b"])
    assert again.outcome == "published"
    assert served(connection) == ["a", "b"]
    runs.rollback(connection, "champion")
    assert served(connection) == ["c", "d"]
    assert release(connection, TEN, ["a", "b"]).outcome == "unchanged"
    assert served(connection) == ["c", "d"]


def test_publishing_again_changes_nothing(connection):
    """A repeated publish of a published run is no new flip."""
    first = release(connection, TEN, ["a"])
    run = runs.newest_attempt(connection, TEN, "champion", "passed", *runs.DONE)
    assert runs.publish(connection, run) == runs.Published(first.run_id, "unchanged")
    assert len(fetch_all(connection, "select * from publication")) == 1


def test_a_backfilled_list_does_not_replace_a_newer_one(connection):
    """Publishing an older as_of keeps the list for the record and serves the newer one on."""
    release(connection, ELEVEN, ["c"])
    assert release(connection, TEN, ["a"]).outcome == "kept_newer"
    assert served(connection) == ["c"]


def test_a_killed_attempt_is_cleared_by_the_next(connection):
    """A run left `building` is dropped with its table when the same step begins again."""
    abandoned = runs.begin_run(connection, TEN, "champion")
    release(connection, TEN, ["a"])
    left = fetch_all(connection, "select to_regclass(%s) as name", [runs.table_of(abandoned)])
    assert left[0]["name"] is None
    assert served(connection) == ["a"]


def test_checksum_ignores_ids_and_row_order(connection):
    """Two builds of the same list have one checksum; another order of articles has another."""
    checksums = [build(connection, TEN, articles)["checksum"] for articles in (["a", "b"], ["a", "b"], ["b", "a"])]
    assert checksums[0] == checksums[1] != checksums[2]


def test_old_lists_are_dropped_but_never_the_served_one(connection):
    """Retention keeps the newest lists and whatever is being served."""
    for hour in range(4):
        release(connection, TEN + timedelta(hours=hour), [f"a{hour}"])
    assert runs.drop_old_runs(connection, "champion", keep=1) == 2
    assert fetch_one(connection, "select count(distinct run_id) as n from fallback_list") == {"n": 2}
    assert served(connection) == ["a3"]
    runs.rollback(connection, "champion")
    assert served(connection) == ["a2"]


def test_a_lock_is_exclusive_and_ends_with_its_holder(database):
    """A second holder is refused in one sentence; when the first is gone, the lock is free."""
    with connect(database) as one, connect(database) as two:
        with locks.exclusive(one, "refresh champion"), pytest.raises(UnavailableError, match="refresh champion"):
            with locks.exclusive(two, "refresh champion"):
                pass
        with locks.exclusive(two, "refresh champion"):
            pass


def test_a_withdrawn_list_is_not_rolled_back_to(connection):
    """Bad list, rollback, another bad list, rollback: the first bad one does not come back by itself."""
    good = release(connection, TEN, ["a"])
    bad = release(connection, ELEVEN, ["b"])
    runs.rollback(connection, "champion")
    release(connection, ELEVEN + timedelta(hours=1), ["c"])
    assert runs.rollback(connection, "champion").run_id == good.run_id
    assert runs.rollback(connection, "champion", to_run=bad.run_id).run_id == bad.run_id


def test_a_late_gate_cannot_take_back_a_published_list(connection):
    """A check that ends after its run was published changes nothing."""
    run = release(connection, TEN, ["a"])
    with pytest.raises(CheckFailedError, match="published or dropped"):
        runs.set_state(connection, run.run_id, "failed")
    assert served(connection) == ["a"]


def test_attempts_left_behind_are_dropped_once_a_newer_list_is_served(connection):
    """Red and killed attempts neither pile up nor use up the lists kept for rollback."""
    first = release(connection, TEN, ["a"])
    failed = build(connection, TEN + timedelta(minutes=5), ["b"])
    runs.set_state(connection, failed["run_id"], "failed")
    killed = runs.begin_run(connection, TEN + timedelta(minutes=10), "champion")
    release(connection, ELEVEN, ["c"])
    assert runs.drop_old_runs(connection, "champion", keep=1) == 2
    tables = "select to_regclass(%s) is not null as is_there"
    assert not fetch_all(connection, tables, [runs.table_of(killed)])[0]["is_there"]
    assert runs.rollback(connection, "champion").run_id == first.run_id


def test_a_hundred_publishes_leave_no_bloat(connection):
    """Old partitions are dropped whole, and a plain vacuum is enough for the rest: sizes stay where they were."""
    sizes, kept = [], 5
    for first, last in ((0, 20), (20, 120)):
        for number in range(first, last):
            release(connection, TEN + timedelta(hours=number), [f"{number}-{rank}" for rank in range(10)])
            runs.drop_old_runs(connection, "champion", keep=kept)
            if number % 10 == 9:
                execute(connection, "vacuum")  # what autovacuum does every minute
        sizes.append(fetch_all(connection, "select pg_database_size(current_database()) as bytes")[0]["bytes"])
    partitions = fetch_all(connection, "select inhrelid from pg_inherits where inhparent = 'recommendation'::regclass")
    assert len(partitions) == kept + 1  # and the one that is served
    assert sizes[1] < 1.05 * sizes[0]
