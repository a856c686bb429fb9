"""No segment of readers is served by what is worse for it than the best count."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.sections.training import GateParams
from frontpage.features.interactions import interaction_dataset
from models.assembly import pipeline_of
from models.choice import Choice
from models.context import scoring_context
from models.evaluation.evaluate import Evaluation, evaluate
from models.evaluation.gate import Earlier, gate
from models.inputs import ScoringInputs, model_inputs
from models.ranking.ranker import predict
from models.segments import SEGMENTS, segment_of, segments_of
from models.training.artefact import Model
from models.training.feature_lookup import direct_lookup
from models.training.train import Inputs, train

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW, history, read, reader

COLD, PICKED = SEGMENTS[:2]
N_COLD = 40


@pytest.fixture(scope="module")
def past() -> History:
    """A newsroom in which forty newcomers come just after each held-out refresh, for what is much read then."""
    made = newsroom(80, 40)
    reads = made.reads.to_dict("records")
    for age_hours in (1.5, 4.5):
        before = made.reads[made.reads[c.OCCURRED_AT] < NOW - timedelta(hours=age_hours + 0.5)]
        recent = before[before[c.OCCURRED_AT] > NOW - timedelta(hours=age_hours + 4)]
        much_read = recent[c.ARTICLE_ID].value_counts().index[:3]
        keys = range(1_000, 1_000 + N_COLD) if age_hours == 1.5 else range(2_000, 2_000 + N_COLD)
        reads += [read(key, name, age_hours) for key in keys for name in much_read]
    readers = [*made.readers.to_dict("records"), reader(5_000), reader(5_001, interests=("sport",))]
    return history(made.articles.to_dict("records"), reads, readers)


@pytest.fixture(scope="module")
def model(past: History) -> Model:
    """A ranker that learned from all of it."""
    return train(Inputs(past, PARAMS, direct_lookup), "v").model


@pytest.fixture(scope="module")
def view(model: Model, past: History) -> ScoringInputs:
    """The moment with everybody in it, two newcomers among them."""
    return model_inputs(model, scoring_context(interaction_dataset(past), NOW, PARAMS), PARAMS)


@pytest.fixture(scope="module")
def spoiled(model: Model, view: ScoringInputs) -> Model:
    """Trees that say of readers with reads what the ranker says, and put the least read first for all others."""
    rows = np.arange(len(view.context.readers))
    pairs, _ = pipeline_of(PARAMS, "champion", model).retrieve(view, rows)
    features = model.seen(view.features(pairs.reader, pairs.article))
    good = predict(model.ranker, features, 1)
    blank = view.of_fallbacks()
    nobody, _ = pipeline_of(PARAMS, "champion", model).retrieve(blank, np.zeros(1, dtype=np.int64))
    theirs = model.seen(blank.features(nobody.reader, nobody.article))
    theirs = np.repeat(theirs, 60, axis=0)
    matrix = np.vstack([features, theirs])
    target = np.concatenate([good, -3.0 * theirs[:, model.feature_names.index("article_reads_6h")]])
    options = {"objective": "regression", "num_leaves": 63, "verbosity": -1, "seed": 1, "deterministic": True}
    data = lgb.Dataset(matrix, target, feature_name=list(model.feature_names))
    trees = lgb.train(options, data, num_boost_round=60)
    return replace(model, ranker=trees, validation_ranker=trees)


@pytest.mark.ml_test("model-6")
def test_where_the_ranker_is_worse_a_count_serves_the_segment(spoiled: Model, past: History) -> None:
    """Judged over all readers the ranker is better; readers without history get the best count, others the ranker."""
    evaluation = evaluate(past, spoiled, PARAMS, direct_lookup)
    params = GateParams(min_segment_lists=N_COLD, min_ratio_to_popularity=0.5)
    decided = gate(evaluation, params)
    assert decided.passed
    assert decided.popularity_half_life_hours is None
    verdict = decided.segments[COLD]
    assert verdict.n_lists >= 2 * N_COLD
    assert verdict.candidate < 0.5 * verdict.popularity
    assert f"decayed_{verdict.half_life_hours:g}h" == verdict.best
    assert {hours for name, hours in decided.choice.of_segment.items() if name != COLD} == {None}
    assert Choice.of_gate(decided.as_json()) == decided.choice
    assert any(reason.startswith(f"{COLD}: ") for reason in decided.reasons)


def test_with_too_few_lists_a_segment_goes_with_all(spoiled: Model, past: History) -> None:
    """Eighty lists are not enough where five hundred are asked for; with those of versions before they are."""
    evaluation = evaluate(past, spoiled, PARAMS, direct_lookup)
    params = GateParams(min_ratio_to_popularity=0.5)
    assert COLD not in gate(evaluation, params).segments
    earlier = [Earlier.of(evaluation)] * 7
    assert gate(evaluation, params, earlier).choice.of_segment[COLD] is not None


def test_the_choice_makes_the_lists(model: Model, view: ScoringInputs) -> None:
    """A newcomer's list is the count's, reasons and all; others have the ranker's. Fallback lists go the same way."""
    rows = np.arange(len(view.context.readers))
    mixed = pipeline_of(PARAMS, "champion", model, Choice(None, {COLD: 2.0, PICKED: None}))
    by_ranker, by_count = (pipeline_of(PARAMS, "champion", model, Choice(hours)) for hours in (None, 2.0))
    lists, ranked, counted = (_lists(pipeline, view, rows) for pipeline in (mixed, by_ranker, by_count))
    cold = view.context.dataset.reader_keys[view.context.readers[segments_of(view.entities.states.readers) == 0]]
    assert 5_000 in cold
    assert 5_001 not in cold
    is_cold = lists[c.READER_KEY].isin(cold)
    assert list(lists[is_cold][c.REASONS]) == list(counted[counted[c.READER_KEY].isin(cold)][c.REASONS])
    pd.testing.assert_frame_equal(lists[~is_cold], ranked[~ranked[c.READER_KEY].isin(cold)])
    fallback, theirs, ours = (pipeline.fallbacks(view) for pipeline in (mixed, by_count, by_ranker))
    is_category = fallback["scope"] == c.CATEGORY
    pd.testing.assert_frame_equal(fallback[~is_category], theirs[theirs["scope"] != c.CATEGORY])
    pd.testing.assert_frame_equal(fallback[is_category], ours[ours["scope"] == c.CATEGORY])


