"""Blocks of a run: once and whole, however often and by however many they are written."""

import threading
from datetime import UTC, datetime

import pandas as pd
import pytest

from frontpage.core.errors import CheckFailedError
from frontpage.store.connect import connect, fetch_all, transaction
from frontpage.store.lists import run_blocks, runs
from frontpage.store.lists.runs import LIST_COLUMNS

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def lists(*reader_keys: int) -> pd.DataFrame:
    """One article for each reader."""
    rows = [(key, 1, f"a{key}", 0.5, "popular", "[]") for key in reader_keys]
    return pd.DataFrame(rows, columns=list(LIST_COLUMNS))


def test_a_block_written_twice_is_there_once(database: str):
    """The second writer of a block writes nothing, and the account adds up."""
    with connect(database) as connection:
        run_id = runs.begin_run(connection, NOW, "champion")
        run_blocks.open_account(connection, run_id)
        written = [run_blocks.write_block(connection, run_id, block, lists(block)) for block in (0, 1, 0)]
        assert written == [True, True, False]
        assert run_blocks.n_written(connection, run_id) == 2
        assert run_blocks.close_account(connection, run_id, 2) == 2
        runs.finish_run(connection, run_id)


def test_of_two_writers_at_once_the_second_waits_and_yields(database: str):
    """A repeat that meets the first attempt half-way writes only if that one fails."""
    answers: list[bool] = []

    def repeat() -> None:
        with connect(database) as other:
            answers.append(run_blocks.write_block(other, run_id, 0, lists(7)))

    with connect(database) as connection:
        run_id = runs.begin_run(connection, NOW, "champion")
        run_blocks.open_account(connection, run_id)
        with transaction(connection), connection.cursor() as cursor:
            cursor.execute(f"insert into run_block_{run_id} values (0, 1)")
            thread = threading.Thread(target=repeat)
            thread.start()
            thread.join(timeout=0.3)
            assert thread.is_alive()
            runs.write_lists(connection, run_id, lists(7))
        thread.join(timeout=10)
        assert answers == [False]
        assert run_blocks.close_account(connection, run_id, 1) == 1


def test_a_run_with_a_missing_block_is_not_built(database: str):
    """It names how much is there; a run whose rows are not those of the account is not built either."""
    with connect(database) as connection:
        run_id = runs.begin_run(connection, NOW, "champion")
        run_blocks.open_account(connection, run_id)
        run_blocks.write_block(connection, run_id, 0, lists(1, 2))
        with pytest.raises(CheckFailedError, match="1 of 2 blocks"):
            run_blocks.close_account(connection, run_id, 2)
        runs.write_lists(connection, run_id, lists(3))
        with pytest.raises(CheckFailedError, match="3 of 2 rows"):
            run_blocks.close_account(connection, run_id, 1)


def test_accounts_of_killed_runs_go(database: str):
    """The next run of the same lists drops the attempt that was left unfinished, and its account."""
    with connect(database) as connection:
        for _ in range(2):
            run_id = runs.begin_run(connection, NOW, "champion")
            run_blocks.open_account(connection, run_id)
        left = fetch_all(connection, "select relname from pg_class where relname ~ '^run_block_[0-9]+$'")
        assert [row["relname"] for row in left] == [f"run_block_{run_id}"]
        described = fetch_all(connection, f"select obj_description('run_block_{run_id}'::regclass) as what")
        assert described[0]["what"].startswith("[block]")
