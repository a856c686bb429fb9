"""Evaluation on held-out ticks, unsampled, and the gate that decides whether a candidate becomes champion.

Every ranker orders the same candidates with the same features, made from what was known at the tick; the ranker under
test was trained on earlier ticks only. What a reader read next but no source proposed counts against all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from core import metrics
from core.history import History
from core.lists import SCORE_DECIMALS
from core.params import GateParams, Params
from models.artefact import Model
from models.ledger import Floats, Ints, ledger
from models.lookups import Lookup
from models.moment import rows_of
from models.popularity import decayed_reads
from models.ranker import Matrix, predict
from models.ticks import Past, Tick, als_chain, plan, tick_at
from models.training import learnable

#: Longest reading time that still adds to the gain: beyond it, a forgotten tab.
_MAX_DWELL_SECONDS = 600.0
METRICS = ("ndcg_at_10", "hit_rate_at_10", "recall_at_10", "dwell_ndcg_at_10", "coverage")

#: Scores of a tick's pairs, given their features in the order of `Model.feature_names`.
Scorer = Callable[[Tick, Matrix, tuple[str, ...]], Floats]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """table: one row per tick and ranker, with METRICS, n_readers and candidate_recall (what any ranker could find)."""

    table: pd.DataFrame

    @property
    def n_readers(self) -> int:
        """Lists judged, over all ticks."""
        return int(self.table.groupby("as_of")["n_readers"].first().sum()) if len(self.table) else 0

    def means(self) -> dict[str, dict[str, float]]:
        """Ranker -> metric -> mean over ticks, each tick weighing by its readers."""
        return {str(name): _mean(rows) for name, rows in self.table.groupby("ranker", sort=False)}


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a candidate may become champion, and why, in sentences."""

    passed: bool
    reasons: tuple[str, ...]
    ratios: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """For `model_version.gate` and the metrics file."""
        return {"passed": self.passed, "reasons": list(self.reasons), "ratios": dict(self.ratios)}


def by_model(model: Model) -> Scorer:
    """The ranker of a version; a feature that it knows but the matrix lacks is 0."""

    def score(_tick: Tick, matrix: Matrix, names: tuple[str, ...]) -> Floats:
        places = pd.Index(names).get_indexer(pd.Index(model.feature_names))
        padded = np.hstack([matrix, np.zeros((len(matrix), 1), dtype=np.float32)])
        chosen = matrix if names == model.feature_names else padded[:, places]
        return predict(model.ranker, chosen, model.params.threads)

    return score


def by_popularity(tick: Tick, _matrix: Matrix, _names: tuple[str, ...]) -> Floats:
    """Decayed popularity: the baseline."""
    return tick.view.popularity[tick.pairs.article]


def by_als(tick: Tick, _matrix: Matrix, _names: tuple[str, ...]) -> Floats:
    """ALS alone."""
    return tick.extra["als_score"]


def by_last_hour(tick: Tick, _matrix: Matrix, _names: tuple[str, ...]) -> Floats:
    """Popularity with a half-life of one hour: with hourly lists the best fixed rule known."""
    return decayed_reads(tick.view.moment, 1.0)[tick.pairs.article]


def by_region(tick: Tick, _matrix: Matrix, _names: tuple[str, ...]) -> Floats:
    """Decayed popularity in the reader's region, then overall."""
    now = tick.view
    region = now.moment.ledger.reader_region[now.moment.readers[tick.pairs.reader]]
    rows = np.vstack([now.regional, np.zeros((1, len(now.popularity)))])  # the last is for readers without a region
    overall = now.popularity[tick.pairs.article]
    return np.asarray(rows[region, tick.pairs.article] + overall / (1.0 + overall.max(initial=0.0)) * 1e-3)


BASELINES: dict[str, Scorer] = {
    "popularity": by_popularity,
    "popularity_1h": by_last_hour,
    "regional": by_region,
    "als": by_als,
}


def evaluate(
    history: History, candidate: Model, params: Params, lookup: Lookup, champion: Model | None = None
) -> Evaluation:
    """The candidate beside the champion and the baselines on the evaluation ticks; empty without any."""
    rankers: dict[str, Scorer] = {"candidate": by_model(candidate)}
    if champion is not None:
        rankers["champion"] = by_model(champion)
    rankers |= BASELINES
    book = ledger(history)
    ticks = plan(book, params)
    past = Past(book, params, candidate.vectors_for(book), ticks.window)
    chain = als_chain(book, ticks.evaluation, params)
    steps = tqdm(zip(ticks.evaluation, chain, strict=True), total=len(ticks.evaluation), desc="evaluate", disable=None)
    n_most = params.evaluation.max_readers_per_tick
    made = [tick_at(past, as_of, factors, n_most) for as_of, factors in steps]
    judged = [tick for tick in made if len(tick.pairs)]
    if not judged:
        return Evaluation(pd.DataFrame(columns=["as_of", "n_readers", "candidate_recall", "ranker", *METRICS]))
    rows = learnable(judged, lookup)
    parts = np.split(rows.matrix, np.cumsum([len(tick.pairs) for tick in judged])[:-1])
    frames = [_tick_rows(tick, part, rows.names, rankers) for tick, part in zip(judged, parts, strict=True)]
    return Evaluation(pd.concat(frames, ignore_index=True))


