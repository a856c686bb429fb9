"""A whole model: trained, saved, loaded, judged, served and explained."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.history import History
from frontpage.core.sections.training import GateParams
from frontpage.features.interactions import interaction_dataset
from frontpage.features.pairs import COLUMNS
from frontpage.features.states import states_at
from models.assembly import pipeline_of
from models.context import scoring_context
from models.evaluation.baselines import HALF_LIFE_OF
from models.evaluation.evaluate import Evaluation, evaluate
from models.evaluation.gate import Earlier, gate
from models.explaining.explain import explain, explainer
from models.explaining.phrases import PHRASES
from models.explaining.rows import MAX_REASONS
from models.files import save_json, sha256
from models.inputs import ScoringInputs, model_inputs
from models.pipeline import ListPipeline
from models.ranking.ranker import predict, ranker_text
from models.training import artefact
from models.training.build import build
from models.training.cutoffs import plan
from models.training.feature_lookup import direct_lookup
from models.training.train import Inputs, Trained, train, version_name

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW, article, history, read, reader


def _inputs(past: History, **more: Any) -> Inputs:
    return Inputs(past, PARAMS, direct_lookup, **more)


@pytest.fixture(scope="module")
def past() -> History:
    """Two days of a newsroom."""
    return newsroom()


@pytest.fixture(scope="module")
def trained(past: History) -> Trained:
    """The model of `past`."""
    return train(_inputs(past), "v1")


def _ready(trained: Trained, past: History) -> tuple[ListPipeline, ScoringInputs]:
    at = scoring_context(interaction_dataset(past), NOW, PARAMS)
    return pipeline_of(PARAMS, "champion", trained.model), model_inputs(trained.model, at, PARAMS)


def _lists(trained: Trained, past: History) -> pd.DataFrame:
    pipeline, now = _ready(trained, past)
    return pipeline.lists(now, np.arange(len(now.context.readers))).to_pandas()


@pytest.mark.ml_test("model-5")
def test_the_ranker_beats_popularity_on_later_ticks(trained: Trained, past: History) -> None:
    """Readers with a taste and a region are served better than by what is read most; ALS alone is worse."""
    means = evaluate(past, trained.model, PARAMS, direct_lookup).means()
    assert means["candidate"]["ndcg_at_10"] > 1.2 * max(means[name]["ndcg_at_10"] for name in HALF_LIFE_OF)
    assert means["candidate"]["ndcg_at_10"] > means["als"]["ndcg_at_10"]
    assert all(0 <= value <= 1 for name, value in means["candidate"].items() if not name.startswith("n_"))


def test_it_is_judged_before_it_learns_from_what_judges_it(trained: Trained, past: History) -> None:
    """Half of the reads after the first held-out moment are gone: the ranker is another, what is judged the same."""
    first = pd.Timestamp(plan(interaction_dataset(past), PARAMS).evaluation[0])
    late = np.flatnonzero(past.reads[c.OCCURRED_AT] > first)
    fewer = replace(past, reads=past.reads.drop(index=late[::2]).reset_index(drop=True))
    model = train(_inputs(fewer), "v2").model
    assert ranker_text(model.validation_ranker) == ranker_text(trained.model.validation_ranker)
    assert ranker_text(model.ranker) != ranker_text(trained.model.ranker)


def test_evaluation_looks_only_at_what_is_judged(trained: Trained, past: History) -> None:
    """With the trees of older cutoffs in both places, all figures stay."""
    table = evaluate(past, trained.model, PARAMS, direct_lookup).table
    older = replace(trained.model, ranker=trained.model.validation_ranker)
    pd.testing.assert_frame_equal(evaluate(past, older, PARAMS, direct_lookup).table, table)


def test_a_version_of_an_earlier_release_is_loaded(trained: Trained, past: History, tmp_path: Path) -> None:
    """One set of trees, and a parameter that is gone since: it makes the lists that it made."""
    folder = tmp_path / "v"
    artefact.save(replace(trained.model, validation_ranker=trained.model.ranker), folder, {})
    (folder / "ranker-judged.txt").unlink()
    about = json.loads((folder / "params.json").read_text())
    about["params"]["ranker"]["n_calibration_ticks"] = 2
    save_json(folder / "params.json", about)
    names = [name for name in json.loads((folder / "manifest.json").read_text()) if name != "ranker-judged.txt"]
    save_json(folder / "manifest.json", {name: sha256(folder / name) for name in names})
    loaded = artefact.load(folder)
    assert ranker_text(loaded.validation_ranker) == ranker_text(loaded.ranker)
    assert artefact.model_params(loaded.params) == artefact.model_params(trained.model.params)
    pd.testing.assert_frame_equal(_lists(Trained(loaded, trained.sample), past), _lists(trained, past))


@pytest.mark.ml_test("monitor-5")
def test_nothing_is_nan(trained: Trained) -> None:
    """Factors, vectors, rows and metrics are finite."""
    model = trained.model
    for values in (model.factors.reader, model.factors.article, model.vectors, trained.sample):
        assert np.isfinite(values).all()
    assert all(np.isfinite(value) for value in model.metrics.values())


@pytest.mark.ml_test("infra-2")
def test_loss_falls_and_metric_rises(trained: Trained) -> None:
    """The curves of a whole training go the right way."""
    losses, curve = trained.model.histories["als_loss"], trained.model.histories["ranker_ndcg"]
    assert losses[-1] < losses[0]
    assert curve[-1] > curve[0]


def test_saved_and_loaded_is_the_same_model(trained: Trained, past: History, tmp_path: Path) -> None:
    """The same lists come from the loaded model, and saving twice gives the same hash."""
    one = artefact.save(trained.model, tmp_path / "one", {})
    two = artefact.save(trained.model, tmp_path / "two", {"threads": 9})
    assert one == two
    loaded = Trained(artefact.load(tmp_path / "one"), trained.sample)
    pd.testing.assert_frame_equal(_lists(loaded, past), _lists(trained, past))


def test_a_changed_file_is_refused(trained: Trained, tmp_path: Path) -> None:
    """A byte more in the ranker's text: the sentence names the file."""
    artefact.save(trained.model, tmp_path / "v", {})
    with (tmp_path / "v" / "ranker.txt").open("a") as file:
        file.write("x")
    with pytest.raises(BadInputError, match=r"ranker\.txt is not what the manifest says"):
        artefact.load(tmp_path / "v")