def _lists(pipeline: Any, view: ScoringInputs, rows: Any) -> pd.DataFrame:
    made = pipeline.lists(view, rows).to_pandas()
    return made.sort_values([c.READER_KEY, c.RANK], ignore_index=True)


def test_a_segment_can_have_the_ranker_where_all_others_have_a_count(model: Model, view: ScoringInputs) -> None:
    """The other way round, of the same parts."""
    rows = np.arange(len(view.context.readers))
    made = pipeline_of(PARAMS, "champion", model, Choice(2.0, {SEGMENTS[4]: None}))
    assert made.asks_readers
    heavy = np.flatnonzero(segments_of(view.entities.states.readers) == 4)
    ranked = pipeline_of(PARAMS, "champion", model).top_k(view, heavy)
    found = made.top_k(view, rows)
    assert found.article[np.isin(found.reader, heavy)].tolist() == ranked.article.tolist()


def test_segments_by_hand() -> None:
    """0 reads with and without interests, 1, 4, 5, 19, 20 reads."""
    n_reads, picked = np.array([0, 0, 1, 4, 5, 19, 20]), np.array([False, True, True, False, True, False, True])
    assert segment_of(n_reads, picked).tolist() == [0, 1, 2, 2, 3, 3, 4]


def test_a_gate_of_an_earlier_release_is_one_verdict_for_all() -> None:
    """Without segments, and with the name that the half-life had."""
    assert Choice.of_gate({"passed": True, "rule_half_life_hours": 6.0}) == Choice(6.0)
    assert Choice.of_gate({"passed": True, "rule_half_life_hours": None}) == Choice()
    assert Choice.of_gate({}) == Choice()
    assert not Choice(2.0, {COLD: 1.0}).uses_ranker
    assert Choice(2.0, {COLD: None}).exceptions() == {COLD: None}


def test_segments_by_figures() -> None:
    """0.2 of 600 lists against 0.3 of a count: the count; 0.4 against 0.3: the ranker; 10 lists: no verdict."""
    figures = [(COLD, 0.2, 600), (SEGMENTS[2], 0.4, 600), (SEGMENTS[3], 0.1, 10)]
    others = {"decayed_2h": 0.3, "decayed_6h": 0.25, "latest": 0.9}
    rows = [(NOW, name, ranker, value, n) for name, ours, n in figures
            for ranker, value in {"candidate": ours, **others}.items()]  # fmt: skip
    segments = pd.DataFrame(rows, columns=["as_of", "segment", "ranker", "ndcg_at_10", "n_readers"])
    metrics = dict.fromkeys(("hit_rate_at_10", "recall_at_10", "dwell_ndcg_at_10", "coverage", "candidate_recall"), 0.0)
    table = pd.DataFrame(
        [{"as_of": NOW, "ranker": name, "n_readers": 1_210, "ndcg_at_10": value, **metrics}
         for name, value in (("candidate", 0.4), ("decayed_2h", 0.3))]
    )  # fmt: skip
    decided = gate(Evaluation(table, segments=segments), GateParams())
    assert decided.choice == Choice(None, {COLD: 2.0, SEGMENTS[2]: None})
    assert decided.reasons[-1] == f"{COLD}: nDCG@10 0.2000 against 0.3000 of decayed_2h: lists by decayed_2h"
