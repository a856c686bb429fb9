"""Evaluation on held-out cutoffs, unsampled: candidate, champion and baselines, over all readers and by segment.

Every policy makes the lists it would have served at the cutoff, from what was known then; rankers stand as they were
before they learned from the newest cutoffs. What a reader read next but could not be listed counts against all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from frontpage.core import metrics
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from models.assembly import ranked
from models.evaluation.baselines import Policy, als_alone, popularity_baselines
from models.evaluation.evaluator import MEASURES, Evaluator
from models.pipeline import ListPipeline
from models.ranking.learned import LearnedRank
from models.ranking.ranker import Matrix
from models.segments import SEGMENTS, segments_of
from models.topk import TopK
from models.training.artefact import Model
from models.training.cutoffs import Cutoff, CutoffPlan, Past, als_chain, cutoff_at, plan
from models.training.feature_lookup import Lookup
from models.training.train import learnable
from models.variants import CHAMPION, variants_of

METRICS = (*MEASURES, "coverage")
#: Standard errors that 95 % of chance stays within, on one side.
_ONE_SIDED = 1.645
#: Ranker -> metric -> value.
Means = Mapping[str, Mapping[str, float]]
_NDCG = MEASURES[0]
_SEGMENT_COLUMNS = ["as_of", "segment", "ranker", _NDCG, "n_readers"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """table: one row per cutoff and ranker, with METRICS, n_readers and candidate_recall (what any ranker could find).

    lead [list]: the candidate's nDCG@10 less the champion's; empty without a champion.
    segments: one row per cutoff, segment with a list, and ranker: ndcg_at_10 and n_readers.
    """

    table: pd.DataFrame
    lead: Floats = field(default_factory=lambda: np.zeros(0))
    segments: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_SEGMENT_COLUMNS))

    @property
    def n_readers(self) -> int:
        """Lists held_out, over all cutoffs."""
        return int(self.table.groupby("as_of")["n_readers"].first().sum()) if len(self.table) else 0

    def chance(self) -> float:
        """What the mean of `lead` may be off by, with 95 % on one side; 0 with fewer than two lists."""
        n = len(self.lead)
        return float(_ONE_SIDED * self.lead.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0

    def means(self) -> dict[str, dict[str, float]]:
        """Ranker -> metric -> mean over cutoffs, each cutoff weighing by its readers."""
        return {str(name): _mean(rows) for name, rows in self.table.groupby("ranker", sort=False)}

    def segment_means(self) -> dict[str, dict[str, dict[str, float]]]:
        """The same by segment, of nDCG@10 and the number of readers alone."""
        return {
            str(name): {str(ranker): _segment_mean(rows) for ranker, rows in of_segment.groupby("ranker", sort=False)}
            for name, of_segment in self.segments.groupby("segment", sort=False)
        }


def evaluate(
    history: History, candidate: Model, params: Params, lookup: Lookup, champion: Model | None = None
) -> Evaluation:
    """The candidate beside the champion and every rule on the evaluation cutoffs; empty without any."""
    models = {"candidate": candidate} | ({"champion": champion} if champion is not None else {})
    dataset = interaction_dataset(history)
    cutoffs = judging_plan(dataset, candidate, params)
    past = Past(dataset, params, candidate.vectors_for(dataset), cutoffs.window, lookup.from_states)
    chain = als_chain(dataset, cutoffs.evaluation, params)
    steps = track(zip(cutoffs.evaluation, chain, strict=True), "cut-offs", len(cutoffs.evaluation))
    n_most = params.evaluation.max_readers_per_cutoff
    made = [cutoff_at(past, as_of, factors, n_most) for as_of, factors in steps]
    held_out = [cutoff for cutoff in made if len(cutoff.pairs)]
    if not held_out:
        return Evaluation(pd.DataFrame(columns=["as_of", "n_readers", "candidate_recall", "ranker", *METRICS]))
    rows = learnable(held_out, lookup)
    parts = np.split(rows.matrix, np.cumsum([len(cutoff.pairs) for cutoff in held_out])[:-1])
    variant = variants_of(params)[CHAMPION]
    rankers = {name: LearnedRank(model, params.threads, is_validation=True) for name, model in models.items()}
    evaluators = _Evaluators({name: (rank, ranked(params, variant, rank)) for name, rank in rankers.items()}, params)
    parted = track(zip(held_out, parts, strict=True), "evaluation", len(held_out))
    evaluated = [evaluators.evaluated(cutoff, part) for cutoff, part in parted]
    tables, segments, leads = zip(*evaluated, strict=True)
    return Evaluation(
        pd.concat(tables, ignore_index=True), np.concatenate(leads), pd.concat(segments, ignore_index=True)
    )


def judging_plan(dataset: InteractionDataset, candidate: Model, params: Params) -> CutoffPlan:
    """The plan whose evaluation cutoffs judge the candidate: its own, so that its validation trees saw none of them.

    A first training looks at fewer cutoffs than `params.ranker` says.
    """
    return plan(dataset, params.model_copy(update={"ranker": candidate.params.ranker}))


def means_of(flat: Mapping[str, float]) -> Means:
    """Means from metrics named `<ranker>_<metric>`, as `report.write_evaluation` keeps them."""
    wanted = (_NDCG, "n_readers")
    rankers = [name.removesuffix(f"_{_NDCG}") for name in flat if name.endswith(f"_{_NDCG}")]
    complete = [name for name in rankers if f"{name}_n_readers" in flat]
    return {name: {metric: float(flat[f"{name}_{metric}"]) for metric in wanted} for name in complete}


@dataclass(frozen=True, slots=True)
class _Evaluators:
    """The pipeline of each ranker, as it stood before the held-out cutoffs, and the parameters of the baselines."""

    rankers: Mapping[str, tuple[LearnedRank, ListPipeline]]
    params: Params

    def evaluated(self, cutoff: Cutoff, matrix: Matrix) -> tuple[pd.DataFrame, pd.DataFrame, Floats]:
        """Rows of the tables of one cutoff, over all and by segment, and the candidate's lead in each list."""
        now = cutoff.inputs
        evaluator, lists = Evaluator.of(now.context, cutoff.ground_truth), self._lists(cutoff, matrix)
        recall = float((cutoff.grade > 0).sum() / max(evaluator.n_relevant.sum(), 1))
        shared = {"as_of": cutoff.as_of, "n_readers": len(now.context.readers), "candidate_recall": recall}
        measures = {name: evaluator.measures(top_k) for name, top_k in lists.items()}
        rows = [{**shared, "ranker": name, **_means(evaluator, lists[name], measures[name])} for name in lists]
        ndcg = {name: measured[_NDCG] for name, measured in measures.items()}
        lead = ndcg["candidate"] - ndcg["champion"] if "champion" in ndcg else np.zeros(0)
        return pd.DataFrame(rows), _by_segment(cutoff, segments_of(now.entities.states.readers), ndcg), lead

    def _lists(self, cutoff: Cutoff, matrix: Matrix) -> dict[str, TopK]:
        """Lists by name: of rankers from the candidates and features that are there, then of baselines."""
        everybody, made = np.arange(len(cutoff.inputs.context.readers)), dict[str, TopK]()
        for name, (rank, pipeline) in self.rankers.items():
            scores = rank.of_features(cutoff.pairs, matrix)
            made[name] = pipeline.of_scores(cutoff.inputs, cutoff.pairs, scores).top_k
        policies: dict[str, Policy] = {**popularity_baselines(self.params), "als": als_alone}
        return made | {name: policy(cutoff.inputs, everybody) for name, policy in policies.items()}