def test_a_missing_model_is_one_sentence(tmp_path: Path) -> None:
    """An empty folder holds no model."""
    with pytest.raises(BadInputError, match="holds no model"):
        artefact.load(tmp_path)


def test_a_version_sees_the_features_it_learned_from(trained: Trained) -> None:
    """In its own order; one that is not made any more is 0, and one that came later is left out."""
    first, second, *_ = COLUMNS
    older = replace(trained.model, feature_names=(second, "not_made_any_more", first))
    matrix = np.arange(2 * len(COLUMNS), dtype=np.float32).reshape(2, -1)
    assert older.seen(matrix).tolist() == [[matrix[0, 1], 0, matrix[0, 0]], [matrix[1, 1], 0, matrix[1, 0]]]
    assert trained.model.seen(matrix) is matrix


def test_lists_are_full_fresh_and_in_order(trained: Trained, past: History) -> None:
    """Ten each, ranks 1 to 10, scores never rising, nothing read before, nothing twice."""
    lists = _lists(trained, past)
    read_before = set(zip(past.reads[c.READER_KEY], past.reads[c.ARTICLE_ID], strict=True))
    pairs = list(zip(lists[c.READER_KEY], lists[c.ARTICLE_ID], strict=True))
    assert len(lists) == 10 * lists[c.READER_KEY].nunique() == 10 * 120
    assert len(set(pairs)) == len(pairs)
    assert not read_before & set(pairs)
    for _, rows in lists.groupby(c.READER_KEY):
        assert rows[c.RANK].tolist() == list(range(1, 11))
        scores = rows[c.SCORE].tolist()
        assert scores == sorted(scores, reverse=True)


def test_reasons_are_codes_with_their_arguments_and_true(trained: Trained, past: History) -> None:
    """One to three reasons in JSON, strongest first, labels those of the article; `you chose sport` if they did."""
    lists = _lists(trained, past)
    chose = set(past.readers[past.readers[c.INTERESTS].notna()][c.READER_KEY])
    labels = past.articles.set_index(c.ARTICLE_ID)
    args = {phrase.code: phrase.label for phrase in PHRASES}
    for key, name, text in zip(lists[c.READER_KEY], lists[c.ARTICLE_ID], lists[c.REASONS], strict=True):
        reasons = json.loads(text)
        strengths = [reason["contribution"] for reason in reasons]
        assert 1 <= len(reasons) <= MAX_REASONS
        assert strengths == sorted(strengths, reverse=True)
        for reason in reasons:
            label = args[reason["code"]]
            assert label is None or reason["args"] == {label: labels.loc[name, label]}
            assert reason["code"] != "chose_category" or key in chose


@pytest.mark.ml_test("infra-5")
def test_contributions_add_up_to_the_score(trained: Trained, past: History) -> None:
    """SHAP values and the base value sum to what the ranker says, for each row."""
    pipeline, now = _ready(trained, past)
    matrix = pipeline.scored_top_k(now, np.arange(5)).matrix
    explained = explain(explainer(trained.model.ranker), matrix, trained.model.feature_names)
    score = predict(trained.model.ranker, matrix, 1)
    assert np.allclose(explained.contributions.sum(axis=1) + explained.base, score, atol=1e-6)


