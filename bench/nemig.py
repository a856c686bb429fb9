"""`make proof-nemig`: ranking the candidates of NeMig's lists from text and history alone, against simple rules.

Readers are dealt into five folds; each list is ordered by what was learned from the other folds' readers. Settings were
chosen on the first two folds; the figures of the last three, which had no say, stand by themselves as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, identity
from tqdm import tqdm

from bench import record
from bench.listwise import Block, Bools, fit
from bench.nemig_features import (
    RIDGE_OF_HISTORY,
    article_vectors,
    history_features,
    mean_cosines,
    text_columns,
    tf_idf,
)
from bench.nemig_log import FOLDER, Log, load
from frontpage.core.metrics import ranks_within
from frontpage.core.sections.training import RankerParams
from frontpage.features.grouping import Floats, Ints
from models.ranking.ranker import Matrix, Rows, predict, train_ranker

N_FOLDS = 5
#: Folds that settings were chosen on.
N_CHOOSING_FOLDS = 2
N_ARTICLE_GROUPS = 3
N_DIMENSIONS = 64
#: Lists that an article's click rate is drawn to the mean by; the best of 3, 10, 30, 100 on the first two folds.
PRIOR_SHOWN = 30.0
RIDGE_OF_ARTICLES = 1.0
N_RESAMPLES = 2_000
SEED = 20260301
#: Of the deal: folds have to stay the ones that settings were chosen on.
FOLD_SEED = 0
OURS = "text_and_history"
RULES = ("random", "popularity", "tf_idf_cosine")
MEASURES = ("auc", "ndcg_at_10", "ndcg_at_5", "mrr")

#: From the pairs that may be learned from, a score for every pair.
Learner = Callable[[Bools], Floats]


@dataclass(frozen=True, slots=True)
class Folds:
    """The log, the fold of each list's reader, and a group of each article."""

    log: Log
    of_list: Ints
    of_article: Ints

    def scores(self, learner: Learner, *, unseen_articles: bool = False) -> Floats:
        """Score of each pair, learned from other readers; of `unseen_articles`, also from other articles only."""
        of_pair, groups = self.of_list[self.log.list_of], self.of_article[self.log.article]
        if not unseen_articles:
            groups = np.zeros_like(groups)
        scores = np.empty(len(of_pair))
        for fold in range(N_FOLDS):
            for group in np.unique(groups):
                told = (of_pair == fold) & (groups == group)
                learned = (of_pair != fold) & ((groups != group) | (not unseen_articles))
                scores[told] = learner(learned)[told]
        return scores


def dealt(log: Log) -> Folds:
    """Readers and articles dealt by lot."""
    rng = np.random.default_rng(FOLD_SEED)
    of_reader = rng.permutation(log.reader.max() + 1) % N_FOLDS
    return Folds(log, of_reader[log.reader], rng.permutation(len(log.day)) % N_ARTICLE_GROUPS)


def all_scores(folds: Folds) -> Mapping[str, Floats]:
    """The score of each pair by each ranking; the names are those of the figures."""
    log = folds.log
    vectors = article_vectors(log, N_DIMENSIONS)
    history = history_features(log, vectors)
    columns = np.stack(list(history.values()), axis=1)
    words, ridge = text_columns(log)
    text = Block(words, log.article, ridge)
    compared_to_history = _block(columns / columns.std(axis=0), np.arange(len(log.article)), RIDGE_OF_HISTORY)
    itself = _block(identity(len(log.day)), log.article, RIDGE_OF_ARTICLES)
    learners: dict[str, Learner] = {
        "popularity": lambda pairs: click_rates(log, pairs)[log.article],
        "popularity_as_clicks": lambda pairs: _counts(log, pairs & (log.clicked == 1))[log.article],
        "popularity_learned": linear(log, itself),
        "history_by_lambdamart": lambdamart(log, columns, tuple(history)),
        "vectors_by_lambdamart": lambdamart(log, vectors[log.article], tuple(f"v{at}" for at in range(N_DIMENSIONS))),
        "history": linear(log, compared_to_history),
        "text": linear(log, text),
        OURS: linear(log, text, compared_to_history),
    }
    scores = {"tf_idf_cosine": mean_cosines(log, tf_idf(log))}
    scores |= {name: history[name] for name in ("content_score", "content_best", "content_top3")}
    scores |= {name: folds.scores(learner) for name, learner in tqdm(learners.items(), desc="rankings", disable=None)}
    return scores | {"unseen_articles": folds.scores(learners[OURS], unseen_articles=True)}


