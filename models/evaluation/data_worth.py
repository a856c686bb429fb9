"""What rules on data are worth: trained and served without each of them, judged by the same reads at the same moments.

The answers are what readers did in the hours that every training holds back (models/training/held_back.py), with every
rule in force. The gate is set aside, so that what is measured is the ranker and what it learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from frontpage.core.clock import iso
from frontpage.core.errors import NothingToLearnError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import report_progress
from frontpage.features.grouping import Floats, Ints
from frontpage.features.history import history_at
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from models.assembly import pipeline_of
from models.context import ScoringContext, scoring_context
from models.evaluation.acceptance import lists_of
from models.evaluation.data_rules import ALL_RULES, DATA_RULES, SetAside, without_all
from models.evaluation.errors import Missed, errors, missed
from models.evaluation.evaluator import MEASURES, Evaluator, GroundTruth, ground_truth
from models.evaluation.slices import Slices
from models.inputs import ScoringInputs, Vectors, model_inputs
from models.pipeline import ListPipeline
from models.replay.bootstrap import ratio, resampled, sums_by_reader
from models.replay.sums import Columns, Sums, ends_of, key_of, rounded
from models.topk import TopK
from models.training.artefact import Model
from models.training.cutoffs import drawn_readers
from models.training.feature_lookup import direct_lookup
from models.training.held_back import HeldBack, held_back
from models.training.train import Inputs, train
from models.variants import CHAMPION

AS_IT_IS = "as it is"
SECONDS = "seconds_per_list"
NDCG, DWELL_NDCG = MEASURES[0], MEASURES[3]
#: What is measured, and the column that says over how many lists.
_OVER = {NDCG: "lists", DWELL_NDCG: "timed", SECONDS: "timed"}


@dataclass(frozen=True, slots=True)
class JudgedCutoff:
    """A moment with its answers. Lists are judged by dataset position of the article, whoever could list it.

    original: what each article of the dataset repeats, or itself.
    """

    as_of: datetime
    original: Ints
    at: ScoringContext
    read_next: GroundTruth
    evaluator: Evaluator

    @classmethod
    def of(cls, dataset: InteractionDataset, as_of: datetime, held: HeldBack, params: Params) -> JudgedCutoff:
        """The readers who read something new in the window, at most as many as the acceptance test takes."""
        answers = ground_truth(dataset, as_of, held.window)
        readers = drawn_readers(answers, as_of, params.seed, params.acceptance.max_readers_per_cutoff)
        answers, at = answers.of(readers), scoring_context(dataset, as_of, params, readers=readers)
        everything = replace(at, live=np.arange(len(dataset.article_ids)), seen=at.seen[:0])
        return cls(as_of, dataset.original, at, answers, Evaluator.of(everything, answers))

    def told(self, now: ScoringInputs, top_k: TopK) -> TopK:
        """The lists by dataset positions: a copy is what it repeats, and a second copy of the same is worth nothing."""
        article = self.original[now.context.live[top_k.article]]
        pair = top_k.reader * max(len(self.at.dataset.article_ids), 1) + article
        first = np.sort(np.unique(pair, return_index=True)[1])
        return TopK(top_k.reader[first], top_k.rank[first], article[first])

    def columns(self, name: str, top_k: TopK) -> Columns:
        """What lists were worth [list], by key; reading time where any is known."""
        measures, timed = self.evaluator.measures(top_k), self.evaluator.n_timed > 0
        seconds = self.evaluator.seconds(top_k)
        return {
            key_of(name, NDCG): measures[NDCG],
            key_of(name, DWELL_NDCG): measures[DWELL_NDCG] * timed,
            key_of(name, SECONDS): seconds * timed,
        }


@dataclass(frozen=True, slots=True)
class _Arm:
    """A model of one history, and what makes its lists."""

    dataset: InteractionDataset
    model: Model
    pipeline: ListPipeline
    vectors: Vectors

    @classmethod
    def of(cls, name: str, history: History, held: HeldBack, params: Params) -> _Arm:
        """Trained on what was known before the hours that are held back."""
        learned = history_at(history, held.learned_until, params.data)
        model = train(Inputs(learned, params, direct_lookup, progress=report_progress), name).model
        dataset = interaction_dataset(history)
        pipeline = pipeline_of(params, CHAMPION, model, n_threads=params.threads)
        return cls(dataset, model, pipeline, model.vectors_for(dataset))

    def at(self, moment: JudgedCutoff, params: Params) -> ScoringInputs:
        """The moment as this arm sees it, for the same readers in the same order."""
        keys = moment.at.dataset.reader_keys[moment.at.readers]
        readers = np.searchsorted(self.dataset.reader_keys, keys)
        at = scoring_context(self.dataset, moment.as_of, params, readers=readers)
        return model_inputs(self.model, at, params, vectors=self.vectors)


def data_worth(history: History, aside: SetAside, params: Params, min_reads: int = 1) -> dict[str, Any]:
    """What each rule is worth, and where the model errs with all of them in force; ready for JSON.

    A rule that concerns no row is not tried. min_reads: a group with fewer is not among the worst.
    Raises NothingToLearnError where the history is too short to hold hours back, or nobody read anything in them.
    """
    held, dataset = held_back(history, params), interaction_dataset(history)
    moments = [JudgedCutoff.of(dataset, cutoff, held, params) for cutoff in held.cutoffs]
    moments = [moment for moment in moments if len(moment.at.readers)]
    if not moments:
        raise NothingToLearnError(f"there is nothing to judge by: no hours before {iso(history.as_of)} with a read")
    slices, columns, misses = Slices.of(dataset, held.learned_until), dict[str, Any](_shared(moments)), list[Missed]()
    for name, changed in _histories(history, aside).items():
        arm, found = _Arm.of(name, changed, held, params), []
        for moment in moments:
            now = arm.at(moment, params)
            told = moment.told(now, lists_of(arm.pipeline, now))
            found.append(moment.columns(name, told))
            if name == AS_IT_IS:
                misses.append(missed(arm.pipeline, now, moment.read_next, told, slices))
        columns |= {key: np.concatenate([one[key] for one in found]) for key in found[0]}
    reader = np.concatenate([moment.at.readers for moment in moments])
    return {
        **_about(history, held, columns, reader),
        "rules": _rules(_sums(reader, columns, params.seed), history, aside),
        **errors(dataset, slices, misses, min_reads, params.seed),
    }


def _histories(history: History, aside: SetAside) -> Mapping[str, History]:
    """Arm -> what it knows."""
    tried = [rule for rule in DATA_RULES if rule.n_rows(history, aside)]
    found = {AS_IT_IS: history} | {rule.name: rule.without(history, aside) for rule in tried}
    return found | ({ALL_RULES: without_all(history, aside)} if len(tried) > 1 else {})


def _shared(moments: list[JudgedCutoff]) -> Columns:
    timed = np.concatenate([moment.evaluator.n_timed > 0 for moment in moments]).astype(np.float64)
    return {"lists": np.ones(len(timed)), "timed": timed}


def _sums(reader: Any, columns: Columns, seed: int) -> Sums:
    keys, row = np.unique(reader, return_inverse=True)
    table = sums_by_reader(row.astype(np.int64), list(columns.values()))
    drawn = resampled({"": table}, seed)[""]
    totals = dict(zip(columns, table.sum(axis=1).tolist(), strict=True))
    return Sums(len(keys), totals, dict(zip(columns, drawn, strict=True)))


def _about(history: History, held: HeldBack, columns: Columns, reader: Any) -> dict[str, Any]:
    return {
        "as_of": iso(history.as_of),
        "learned_until": iso(held.learned_until),
        "cutoffs": [iso(cutoff) for cutoff in held.cutoffs],
        "window_hours": held.window.total_seconds() / 3600,
        "rows": {name: part["rows"] for name, part in history.rows().items()},
        "n_lists": len(columns["lists"]),
        "n_readers": len(np.unique(reader)),
    }


def _rules(sums: Sums, history: History, aside: SetAside) -> list[dict[str, Any]]:
    rows = [
        {"rule": rule.name, "says": rule.says, "n_rows": rule.n_rows(history, aside), **_worth(sums, rule.name)}
        for rule in DATA_RULES
    ]
    both = _worth(sums, ALL_RULES)
    return rows + ([{"rule": ALL_RULES, "says": "", "n_rows": None, **both}] if NDCG in both else [])


def _worth(sums: Sums, name: str) -> dict[str, Any]:
    """Of each measure: with the rule, without it, and the difference, reader by reader."""
    if key_of(name, NDCG) not in sums.total:
        return {"verdict": "concerns no row"}
    found = {measure: _difference(sums, name, measure, below) for measure, below in _OVER.items()}
    return {"verdict": _verdict(found[NDCG]["worth_ci95"], found[SECONDS]["worth_ci95"]), **found}


def _difference(sums: Sums, name: str, measure: str, below: str) -> dict[str, Any]:
    ours, theirs = key_of(AS_IT_IS, measure), key_of(name, measure)
    worth, drawn = sums.total[ours] - sums.total[theirs], sums.drawn[ours] - sums.drawn[theirs]
    known = sums.total[below] > 0
    return {
        "with": sums.value(ours, below),
        "without": sums.value(theirs, below),
        "worth": rounded(worth / sums.total[below]) if known else None,
        "worth_ci95": _ends(sums, drawn, sums.drawn[below]),
        "relative": rounded(worth / sums.total[theirs]) if sums.total[theirs] > 0 else None,
    }


def _ends(sums: Sums, above: Floats, below: Floats) -> list[float] | None:
    return ends_of(ratio(above, below)) if sums.n_readers > 1 else None


def _verdict(*intervals: list[float] | None) -> str:
    """In a word: by an interval that does not hold zero; of nDCG@10 first."""
    for ends in intervals:
        if ends is not None and ends[0] > 0:
            return "worth having"
        if ends is not None and ends[1] < 0:
            return "costs more than it brings"
    return "within chance"