@pytest.mark.ml_test("model-7")
def test_new_readers_and_articles_are_served_by_an_older_model(trained: Trained, past: History) -> None:
    """Ids that training never saw: a list of ten all the same, and the new article may stand in lists."""
    articles = [*past.articles.to_dict("records"), article("zz_new", 0.5, category="sport", title="goal league")]
    readers = [*past.readers.to_dict("records"), reader(99_999, interests=("sport",))]
    reads = [*past.reads.to_dict("records"), *(read(key, "zz_new", 0.1) for key in range(60))]
    lists = _lists(trained, history(articles, reads, readers))
    assert (lists[c.READER_KEY] == 99_999).sum() == 10
    assert "zz_new" in set(lists[c.ARTICLE_ID])


def test_a_block_of_readers_is_served_as_all_of_them_are(trained: Trained, past: History) -> None:
    """A ranking without states of readers gives some of them, with theirs, the very lists that they have among all."""
    pipeline, whole = _ready(trained, past)
    at, rows = whole.context, np.array([1, 4, 5, 17, 30])
    states = states_at(at.dataset, NOW, PARAMS.data, articles=at.live, readers=at.readers[:0])
    mine = states_at(at.dataset, NOW, PARAMS.data, articles=at.live[:0], readers=at.readers[rows]).readers
    some = model_inputs(trained.model, at, PARAMS, states).of_readers(rows, mine)
    block = pipeline.for_lists().lists(some, np.arange(len(rows)))
    pd.testing.assert_frame_equal(block.to_pandas(), pipeline.lists(whole, rows).to_pandas())


def test_one_reader_and_one_article(trained: Trained) -> None:
    """The smallest world: a list of one; a reader who has read it gets none."""
    rows = [article("only", 1, title="goal")]
    lists = _lists(trained, history(rows, [read(2, "only", 0.2)], [reader(1)]))
    assert list(zip(lists[c.READER_KEY], lists[c.ARTICLE_ID], strict=True)) == [(1, "only")]


def test_no_articles_no_lists(trained: Trained) -> None:
    """Readers without anything live to read get empty lists, not an error."""
    assert _lists(trained, history([article("old", 24 * 15)], [], [reader(1)])).empty


def test_nothing_to_learn_from_is_one_sentence() -> None:
    """A history without reads cannot train: the check says so."""
    with pytest.raises(CheckFailedError, match="nothing to learn from"):
        train(_inputs(history([article("a")], [], [reader(1)])), "v")


def test_a_training_without_dwell_region_or_text(past: History) -> None:
    """Data that lack dwell, regions, categories and text still train, without NaN."""
    bare = past.articles.assign(**{c.CATEGORY: None, c.TITLE: None, c.SUMMARY: None, c.PUBLISHER: None})
    reads = past.reads.assign(**{c.DWELL_SECONDS: np.nan, c.REGION: None})
    readers = past.readers.assign(**{c.REGION: None, c.INTERESTS: None})
    made = train(_inputs(History(NOW, bare, reads, readers)), "bare")
    assert np.isfinite(made.sample).all()
    assert not made.model.vectors.any()


def test_a_version_is_named_by_its_inputs(past: History) -> None:
    """as_of and a hash: the same inputs give the same name; other data, parameters or parent another."""
    name = version_name(_inputs(past), "abc")
    other_params = Inputs(past, PARAMS.model_copy(update={"seed": 1}), direct_lookup)
    assert name.startswith("20260310T1200-")
    assert name == version_name(_inputs(past), "abc")
    assert len({name, version_name(_inputs(past), "abd"), version_name(other_params, "abc")}) == 3
    more_threads = Inputs(past, PARAMS.model_copy(update={"threads": 1}), direct_lookup)
    assert version_name(more_threads, "abc") == name


def test_a_warm_start_is_another_version_with_lower_first_loss(trained: Trained, past: History) -> None:
    """Starting from the parent's factors, the first iteration is already better than a cold one."""
    warm = train(_inputs(past, parent=trained.model), "v2").model.histories["als_loss"]
    assert warm[0] < trained.model.histories["als_loss"][0]
    assert version_name(_inputs(past, parent=trained.model), "abc") != version_name(_inputs(past), "abc")


