"""The acceptance test: on hours from which nothing was learned, once, by slices; a loss anywhere is a loss."""

from dataclasses import replace
from datetime import timedelta

import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.acceptance import AcceptanceParams
from models.choice import Choice
from models.evaluation.acceptance import ServedModel, accept
from models.evaluation.report import read_acceptance, write_acceptance
from models.evaluation.slices import HABITS, SIZES
from models.training.artefact import Model, model_params
from models.training.feature_lookup import direct_lookup
from models.training.held_back import held_back, history_to_learn
from models.training.train import Inputs, train
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW, article, history, read

pytestmark = pytest.mark.slow
LENIENT = AcceptanceParams(min_slice_readers=5, max_loss=0.05, max_slice_loss=0.15)
SMALL = PARAMS.model_copy(update={"acceptance": LENIENT})
#: A count so slow that it lists what was read for days.
SLOW = 168.0


def under(**changes: object) -> Params:
    """SMALL with other words on what is accepted."""
    return SMALL.model_copy(update={"acceptance": LENIENT.model_copy(update=changes)})


@pytest.fixture(scope="module")
def past() -> History:
    """Four days of a newsroom with 80 readers; most have read more than 20 articles by the end."""
    return newsroom(80, 96)


@pytest.fixture(scope="module")
def model(past: History) -> Model:
    """Trained on what was known before the hours that are held back."""
    return train(Inputs(history_to_learn(past, SMALL), SMALL, direct_lookup), "v1").model


def test_nothing_is_learned_from_the_hours_held_back(past: History, model: Model) -> None:
    """A fifth of the history at most, and whole windows; other reads in them make no other training."""
    held = held_back(past, SMALL)
    assert 0 < len(held.cutoffs) <= SMALL.acceptance.n_cutoffs
    assert NOW - held.learned_until <= timedelta(hours=96) / 5
    assert held.cutoffs[-1] + held.window <= NOW
    assert all(b - a >= held.window for a, b in zip(held.cutoffs, held.cutoffs[1:], strict=False))
    learned = history_to_learn(past, SMALL)
    assert learned.as_of == held.learned_until == held.cutoffs[0]
    assert learned.reads[c.RECORDED_AT].max() <= held.learned_until
    assert learned.articles[c.FIRST_SEEN_AT].max() <= held.learned_until
    is_late = past.reads[c.RECORDED_AT] > held.learned_until
    others = past.reads.assign(**{c.ARTICLE_ID: past.reads[c.ARTICLE_ID].where(~is_late, "ms000")})
    assert history_to_learn(replace(past, reads=others), SMALL).reads.equals(learned.reads)
    assert max(model.article_ids) in set(learned.articles[c.ARTICLE_ID])


def test_a_short_history_keeps_nothing_back() -> None:
    """There is little to learn from as it is; the gate's word is enough while there is no champion."""
    short = history([article("a", 2)], [read(1, "a", 1.0)], [])
    assert held_back(short, SMALL).cutoffs == ()
    assert history_to_learn(short, SMALL) is short


def test_only_what_the_verdict_hangs_on_leaves_the_model_alone() -> None:
    """Hours held back make another model, a higher floor does not."""
    assert model_params(under(min_ndcg=0.5)) == model_params(SMALL)
    assert model_params(under(n_cutoffs=2)) != model_params(SMALL)


def test_a_good_version_is_accepted_with_every_slice_named(past: History, model: Model, tmp_path) -> None:
    """Against popularity while there is no champion; slices that nobody is in are said, and do not fail."""
    found = accept(past, ServedModel(model, Choice()), SMALL)
    assert found.accepted, found.reasons
    everybody, *others = found.slices
    assert found.reference == "popularity"
    assert everybody.candidate > everybody.popularity > 0
    low, high = everybody.candidate_interval
    assert low < everybody.candidate < high
    names = {one.name for one in others}
    assert {*HABITS, *SIZES, "region north", "region south", "no region"} <= names
    empty = [one.name for one in others if one.verdict == "no readers"]
    assert "no region" in empty
    assert f"without readers: {', '.join(empty)}" in found.reasons
    by_name = {one.name: one for one in found.slices}
    assert by_name["region north"].n_lists + by_name["region south"].n_lists == everybody.n_lists
    assert sum(by_name[name].n_lists for name in HABITS) == everybody.n_lists
    write_acceptance(found, tmp_path)
    metrics, files = read_acceptance(tmp_path)
    assert metrics["all_readers_candidate"] == pytest.approx(everybody.candidate, abs=1e-6)
    assert {file.name for file in files} == {"acceptance.json", "slices.csv", "slices.png"}
    assert accept(past, ServedModel(model, Choice()), SMALL) == found


def test_the_floor_holds_whatever_else_is_true(past: History, model: Model) -> None:
    """Better than everything there is, and still not good enough."""
    found = accept(past, ServedModel(model, Choice()), under(min_ndcg=0.99))
    assert not found.accepted
    assert "is below the floor of 0.99" in found.reasons[0]


def test_a_slice_may_not_pay_for_the_others(past: History, model: Model) -> None:
    """Readers of 20 and more articles get a stale count, all others what the champion gives: that slice speaks."""
    champion = ServedModel(model, Choice())
    candidate = ServedModel(model, Choice(None, {"20+ reads": SLOW}))
    found = accept(past, candidate, under(max_loss=1.0), champion)
    assert found.reference == "champion"
    assert not found.accepted
    by_name = {one.name: one for one in found.slices}
    assert by_name["heavy readers"].verdict == "fail"
    assert by_name["heavy readers"].lost > 0.15
    assert by_name["light readers"].lost == pytest.approx(0.0)
    assert any(reason.startswith("heavy readers: -") for reason in found.reasons)
    assert accept(past, candidate, under(max_loss=1.0, max_slice_loss=1.0), champion).accepted


def test_a_slice_with_few_readers_is_said_not_judged(past: History, model: Model) -> None:
    """Chance speaks in it, not the version."""
    candidate = ServedModel(model, Choice(None, {"20+ reads": SLOW}))
    found = accept(past, candidate, under(max_loss=1.0, min_slice_readers=1_000), ServedModel(model, Choice()))
    assert found.accepted
    assert any("too few readers to judge" in reason and "heavy readers (" in reason for reason in found.reasons)


def test_without_a_read_in_those_hours_the_champion_stays(past: History, model: Model) -> None:
    """Nothing speaks against the candidate, and nothing for it."""
    held = held_back(past, SMALL)
    quiet = replace(past, reads=past.reads[past.reads[c.RECORDED_AT] <= held.learned_until].reset_index(drop=True))
    served = ServedModel(model, Choice())
    found = accept(quiet, served, SMALL, served)
    assert not found.accepted
    assert found.reasons[-1] == "the champion stays"
    assert accept(quiet, served, SMALL).accepted
