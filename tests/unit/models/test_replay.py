"""A replay of a small newsroom: cutoffs, trainings, whose lists count, variants, and cadences that cannot be."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.sections.lists import ListParams
from frontpage.features.interactions import interaction_dataset
from models.evaluation.baselines import BASELINE_NAMES
from models.evaluation.evaluator import MEASURES
from models.replay.replayed import OURS, Cadence, Replayed
from models.replay.walk import replay

from .newsroom_world import PARAMS
from .replay_world import world
from .worlds import NOW, hours_ago

HOUR = timedelta(hours=1)
VARIANT = "with max_per_category 3"
CADENCE = Cadence(hours_ago(8), NOW - timedelta(minutes=30), 3 * HOUR, 6 * HOUR)


@pytest.fixture(scope="module")
def found() -> Replayed:
    """Eight hours of the newsroom, a list every three, with a variant that caps categories."""
    capped = PARAMS.model_copy(update={"lists": ListParams(max_per_category=3)})
    return replay(world(), PARAMS, CADENCE, {VARIANT: capped})


def test_lists_are_made_every_refresh_until_the_end(found: Replayed) -> None:
    """Three cutoffs, the last one's lists standing for an hour and a half; trained at the first and the third."""
    assert found.cutoffs == CADENCE.cutoffs() == [hours_ago(8), hours_ago(5), hours_ago(2)]
    assert [one.as_of for one in found.trainings] == [hours_ago(8), hours_ago(2)]
    assert {one.serves for one in found.trainings} <= {"ranker", "as before", *BASELINE_NAMES}


def test_each_list_has_a_reader_with_answers_and_every_measure(found: Replayed) -> None:
    """Nobody's list counts who read nothing next, nor twice at a cutoff; measures lie between 0 and the ceiling."""
    assert (found.n_answers >= 1).all()
    assert (found.n_listable <= found.n_existing).all()
    assert (found.n_existing <= found.n_answers).all()
    assert len(np.unique(found.cutoff * 10**6 + found.reader)) == len(found.cutoff)
    assert list(found.measures) == [*BASELINE_NAMES, OURS, VARIANT]
    for measures in found.measures.values():
        assert list(measures) == list(MEASURES)
        assert (measures["ndcg_at_10"] <= found.ceiling + 1e-6).all()
    assert found.measures[OURS]["ndcg_at_10"].mean() > found.measures["random"]["ndcg_at_10"].mean()


def test_all_answers_of_the_period_are_there(found: Replayed) -> None:
    """First reads between the first cutoff and the end, counted from the log itself."""
    reads = world().reads
    first = reads.drop_duplicates([c.READER_KEY, c.ARTICLE_ID])
    in_period = (first[c.OCCURRED_AT] > CADENCE.start) & (first[c.OCCURRED_AT] <= CADENCE.end)
    assert found.n_answers.sum() == in_period.sum()


def test_a_variant_changes_lists_but_not_the_model(found: Replayed) -> None:
    """Capped lists have more categories in them; lists say how they differ from the last ones."""
    ours, capped = found.lists[OURS][1], found.lists[VARIANT][1]
    assert capped.categories >= ours.categories
    assert np.isnan(found.lists[OURS][0].overlap)
    assert 0 <= ours.overlap <= 1
    assert ours.n_lists == (found.cutoff == 1).sum()


def test_the_same_replay_twice(found: Replayed) -> None:
    """Bit by bit, with or without variants."""
    again = replay(world(), PARAMS, CADENCE)
    for name, measures in again.measures.items():
        for measure, values in measures.items():
            assert values.tolist() == found.measures[name][measure].tolist()


def test_before_there_is_anything_to_learn_from_lists_are_made_by_popularity() -> None:
    """The first hour of a newsroom: no version, the parameters' count, and a sentence that says so."""
    made = replay(world(), PARAMS, Cadence(hours_ago(47), hours_ago(45), HOUR, 2 * HOUR))
    assert made.trainings[0].version == ""
    assert made.trainings[0].serves == "as before"
    rule = made.measures["decayed_2h"]["ndcg_at_10"]
    assert made.measures[OURS]["ndcg_at_10"].tolist() == rule.tolist()


@pytest.mark.parametrize(
    ("cadence", "sentence"),
    [
        (Cadence(NOW, hours_ago(2), HOUR, HOUR), "--from must be before --to"),
        (Cadence(hours_ago(2), NOW, HOUR, HOUR / 2), "--retrain not shorter"),
        (Cadence(hours_ago(2), NOW + HOUR, HOUR, HOUR), "give an earlier --to"),
    ],
)
def test_a_cadence_that_cannot_be(cadence: Cadence, sentence: str) -> None:
    """Named by the option to change."""
    with pytest.raises(BadInputError, match=sentence):
        replay(world(), PARAMS, cadence)


def test_a_period_in_which_nobody_reads() -> None:
    """Said, not divided by."""
    quiet = world()
    quiet = replace(quiet, reads=quiet.reads[quiet.reads[c.OCCURRED_AT] < hours_ago(4)].reset_index(drop=True))
    with pytest.raises(CheckFailedError, match="nobody read anything new"):
        replay(quiet, PARAMS, Cadence(hours_ago(2), NOW, HOUR, HOUR))
    assert len(interaction_dataset(quiet).read_time) == len(quiet.reads)