def _by_segment(cutoff: Cutoff, segment: Ints, ndcg: Mapping[str, Floats]) -> pd.DataFrame:
    n_readers = np.bincount(segment, minlength=len(SEGMENTS))
    rows = [
        (cutoff.as_of, name, ranker, float(values[segment == code].mean()), int(n_readers[code]))
        for code, name in enumerate(SEGMENTS)
        if n_readers[code]
        for ranker, values in ndcg.items()
    ]
    return pd.DataFrame(rows, columns=_SEGMENT_COLUMNS)


def _means(evaluator: Evaluator, top_k: TopK, measured: Mapping[str, Floats]) -> dict[str, float]:
    means = {name: float(values.mean()) for name, values in measured.items()}
    return {**means, "coverage": metrics.coverage(top_k.article, len(evaluator.context.live))}


def _segment_mean(rows: pd.DataFrame) -> dict[str, float]:
    weight = rows["n_readers"].to_numpy(dtype=np.float64)
    return {_NDCG: float(np.average(rows[_NDCG], weights=weight)), "n_readers": float(weight.sum())}


def _mean(rows: pd.DataFrame) -> dict[str, float]:
    weight = rows["n_readers"].to_numpy(dtype=np.float64)
    means = {name: float(np.average(rows[name], weights=weight)) for name in (*METRICS, "candidate_recall")}
    return {**means, "n_readers": float(weight.sum()), "n_cutoffs": float(len(rows))}
