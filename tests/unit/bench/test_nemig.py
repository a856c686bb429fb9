"""The comparison on NeMig: what is measured, by hand; and that nobody's clicks reach the ranking of their own lists."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from bench import listwise
from bench.nemig import MEASURES, Folds, click_rates, expected, figures_of, measures
from bench.nemig_features import history_features, mean_cosines
from bench.nemig_log import Log
from frontpage.core import columns as c

#: Reader 0 read article 0 (about goals) and has one list; reader 1 read nothing and has one of two articles.
LOG = Log(
    articles=pd.DataFrame({
        c.TITLE: ["goal league", "goal match", "bank rates", "bank goal"],
        c.SUMMARY: ["", "league", "rates", "rates"],
        c.PUBLISHER: ["a.example", "a.example", "b.example", "b.example"],
    }),
    day=np.array([10, 12, 40, 11]),
    article=np.array([1, 2, 3, 1, 2]),
    clicked=np.array([1, 0, 0, 0, 1]),
    sizes=np.array([3, 2]),
    reader=np.array([0, 1]),
    history=csr_matrix(([1.0], ([0], [0])), shape=(2, 4)),
)  # fmt: skip


def test_measures_by_hand() -> None:
    """A click on rank 2 of 3: one of two others is below it, nDCG 1 / log2(3), MRR 1 / 2; on rank 1 of 2 all are 1."""
    second, first = measures(LOG, np.array([0.5, 0.9, 0.1, 0.0, 1.0]))
    assert np.allclose(second, [0.5, 1 / np.log2(3), 1 / np.log2(3), 0.5])
    assert np.allclose(first, 1.0)


def test_a_random_order_is_worked_out() -> None:
    """Two articles: rank 1 and rank 2 each half of the time."""
    half = 0.5 * (1 + 1 / np.log2(3))
    assert np.allclose(expected(LOG)[1], [0.5, half, half, 0.75])


def test_equal_scores_are_ordered_by_lot() -> None:
    """Where all scores are equal, the click's place in the file says nothing: its mean rank is that of chance."""
    n_lists = 3_000
    clicked = np.tile([1, 0, 0], n_lists)
    lists = Log(LOG.articles, LOG.day, np.tile([1, 2, 3], n_lists), clicked, np.full(n_lists, 3), clicked, LOG.history)
    assert measures(lists, np.zeros(len(clicked)))[:, 0].mean() == pytest.approx(0.5, abs=0.03)


def test_click_rates_come_from_the_given_pairs_only() -> None:
    """Without the second list nobody has clicked article 2, and article 1 was clicked where it was shown."""
    rates = click_rates(LOG, LOG.list_of == 0)
    assert rates[1] == pytest.approx((1 + 30 / 3) / (1 + 30))
    assert rates[2] == pytest.approx((0 + 30 / 3) / (1 + 30))


def test_history_features_by_hand() -> None:
    """Same publisher, two shared title words at most, days apart; zeros for who has no history."""
    features = history_features(LOG, np.eye(4, dtype=np.float32))
    assert features["publisher_share"].tolist() == [1, 0, 0, 0, 0]
    assert features["title_words_shared"].tolist() == [1, 0, 1, 0, 0]
    assert np.allclose(features["days_to_nearest"], [np.log1p(2), np.log1p(30), np.log1p(1), 0, 0])
    assert features["history_length"].tolist() == [1, 1, 1, 0, 0]
    assert not features["content_score"].any()


def test_best_and_mean_of_a_history() -> None:
    """Read: two articles at right angles, one of them the candidate's double. Best 1, mean 1 / sqrt(2)."""
    history = csr_matrix(([1.0, 1.0], ([0, 0], [0, 2])), shape=(2, 4))
    log = Log(LOG.articles, LOG.day, LOG.article, LOG.clicked, LOG.sizes, LOG.reader, history)
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0, 0]], dtype=np.float32)
    features = history_features(log, vectors)
    assert np.allclose(features["content_best"], [1, 1, 0, 0, 0])
    assert np.allclose(features["content_top3"], [0.5, 0.5, 0, 0, 0])
    assert np.allclose(mean_cosines(log, csr_matrix(vectors))[:3], [np.sqrt(0.5), np.sqrt(0.5), 0])


def test_a_fold_learns_from_other_readers_and_from_other_articles() -> None:
    """What a score is learned from never holds a pair of the same reader, nor, if asked, of the same article."""
    folds = Folds(LOG, of_list=np.array([0, 1]), of_article=np.array([0, 1, 2, 3]))
    seen: list[np.ndarray] = []

    def learner(pairs: np.ndarray) -> np.ndarray:
        seen.append(pairs)
        return np.full(len(LOG.article), float(len(seen)))

    assert (folds.scores(learner) > 0).all()
    scores = folds.scores(learner, unseen_articles=True)
    for pair, call in enumerate(scores.astype(int) - 1):
        learned = seen[call]
        assert not learned[LOG.list_of == LOG.list_of[pair]].any()
        assert not learned[LOG.article == LOG.article[pair]].any()


def test_the_linear_ranker_finds_the_odds() -> None:
    """Two articles, the first clicked in three lists of four: without ridge its weight is ln 3 above the other's."""
    matrix = csr_matrix(np.tile([[1.0], [0.0]], (4, 1)))
    clicked = np.array([1, 0, 1, 0, 1, 0, 0, 1])
    block = listwise.Block(matrix, np.arange(8), np.array([1e-9]))
    (weights,) = listwise.fit([block], clicked, np.repeat(np.arange(4), 2))
    assert weights[0] == pytest.approx(np.log(3), abs=1e-4)


def test_intervals_are_of_readers() -> None:
    """One reader's equal lists cannot vary; several readers' can."""
    values = np.tile([[0.5, 0.6, 0.7, 0.8]], (4, 1))
    assert list(figures_of(values, np.zeros(4, dtype=np.int64)))[::3][:2] == [MEASURES[0], MEASURES[1]]
    values[:2, 0] = 1.0
    figures = figures_of(values, np.array([0, 0, 1, 1]))
    assert (figures["auc_low"], figures["auc"], figures["auc_high"]) == (0.5, 0.75, 1.0)
