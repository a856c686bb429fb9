"""The proofs of sources, features, staleness and kept lists, on a tiny newsroom."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.ablation import WHOLE, Variant, losses, variants, walked
from bench.ablation_worlds import World
from bench.kept import foreseen, kept
from bench.staleness import at_refresh, draw
from frontpage.features.pairs import COLUMNS
from models.replay.replayed import OURS, Cadence
from models.replay.walk import replay
from models.retrieval.candidates import SOURCE_NAMES

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW

CADENCE = Cadence(NOW - timedelta(hours=8), NOW, timedelta(hours=4), timedelta(hours=8))
#: A ranker that always makes the lists, as in the ablation.
UNGATED = PARAMS.model_copy(
    update={"gate": PARAMS.gate.model_copy(update={"min_ratio_to_popularity": 1e-9, "min_ratio_to_champion": 1e-9})}
)


@pytest.fixture(scope="module")
def world() -> World:
    """Two days of a newsroom."""
    return World("tiny", newsroom(n_readers=60), UNGATED, CADENCE, "")


@pytest.mark.slow
def test_with_nothing_taken_away_the_lists_are_those_of_the_replay(world: World) -> None:
    """Same readers and the same nDCG@10 of every list; without all popular features it is another."""
    popular = variants()["features popular"]
    asked = {WHOLE: Variant(), "nothing": Variant(), "blind": popular}
    reader, ndcg = walked(world, asked, n_trainings=1)
    found = replay(world.history, world.params, world.cadence)
    assert reader.tolist() == found.reader.tolist()
    assert ndcg[WHOLE].astype(np.float32).tolist() == found.measures[OURS]["ndcg_at_10"].tolist()
    told = losses(reader, ndcg, seed=1)
    assert set(told) == {WHOLE, "blind"}  # what changes no list is not told
    assert told["blind"]["loss_low"] <= told["blind"]["loss"] <= told["blind"]["loss_high"]


def test_a_pair_stays_while_another_source_found_it() -> None:
    """Two pairs, one of them found by `newest` alone."""
    found = np.zeros((2, len(SOURCE_NAMES)), dtype=bool)
    found[:, SOURCE_NAMES.index("newest")] = True
    found[1, SOURCE_NAMES.index("popular")] = True
    assert Variant(sources=frozenset({"newest"})).keeps(found).tolist() == [False, True]


def test_every_source_and_every_feature_is_taken_away_once() -> None:
    """By itself; the methods do so together."""
    made = variants().values()
    alone = [variant for variant in made if len(variant.sources) + bool(variant.features) == 1]
    assert sorted(name for variant in alone for name in variant.sources) == sorted(SOURCE_NAMES)
    assert sorted(name for variant in alone for name in variant.features) == sorted(COLUMNS)
    blinded = Variant(features=frozenset(COLUMNS[:2])).blinded(np.ones((1, len(COLUMNS)), dtype=np.float32))
    assert blinded.sum() == len(COLUMNS) - 2


@pytest.mark.slow
def test_the_curve_of_staleness_is_drawn(world: World, tmp_path: Path) -> None:
    """Lists every 4 hours and once in the period."""
    rows = {"4 h": at_refresh(world, 4.0), "8 h": at_refresh(world, 8.0)}
    assert all(row["lists"] > 0 and row["ratio"] > 0 for row in rows.values())
    picture = draw(rows, rows, tmp_path / "staleness.png")
    assert picture.stat().st_size > 10_000


@pytest.mark.slow
def test_who_keeps_more_lists_makes_fewer(world: World) -> None:
    """The larger the limit of a list's age, the fewer readers are due."""
    due = [row["due"] for row in kept(world).values()]
    assert due == sorted(due, reverse=True)
    assert 0 < due[-1] <= due[0] <= 1


def test_of_more_readers_more_came(world: World) -> None:
    """Those who came are found among the likeliest readers more often the more of these are asked."""
    came = [row["came"] for row in foreseen(world).values()]
    assert came == sorted(came)
    assert 0 < came[-1] <= 1