def gate(evaluation: Evaluation, params: GateParams) -> Gate:
    """Passed where the candidate's nDCG@10 reaches the asked ratio to the champion's and to decayed popularity's."""
    means = evaluation.means()
    if "candidate" not in means or means["candidate"]["n_readers"] == 0:
        return Gate(False, ("no reader read anything after the held-out ticks: there is nothing to judge by",), {})
    reasons, ratios, passed = [], {}, True
    asked = {"champion": params.min_ratio_to_champion, "popularity": params.min_ratio_to_popularity}
    for name, least in asked.items():
        if name not in means:
            reasons.append(f"there is no {name} to compare with")
            continue
        ours, theirs = means["candidate"]["ndcg_at_10"], means[name]["ndcg_at_10"]
        ratios[name] = round(ours / theirs, 4) if theirs else float(ours > 0)
        good = ours >= least * theirs
        passed &= good
        word = "reaches" if good else "is below"
        reasons.append(f"nDCG@10 {ours:.4f} {word} {least:.2f} x {theirs:.4f} of the {name}")
    return Gate(passed, tuple(reasons), ratios)


def _tick_rows(tick: Tick, matrix: Matrix, names: tuple[str, ...], rankers: Mapping[str, Scorer]) -> pd.DataFrame:
    judged = _Judged.of(tick)
    shared = {"as_of": tick.as_of, "n_readers": len(judged.sizes), "candidate_recall": judged.candidate_recall()}
    scores = {name: np.round(score(tick, matrix, names), SCORE_DECIMALS) for name, score in rankers.items()}
    return pd.DataFrame([{**shared, "ranker": name, **judged.metrics(score)} for name, score in scores.items()])


@dataclass(frozen=True, slots=True)
class _Judged:
    """A tick's lists and what was read next, in the shapes of core.metrics."""

    tick: Tick
    sizes: Ints
    n_relevant: Ints
    is_relevant: Any
    dwell_gain: Floats
    ideal: Floats
    dwell_ideal: Floats

    @classmethod
    def of(cls, tick: Tick) -> _Judged:
        at, answers = tick.view.moment, tick.answers
        n_readers = len(at.readers)
        reader = rows_of(answers.reader, at.readers, len(at.ledger.reader_keys))
        n_relevant = np.bincount(reader, minlength=n_readers)
        dwell = np.minimum(answers.dwell_seconds, _MAX_DWELL_SECONDS)
        usual = float(np.nanmean(dwell)) if np.isfinite(dwell).any() else 1.0
        dwell = np.where(np.isfinite(dwell), dwell, usual) / max(usual, 1e-9)
        width = len(at.ledger.article_ids)
        wanted = at.readers[tick.pairs.reader] * width + at.live[tick.pairs.article]
        place = np.searchsorted(answers.reader * width + answers.article, wanted)
        is_relevant = tick.grade > 0
        gain = np.where(is_relevant, np.append(dwell, 0.0)[place], 0.0)
        ideal = metrics.ideal_dcg(np.ones(len(reader)), n_relevant)
        return cls(
            tick=tick,
            sizes=np.bincount(tick.pairs.reader, minlength=n_readers),
            n_relevant=n_relevant,
            is_relevant=is_relevant,
            dwell_gain=gain,
            ideal=ideal,
            dwell_ideal=metrics.ideal_dcg(dwell, n_relevant),
        )

    def candidate_recall(self) -> float:
        return float(self.is_relevant.sum() / max(self.n_relevant.sum(), 1))

    def metrics(self, score: Floats) -> dict[str, float]:
        rank, sizes = metrics.ranks_within(score, self.sizes), self.sizes
        relevant = self.is_relevant
        listed = self.tick.pairs.article[rank <= metrics.K]
        return {
            "ndcg_at_10": float(metrics.ndcg(relevant.astype(np.float64), rank, sizes, self.ideal).mean()),
            "hit_rate_at_10": float(metrics.hit_rate(relevant, rank, sizes).mean()),
            "recall_at_10": float(metrics.recall(relevant, rank, sizes, self.n_relevant).mean()),
            "dwell_ndcg_at_10": float(metrics.ndcg(self.dwell_gain, rank, sizes, self.dwell_ideal).mean()),
            "coverage": metrics.coverage(listed, len(self.tick.view.moment.live)),
        }


def _mean(rows: pd.DataFrame) -> dict[str, float]:
    weight = rows["n_readers"].to_numpy(dtype=np.float64)
    means = {name: float(np.average(rows[name], weights=weight)) for name in (*METRICS, "candidate_recall")}
    return {**means, "n_readers": float(weight.sum()), "n_ticks": float(len(rows))}
