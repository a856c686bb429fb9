"""The report on places given by lot, from served lists to lists of other policies made again."""

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import off_policy, outcomes
from frontpage.store.connect import connect, execute
from frontpage.store.lists import runs
from frontpage.store.lists.runs import LIST_COLUMNS

from .serving_world import REASONS, TEN, World

HOUR = timedelta(hours=1)
READERS = [f"reader-{n}" for n in range(30)]


def test_popularity_and_recency_are_held_against_the_lot(
    database: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last place went by lot to `new` for every third reader, else it holds `old`; `hot` is what most read."""
    with connect(database) as connection:
        world = World(connection, settings)
        world.articles(["old", "top", "hot"], hours=-5)
        world.articles(["new"], hours=-1)
        for reader in (*READERS, "other"):
            world.reader(reader)
            execute(connection, _SIGNED_UP, [world.key(reader), TEN - 3 * HOUR, TEN - 3 * HOUR])
        execute(connection, _READ, ["other", world.key("other"), "hot", TEN - 2 * HOUR, TEN - 2 * HOUR])
        run_id = runs.begin_run(connection, TEN, "champion", "model-1")
        rows = [
            (world.key(reader), rank, name, 1.0, "popular", REASONS, 1.0 if rank == 1 else 0.3 if n % 3 == 0 else 0.7)
            for n, reader in enumerate(READERS)
            for rank, name in ((1, "top"), (2, "new" if n % 3 == 0 else "old"))
        ]
        runs.write_lists(connection, run_id, pd.DataFrame(rows, columns=[*LIST_COLUMNS, c.PROPENSITY]))
        runs.finish_run(connection, run_id)
        runs.set_state(connection, run_id, "passed")
        runs.publish(connection, runs.newest_attempt(connection, TEN, "champion", "passed"))
        for n, reader in enumerate(READERS):
            ranks = 0b11 if n else 0b01  # the first reader's last place was not shown
            execute(connection, _SERVED, [TEN + HOUR, world.key(reader), run_id, ranks])
        for reader in READERS[3:9:3]:  # whom the lot gave `new`
            read_at = TEN + 1.1 * HOUR
            execute(connection, _READ, [f"{reader}/new", world.key(reader), "new", read_at, read_at])
    outcomes.run(settings, Params(), TEN + 2 * HOUR)
    summary = off_policy.run(settings, Params(), TEN + 2 * HOUR, tmp_path / "lot.json")
    assert (summary.rows_in, summary.rows_out) == (29, 2)
    found = json.loads((tmp_path / "lot.json").read_text())
    assert (found["recency"]["n_matched"], found["recency"]["snips"]) == (9, pytest.approx(2 / 9))
    assert (found["popularity"]["n_matched"], found["popularity"]["share"]) == (0, 0.0)
    assert found["recency"]["share"] == 1.0  # 9 / 0.3 is more than there are
    told = capsys.readouterr().out
    assert "recency" in told
    assert "no verdict: 9 of 200 effective slots" in told


_SIGNED_UP = """insert into reader_version (reader_key, recorded_at, signed_up_at, source, extract_id)
values (%s, %s, %s, 'test', 0)"""
_READ = """insert into read_event
(event_id, reader_key, article_id, kind, occurred_at, recorded_at, source, extract_id)
values (%s, %s, %s, 'read', %s, %s, 'test', 0)"""
_SERVED = """insert into served_list
(served_at, request_id, reader_key, run_id, variant, not_modified, n_items, ranks)
values (%s, 'r', %s, %s, 'champion', false, 2, %s)"""