@pytest.mark.slow
def test_built_twice_is_built_once(past: History, tmp_path: Path) -> None:
    """The second build finds the first; without resume it trains again, to the same hash, and leaves no work behind."""
    first = build(_inputs(past), "v", tmp_path / "v")
    second = build(_inputs(past), "v", tmp_path / "v")
    third = build(_inputs(past), "v", tmp_path / "v", resume=False)
    assert (first.is_new, second.is_new, third.is_new) == (True, False, True)
    assert first.artefact_hash == second.artefact_hash == third.artefact_hash
    assert [path.name for path in first.plots] == ["als_loss.png", "ranker_ndcg.png", "shap_training.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v"]
    assert sha256(tmp_path / "v" / "manifest.json") == first.artefact_hash


def _evaluation(**ndcg: float) -> Evaluation:
    rows = [{"as_of": NOW, "ranker": name, "n_readers": 10, "candidate_recall": 1.0, "hit_rate_at_10": 0.0,
             "recall_at_10": 0.0, "dwell_ndcg_at_10": 0.0, "coverage": 0.0, "ndcg_at_10": value}
            for name, value in ndcg.items()]  # fmt: skip
    return Evaluation(pd.DataFrame(rows))


def test_a_worse_candidate_is_not_promoted_and_says_why() -> None:
    """0.20 is below 0.99 x 0.25 of the champion, though above the best rule."""
    decided = gate(_evaluation(candidate=0.20, champion=0.25, decayed_2h=0.1), GateParams())
    assert not decided.passed
    assert decided.reasons[0] == "nDCG@10 0.2000 is below 0.99 x 0.2500 of champion"
    assert decided.ratios == {"champion": 0.8, "decayed_2h": 2.0}


def test_a_good_candidate_passes() -> None:
    """As good as the champion within the asked ratio, and above the best rule."""
    assert gate(_evaluation(candidate=0.249, champion=0.25, decayed_2h=0.1), GateParams()).passed
    assert gate(_evaluation(candidate=0.2, decayed_2h=0.1), GateParams()).passed


def test_a_shortfall_that_chance_explains_is_excused_up_to_a_bound() -> None:
    """0.24 against 0.25: excused where lists scatter, not where all agree, nor where 0.22 is more than 5 % off."""
    scattered, agreed = np.tile([-0.5, 0.48], 50), np.full(100, -0.01)
    close, far = (_evaluation(candidate=value, champion=0.25, decayed_2h=0.1).table for value in (0.24, 0.22))
    excused = gate(Evaluation(close, scattered), GateParams())
    assert excused.passed
    assert excused.reasons[0] == "nDCG@10 0.2400 is within chance of 0.99 x 0.2500 of champion"
    assert not gate(Evaluation(close, agreed), GateParams()).passed
    assert not gate(Evaluation(far, scattered), GateParams()).passed


def test_below_the_best_count_that_count_is_served() -> None:
    """0.09 against 0.10: the candidate takes the place with the rule for its lists, also beside a champion."""
    for others in ({}, {"champion": 0.08}):
        decided = gate(_evaluation(candidate=0.09, decayed_2h=0.1, decayed_6h=0.05, **others), GateParams())
        assert (decided.passed, decided.popularity_half_life_hours) == (True, 2.0)
        assert "lists are made by decayed_2h" in decided.reasons


def test_a_champion_above_the_rules_keeps_its_place_from_a_candidate_below_them() -> None:
    """0.12 > 0.10 > 0.02: the champion stays; one that is below the rule itself makes room, with the rule for lists."""
    decided = gate(_evaluation(candidate=0.02, champion=0.12, decayed_2h=0.1), GateParams())
    assert (decided.passed, decided.popularity_half_life_hours) == (False, None)
    assert decided.reasons[-1].startswith("the champion stays: nDCG@10 0.1200 reaches")
    decided = gate(_evaluation(candidate=0.02, champion=0.08, decayed_2h=0.1), GateParams())
    assert (decided.passed, decided.popularity_half_life_hours) == (True, 2.0)


def test_held_out_ticks_of_versions_before_count_against_the_rules() -> None:
    """0.09 < 0.10 on 10 readers, but 0.20 > 0.10 on 30 before: 0.1725 over all is above 0.10."""
    before = {"candidate": {"ndcg_at_10": 0.2, "n_readers": 30.0}, "decayed_2h": {"ndcg_at_10": 0.1, "n_readers": 30.0}}
    decided = gate(_evaluation(candidate=0.09, decayed_2h=0.1), GateParams(), [Earlier(before)])
    assert (decided.passed, decided.popularity_half_life_hours) == (True, None)
    assert decided.ratios["decayed_2h"] == 1.725


def test_nothing_to_judge_by_is_no_pass() -> None:
    """Without held-out readers nobody is promoted."""
    assert not gate(Evaluation(pd.DataFrame(columns=["ranker"])), GateParams()).passed