def click_rates(log: Log, pairs: Bools) -> Floats:
    """Clicks over lists shown in for each article, drawn to the mean rate by PRIOR_SHOWN lists."""
    clicks, shown = _counts(log, pairs & (log.clicked == 1)), _counts(log, pairs)
    rate: Floats = (clicks + PRIOR_SHOWN * clicks.sum() / shown.sum()) / (shown + PRIOR_SHOWN)
    return rate


def linear(log: Log, *blocks: Block) -> Learner:
    """Conditional logit over the columns of the blocks."""

    def learn(pairs: Bools) -> Floats:
        weights = fit([block.of(pairs) for block in blocks], log.clicked[pairs], log.list_of[pairs])
        score: Floats = np.sum([block.score(part) for block, part in zip(blocks, weights, strict=True)], axis=0)
        return score

    return learn


def lambdamart(log: Log, matrix: Floats | Matrix, names: tuple[str, ...]) -> Learner:
    """The product's ranker, as it stands in params.yaml, over the columns."""

    def learn(pairs: Bools) -> Floats:
        sizes = np.unique(log.list_of[pairs], return_counts=True)[1].astype(np.int64)
        once, unseen = np.ones(int(pairs.sum())), np.zeros(int(pairs.sum()), dtype=np.int64)
        rows = Rows(matrix[pairs].astype(np.float32), names, log.clicked[pairs], sizes, once, unseen, n_held_out=0)
        return predict(train_ranker(rows, RankerParams(), SEED, 1), matrix.astype(np.float32), 1)

    return learn


def measures(log: Log, scores: Floats) -> Floats:
    """MEASURES of each list [list, measure]; equal scores are ordered by lot. Every list has one click."""
    lot = np.random.default_rng(SEED).permutation(len(scores))
    ordered = np.empty(len(scores))
    ordered[np.lexsort((lot, scores))] = np.arange(len(scores))
    return _of_ranks(ranks_within(ordered, log.sizes)[log.clicked == 1], log.sizes)


def expected(log: Log) -> Floats:
    """MEASURES of each list as a random order has them on average [list, measure]."""
    by_size = {
        size: np.mean([_of_ranks(np.array([rank]), np.array([size]))[0] for rank in range(1, size + 1)], axis=0)
        for size in np.unique(log.sizes)
    }
    return np.stack([by_size[size] for size in log.sizes])


def figures_of(values: Floats, readers: Ints) -> dict[str, float]:
    """Mean of each measure, and 95 % of what it is when readers are drawn anew, for the first two."""
    rng = np.random.default_rng(SEED)
    sums = np.stack([np.bincount(readers, column) for column in (*values.T, np.ones(len(values)))], axis=1)
    sums = sums[sums[:, -1] > 0]
    drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), N_RESAMPLES) @ sums
    low, high = np.percentile(drawn[:, :-1] / drawn[:, -1:], [2.5, 97.5], axis=0)
    figures: dict[str, float] = {}
    for at, name in enumerate(MEASURES):
        figures[name] = round(float(values[:, at].mean()), 4)
        if at < 2:
            figures |= {f"{name}_low": round(float(low[at]), 4), f"{name}_high": round(float(high[at]), 4)}
    return figures


def compared(folds: Folds) -> dict[str, dict[str, float]]:
    """Figures of each ranking, and of ours less each rule's, over all folds and over those that had no say."""
    log, later = folds.log, folds.of_list >= N_CHOOSING_FOLDS
    values = {"random": expected(log)}
    values |= {name: measures(log, scores) for name, scores in all_scores(folds).items()}
    figures = {name: figures_of(value, log.reader) for name, value in values.items()}
    for rule in (*RULES, "popularity_learned"):
        gain = values[OURS] - values[rule]
        figures[f"gain_over_{rule}"] = figures_of(gain, log.reader)
        figures[f"gain_over_{rule}_later_folds"] = figures_of(gain[later], log.reader[later])
    return figures


def _block(matrix: object, row: Ints, ridge: float) -> Block:
    columns = csr_matrix(matrix)
    return Block(columns, row, np.full(columns.shape[1], ridge))


def _counts(log: Log, pairs: Bools) -> Floats:
    return np.bincount(log.article[pairs], minlength=len(log.day)).astype(np.float64)


def _of_ranks(rank: Ints, sizes: Ints) -> Floats:
    """MEASURES of lists whose only click stands at `rank`."""
    gain = 1.0 / np.log2(rank + 1.0)
    below = (sizes - rank) / (sizes - 1.0)
    return np.stack([below, np.where(rank <= 10, gain, 0.0), np.where(rank <= 5, gain, 0.0), 1.0 / rank], axis=1)


def main() -> None:
    """Compare all rankings and write docs/measurements/nemig.json."""
    figures = compared(dealt(load()))
    data_hash = record.hash_of(FOLDER, "*.gz")
    print(record.write("nemig", figures, data_hash, "make proof-nemig"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
