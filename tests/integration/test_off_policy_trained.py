"""The version before, held against the lot of a trained champion."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.actor import Actor
from frontpage.core.sections.lists import ExplorationParams, ListParams
from frontpage.core.sections.training import RankerParams
from frontpage.core.settings import Settings
from frontpage.steps import features, off_policy, outcomes, score, train
from frontpage.store import versions
from frontpage.store.connect import connect, execute
from frontpage.store.lists import runs
from tests.integration.test_models_steps import fill, lists_of
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
#: The newsroom has two stories told again and again: with a bound on likeness the rules would be waived for the last
#: place, and a lot gives away none that the rules do not allow.
LOT = PARAMS.model_copy(
    update={
        "exploration": ExplorationParams(share=0.5),
        "lists": ListParams(max_similarity=1.0),
        "ranker": RankerParams(
            n_trees=4, n_leaves=7, chunk_trees=4, min_child_samples=5, n_cutoffs=2, cutoff_hours=5, window_hours=2
        ),
    }
)


def test_the_version_before_has_an_effective_sample(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two champions, one after the other; the second one's lists are shown, and every third last place is read."""
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
    for as_of in (NOW - HOUR, NOW):
        features.run(settings, LOT, as_of)
        version = train.run(settings, LOT, as_of).details["version"]
        with connect(settings.database_url) as connection:
            versions.set_stages(connection, [(version, "champion")], Actor("ana"), "a test")
    shown = _shown(settings)
    is_lot = shown[c.PROPENSITY] < 1
    assert is_lot.sum() > 20
    assert set(shown.loc[is_lot, c.RANK]) == {10}
    outcomes.run(settings, LOT, NOW + 2 * HOUR)
    off_policy.run(settings, LOT, NOW + 2 * HOUR, tmp_path / "lot.json")
    before = json.loads((tmp_path / "lot.json").read_text())["version before"]
    assert before["n_slots"] == is_lot.sum()
    assert before["n_matched"] > 2
    assert 2 < before["n_effective"] <= before["n_matched"] + 1e-9
    assert before["logged"] == pytest.approx(shown[is_lot].iloc[::3].shape[0] / is_lot.sum())
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("version before"))
    assert f"{before['n_effective']:.0f} of 200 effective slots" in line


def _shown(settings: Settings) -> pd.DataFrame:
    """The champion's lists of NOW, published and shown to everybody, with reads of every third last place by lot."""
    made = score.run(settings, LOT, NOW)
    rows = lists_of(settings, made.artifact)
    lot = rows[rows[c.PROPENSITY] < 1]
    with connect(settings.database_url) as connection:
        run = runs.newest_attempt(connection, NOW, "champion", "built")
        runs.set_state(connection, run[c.RUN_ID], "passed")
        runs.publish(connection, runs.newest_attempt(connection, NOW, "champion", "passed"))
        for key in np.unique(rows[c.READER_KEY]).tolist():
            execute(connection, _SERVED, [NOW + HOUR, key, run[c.RUN_ID]])
        for key, article_id in lot[[c.READER_KEY, c.ARTICLE_ID]].iloc[::3].itertuples(index=False):
            at = NOW + 1.1 * HOUR
            execute(connection, _READ, [f"lot {key}", int(key), article_id, at, at])
    return rows


_SERVED = """insert into served_list
(served_at, request_id, reader_key, run_id, variant, not_modified, n_items, ranks)
values (%s, 'r', %s, %s, 'champion', false, 10, 1023)"""
_READ = """insert into read_event
(event_id, reader_key, article_id, kind, occurred_at, recorded_at, source, extract_id)
values (%s, %s, %s, 'read', %s, %s, 'test', 0)"""
