"""Evaluation on held-out cutoffs, unsampled, and the gate that decides what is served: candidate, champion, or a rule.

Every policy makes the lists it would have served at the cutoff, from what was known then; rankers stand as they were
before they learned from the newest cutoffs. What a reader read next but could not be listed counts against all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import metrics
from frontpage.core.history import History
from frontpage.core.params import HALF_LIVES_HOURS, GateParams, Params
from frontpage.core.progress import track
from frontpage.features.grouping import Floats
from frontpage.features.interactions import interaction_dataset
from models.evaluation.baselines import Policy, als_alone, rule_name, rules
from models.evaluation.evaluator import MEASURES, Evaluator
from models.ranking.ranker import Matrix, predict
from models.reranking.rerank import rerank
from models.topk import TopK
from models.training.artefact import Model
from models.training.cutoffs import Cutoff, Past, als_chain, cutoff_at, plan
from models.training.feature_lookup import Lookup
from models.training.train import learnable

METRICS = (*MEASURES, "coverage")
#: Standard errors that 95 % of chance stays within, on one side.
_ONE_SIDED = 1.645
#: Ranker -> metric -> value.
Means = Mapping[str, Mapping[str, float]]
#: The rules that can be served where no ranker is better: counts whose reads fade.
SERVABLE = {rule_name(hours): hours for hours in HALF_LIVES_HOURS}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """table: one row per cutoff and ranker, with METRICS, n_readers and candidate_recall (what any ranker could find).

    lead [list]: the candidate's nDCG@10 less the champion's; empty without a champion.
    """

    table: pd.DataFrame
    lead: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def n_readers(self) -> int:
        """Lists judged, over all cutoffs."""
        return int(self.table.groupby("as_of")["n_readers"].first().sum()) if len(self.table) else 0

    def chance(self) -> float:
        """What the mean of `lead` may be off by, with 95 % on one side; 0 with fewer than two lists."""
        n = len(self.lead)
        return float(_ONE_SIDED * self.lead.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0

    def means(self) -> dict[str, dict[str, float]]:
        """Ranker -> metric -> mean over cutoffs, each cutoff weighing by its readers."""
        return {str(name): _mean(rows) for name, rows in self.table.groupby("ranker", sort=False)}


@dataclass(frozen=True, slots=True)
class Gate:
    """What is to be served from now on, and why, in sentences.

    passed: the candidate takes the champion's place. rule_half_life_hours: its lists are made by this rule, since no
    ranker was as good; None where the ranker makes them.
    """

    passed: bool
    reasons: tuple[str, ...]
    ratios: Mapping[str, float]
    rule_half_life_hours: float | None = None

    def as_json(self) -> dict[str, Any]:
        """For `model_version.gate` and the metrics file."""
        return {
            "passed": self.passed,
            "reasons": list(self.reasons),
            "ratios": dict(self.ratios),
            "rule_half_life_hours": self.rule_half_life_hours,
        }


def evaluate(
    history: History, candidate: Model, params: Params, lookup: Lookup, champion: Model | None = None
) -> Evaluation:
    """The candidate beside the champion and every rule on the evaluation cutoffs; empty without any."""
    models = {"candidate": candidate} | ({"champion": champion} if champion is not None else {})
    dataset = interaction_dataset(history)
    cutoffs = plan(dataset, params)
    past = Past(dataset, params, candidate.vectors_for(dataset), cutoffs.window)
    chain = als_chain(dataset, cutoffs.evaluation, params)
    steps = track(zip(cutoffs.evaluation, chain, strict=True), "cut-offs", len(cutoffs.evaluation))
    n_most = params.evaluation.max_readers_per_cutoff
    made = [cutoff_at(past, as_of, factors, n_most) for as_of, factors in steps]
    judged = [cutoff for cutoff in made if len(cutoff.pairs)]
    if not judged:
        return Evaluation(pd.DataFrame(columns=["as_of", "n_readers", "candidate_recall", "ranker", *METRICS]))
    rows = learnable(judged, lookup)
    parts = np.split(rows.matrix, np.cumsum([len(cutoff.pairs) for cutoff in judged])[:-1])
    parted = track(zip(judged, parts, strict=True), "judgements", len(judged))
    judgements = [_judged(cutoff, part, models, params) for cutoff, part in parted]
    frames, leads = zip(*judgements, strict=True)
    return Evaluation(pd.concat(frames, ignore_index=True), np.concatenate(leads))


def means_of(flat: Mapping[str, float]) -> Means:
    """Means from metrics named `<ranker>_<metric>`, as `report.write_evaluation` keeps them."""
    wanted = ("ndcg_at_10", "n_readers")
    rankers = [name.removesuffix("_ndcg_at_10") for name in flat if name.endswith("_ndcg_at_10")]
    complete = [name for name in rankers if f"{name}_n_readers" in flat]
    return {name: {metric: float(flat[f"{name}_{metric}"]) for metric in wanted} for name in complete}


def gate(evaluation: Evaluation, params: GateParams, earlier: Sequence[Means] = ()) -> Gate:
    """The candidate where its nDCG@10 reaches the asked ratios to champion and best rule; else champion, or the rule.

    A shortfall against the champion that may be chance is excused, up to `max_chance`: held-out lists are few where
    readers are, and a champion that stays for no reason grows old.
    earlier: means of the versions before, each on cutoffs that it had not learned from. One version's held-out cutoffs
    are few, so rules are compared over all of them; the champion, on the candidate's own. Where rankers are below the
    best fading count, the candidate takes the place with that rule for its lists: what is served is never worse than
    the best single rule on held-out cutoffs. A champion that is not below it keeps its place from a worse candidate.
    """
    means = evaluation.means()
    if "candidate" not in means or means["candidate"]["n_readers"] == 0:
        return Gate(False, ("no reader read anything after the held-out ticks: there is nothing to judge by",), {})
    pooled = _pooled([means, *earlier])
    rule = max((name for name in SERVABLE if name in pooled), key=pooled.__getitem__)
    ndcg = {name: values["ndcg_at_10"] for name, values in means.items()}
    against_rule = _Comparison(pooled["candidate"], pooled[rule], params.min_ratio_to_rule, rule)
    if "champion" not in ndcg:
        reasons: tuple[str, ...] = ("there is no champion to compare with", against_rule.sentence())
        ratios, as_good = {rule: against_rule.ratio()}, True
    else:
        against = _Comparison(
            ndcg["candidate"], ndcg["champion"], params.min_ratio_to_champion, "champion",
            chance=min(evaluation.chance(), params.max_chance * ndcg["champion"]),
        )  # fmt: skip
        reasons, as_good = (against.sentence(), against_rule.sentence()), against.reaches()
        ratios = {"champion": against.ratio(), rule: against_rule.ratio()}
    if against_rule.reaches():
        return Gate(as_good, reasons, ratios)
    if not as_good:
        of_champion = _Comparison(ndcg["champion"], ndcg.get(rule, pooled[rule]), params.min_ratio_to_rule, rule)
        if of_champion.reaches():
            return Gate(False, (*reasons, f"the champion stays: {of_champion.sentence()}"), ratios)
    return Gate(True, (*reasons, f"lists are made by {rule}"), ratios, SERVABLE[rule])


@dataclass(frozen=True, slots=True)
class _Comparison:
    ours: float
    theirs: float
    least: float
    name: str
    chance: float = 0.0

    def reaches(self) -> bool:
        return self.ours + self.chance >= self.least * self.theirs

    def ratio(self) -> float:
        return round(self.ours / self.theirs, 4) if self.theirs else float(self.ours > 0)

    def sentence(self) -> str:
        word = "reaches" if self.reaches() else "is below"
        if self.ours < self.least * self.theirs <= self.ours + self.chance:
            word = "is within chance of"
        return f"nDCG@10 {self.ours:.4f} {word} {self.least:.2f} x {self.theirs:.4f} of {self.name}"


def _pooled(evaluations: Sequence[Means]) -> dict[str, float]:
    """nDCG@10 of each ranker over all evaluations that know it, each weighing by its readers."""
    sums: dict[str, tuple[float, float]] = {}
    for means in evaluations:
        for name, values in means.items():
            total, weight = sums.get(name, (0.0, 0.0))
            n_readers = values["n_readers"]
            sums[name] = (total + values["ndcg_at_10"] * n_readers, weight + n_readers)
    return {name: total / weight for name, (total, weight) in sums.items() if weight > 0}


def _judged(cutoff: Cutoff, matrix: Matrix, models: Mapping[str, Model], params: Params) -> tuple[pd.DataFrame, Floats]:
    """Rows of the table of one cutoff, and the candidate's lead in each list."""
    everybody = np.arange(len(cutoff.inputs.context.readers))
    evaluator = Evaluator.of(cutoff.inputs.context, cutoff.ground_truth)
    policies: dict[str, Policy] = {**rules(), "als": als_alone}
    lists = {name: policy(cutoff.inputs, everybody) for name, policy in policies.items()}
    for name, model in models.items():
        score = predict(model.validation_ranker, model.seen(matrix), params.threads)
        lists[name] = rerank(cutoff.inputs, cutoff.pairs, score, params).top_k
    recall = float((cutoff.grade > 0).sum() / max(evaluator.n_relevant.sum(), 1))
    shared = {"as_of": cutoff.as_of, "n_readers": len(everybody), "candidate_recall": recall}
    ordered = [*models, *policies]
    measures = {name: evaluator.measures(lists[name]) for name in ordered}
    rows = [{**shared, "ranker": name, **_means(evaluator, lists[name], measures[name])} for name in ordered]
    lead = [measures["candidate"][MEASURES[0]] - measures["champion"][MEASURES[0]]] if "champion" in measures else []
    return pd.DataFrame(rows), np.concatenate([np.zeros(0), *lead])


def _means(evaluator: Evaluator, top_k: TopK, measured: Mapping[str, Floats]) -> dict[str, float]:
    means = {name: float(values.mean()) for name, values in measured.items()}
    return {**means, "coverage": metrics.coverage(top_k.article, len(evaluator.context.live))}


def _mean(rows: pd.DataFrame) -> dict[str, float]:
    weight = rows["n_readers"].to_numpy(dtype=np.float64)
    means = {name: float(np.average(rows[name], weights=weight)) for name in (*METRICS, "candidate_recall")}
    return {**means, "n_readers": float(weight.sum()), "n_cutoffs": float(len(rows))}
