"""Evaluation on held-out ticks, unsampled, and the gate that decides what is served: candidate, champion, or a rule.

Every policy makes the lists it would have served at the tick, from what was known then; the ranker under test was
trained on earlier ticks only. What a reader read next but could not be listed counts against all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from core import metrics
from core.history import History
from core.params import HALF_LIVES_HOURS, GateParams, Params
from features.ledger import ledger
from models.artefact import Model
from models.judge import MEASURES, Judge
from models.lookups import Lookup
from models.policies import Policy, als_alone, rule_name, rules
from models.popularity import Picks
from models.ranker import Matrix, predict
from models.selection import chosen
from models.ticks import Past, Tick, als_chain, plan, tick_at
from models.training import learnable

METRICS = (*MEASURES, "coverage")
#: The rules that can be served where no ranker is better: counts whose reads fade.
SERVABLE = {rule_name(hours): hours for hours in HALF_LIVES_HOURS}


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
    """The candidate beside the champion and every rule on the evaluation ticks; empty without any."""
    models = {"candidate": candidate} | ({"champion": champion} if champion is not None else {})
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
    frames = [_tick_rows(tick, part, rows.names, models, params) for tick, part in zip(judged, parts, strict=True)]
    return Evaluation(pd.concat(frames, ignore_index=True))


def margins(model: Model, matrix: Matrix, names: tuple[str, ...], n_threads: int) -> Any:
    """The ranker's score of each row; a feature that it knows but the matrix lacks is 0."""
    places = pd.Index(names).get_indexer(pd.Index(model.feature_names))
    padded = np.hstack([matrix, np.zeros((len(matrix), 1), dtype=np.float32)])
    return predict(model.ranker, matrix if names == model.feature_names else padded[:, places], n_threads)


def gate(evaluation: Evaluation, params: GateParams) -> Gate:
    """The candidate where its nDCG@10 reaches the asked ratios to champion and best rule, else whichever is better.

    A champion that is still as good as the best rule stays. Where neither ranker is, the candidate takes the place
    with the best fading count for its lists: what is served is never worse than the best single rule on these ticks.
    """
    means = evaluation.means()
    if "candidate" not in means or means["candidate"]["n_readers"] == 0:
        return Gate(False, ("no reader read anything after the held-out ticks: there is nothing to judge by",), {})
    ndcg = {name: values["ndcg_at_10"] for name, values in means.items()}
    rule = max(SERVABLE, key=lambda name: ndcg[name])
    reasons, ratios = [], {}
    beats = {}
    for name, theirs, least in (
        ("champion", ndcg.get("champion"), params.min_ratio_to_champion),
        (rule, ndcg[rule], params.min_ratio_to_rule),
    ):
        if theirs is None:
            reasons.append(f"there is no {name} to compare with")
            beats[name] = True
            continue
        beats[name] = ndcg["candidate"] >= least * theirs
        ratios[name] = round(ndcg["candidate"] / theirs, 4) if theirs else float(ndcg["candidate"] > 0)
        word = "reaches" if beats[name] else "is below"
        reasons.append(f"nDCG@10 {ndcg['candidate']:.4f} {word} {least:.2f} x {theirs:.4f} of {name}")
    if beats[rule]:
        return Gate(beats["champion"], tuple(reasons), ratios)
    if "champion" in ndcg and ndcg["champion"] >= params.min_ratio_to_rule * ndcg[rule]:
        return Gate(False, (*reasons, f"the champion's {ndcg['champion']:.4f} reaches it and stays"), ratios)
    return Gate(True, (*reasons, f"no ranker reaches it: lists are made by {rule}"), ratios, SERVABLE[rule])


def _tick_rows(
    tick: Tick, matrix: Matrix, names: tuple[str, ...], models: Mapping[str, Model], params: Params
) -> pd.DataFrame:
    everybody = np.arange(len(tick.view.moment.readers))
    judge = Judge.of(tick.view.moment, tick.answers)
    policies: dict[str, Policy] = {**rules(), "als": als_alone}
    lists = {name: policy(tick.view, everybody) for name, policy in policies.items()}
    for name, model in models.items():
        score = margins(model, matrix, names, params.threads)
        lists[name] = chosen(tick.view, tick.pairs, score, params).picks
    recall = float((tick.grade > 0).sum() / max(judge.n_relevant.sum(), 1))
    shared = {"as_of": tick.as_of, "n_readers": len(everybody), "candidate_recall": recall}
    ordered = [*models, *policies]
    return pd.DataFrame([{**shared, "ranker": name, **_measured(judge, lists[name])} for name in ordered])


def _measured(judge: Judge, picks: Picks) -> dict[str, float]:
    means = {name: float(values.mean()) for name, values in judge.measures(picks).items()}
    return {**means, "coverage": metrics.coverage(picks.article, len(judge.moment.live))}


def _mean(rows: pd.DataFrame) -> dict[str, float]:
    weight = rows["n_readers"].to_numpy(dtype=np.float64)
    means = {name: float(np.average(rows[name], weights=weight)) for name in (*METRICS, "candidate_recall")}
    return {**means, "n_readers": float(weight.sum()), "n_ticks": float(len(rows))}
