"""Replay: what readers would have been served, cutoff by cutoff through a log, scored against what they read next.

At each cutoff every policy sees only what had happened and was recorded by then. A reader's list stands until the next
cutoff; every article that the reader reads for the first time until then is an answer, whether it could be listed or
not. Only readers with an answer need a list. Metrics are unsampled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import report_progress, track
from frontpage.core.sections.lists import ListParams
from frontpage.features.grouping import Floats, Ints
from frontpage.features.history import history_at
from frontpage.features.interactions import interaction_dataset
from models.assembly import pipeline_of
from models.context import ScoringContext, scoring_context
from models.evaluation.baselines import Policy, baselines, count_name
from models.evaluation.evaluate import evaluate
from models.evaluation.evaluator import MEASURES, Evaluator, ground_truth
from models.evaluation.gate import Earlier, Gate, gate
from models.inputs import ScoringInputs, model_inputs, scoring_inputs
from models.pipeline import ListPipeline
from models.replay.kept import KeptLists
from models.replay.lists import LastListed, Lists
from models.replay.replayed import OURS, Cadence, Replayed, ReplayedTraining
from models.retrieval.als import Factors
from models.topk import TopK
from models.training.artefact import Model
from models.training.feature_lookup import direct_lookup
from models.training.train import Inputs, train
from models.variants import CHAMPION


@dataclass(frozen=True, slots=True)
class Served:
    """What makes our lists at a moment: the pipeline of a model, or of popularity before there is one."""

    model: Model | None
    pipeline: ListPipeline


def replay(
    history: History,
    params: Params,
    cadence: Cadence,
    variants: Mapping[str, Params] | None = None,
    *,
    kept: Mapping[str, ListParams] | None = None,
    seed: int = 0,
) -> Replayed:
    """The log of a history walked through; `variants` are parameters whose lists are made by the same models.

    kept: rules by which lists are kept beyond a cutoff, by name; everything else makes every list at every cutoff.
    Raises BadInputError where the cadence is outside the history, CheckFailedError where nobody reads in it.
    """
    cadence.check()
    if cadence.end > history.as_of:
        raise BadInputError(f"replay: the history ends at {history.as_of:%Y-%m-%d %H:%M}; give an earlier --to")
    params = params_of(params, cadence)
    walk = _Walk(history, params, {OURS: params, **(variants or {})}, kept or {}, seed)
    parts = [part for part in walk.parts(cadence) if part is not None]
    if not parts:
        raise CheckFailedError("replay: nobody read anything new between --from and --to; widen it")
    return _joined(cadence, walk, parts)


def params_of(params: Params, cadence: Cadence) -> Params:
    """Parameters whose ranker learns from windows as long as a list stands."""
    hours = cadence.refresh / timedelta(hours=1)
    return params.model_copy(update={"ranker": params.ranker.model_copy(update={"window_hours": hours})})


@dataclass(frozen=True, slots=True)
class _Part:
    """One cutoff: those columns of `Replayed` that have an entry per list, by name, and what was measured.

    Nothing of the moment itself, which knows every read so far: there are many cutoffs.
    """

    as_of: datetime
    columns: dict[str, NDArray[Any]]
    measures: dict[str, dict[str, Floats]]
    lists: dict[str, Lists]


class _Walk:
    """The state that a replay carries from cutoff to cutoff: the model served, and everybody's last list."""

    def __init__(
        self,
        history: History,
        params: Params,
        variants: Mapping[str, Params],
        kept: Mapping[str, ListParams],
        seed: int,
    ) -> None:
        self.dataset, self.params, self.variants = interaction_dataset(history), params, variants
        n_readers = len(self.dataset.reader_keys)
        self.trainings: list[ReplayedTraining] = []
        self.kept = {name: KeptLists(n_readers, rules) for name, rules in kept.items()}
        self._history = history
        self._served = Served(None, pipeline_of(params, CHAMPION))
        self._champion: Model | None = None
        self._evaluations: list[tuple[datetime, Earlier]] = []
        self._listed = LastListed(n_readers)
        self._policies: dict[str, Policy] = baselines(params, seed)
        self._vectors = np.zeros((len(self.dataset.article_ids), params.content.n_dimensions), dtype=np.float32)

    def parts(self, cadence: Cadence) -> Iterator[_Part | None]:
        """Every cutoff in order; None where nobody read anything new."""
        retrain_at = cadence.start
        for as_of in track(cadence.cutoffs(), "refreshes"):
            if as_of >= retrain_at:
                self.retrain(as_of)
                retrain_at = as_of + cadence.retrain
            yield self._tick(as_of, min(cadence.refresh, cadence.end - as_of))

    def retrain(self, as_of: datetime) -> None:
        """A new version of what was known then, judged against the one served and every count."""
        known = history_at(self._history, as_of, self.params.data)
        version = f"{as_of:%Y%m%dT%H%M}"
        try:
            made = train(Inputs(known, self.params, direct_lookup, progress=report_progress), version).model
        except CheckFailedError as error:
            self.trainings.append(ReplayedTraining(as_of, "", "as before", (str(error),)))
            return
        evaluation = evaluate(known, made, self.params, direct_lookup, self._champion)
        since = as_of - timedelta(days=self.params.gate.memory_days)
        self._evaluations = [entry for entry in self._evaluations if entry[0] >= since]
        decided = gate(evaluation, self.params.gate, [one for _, one in self._evaluations])
        self._evaluations.append((as_of, Earlier.of(evaluation)))
        if decided.passed:
            self._champion = made
            threads = self.params.threads
            self._served = Served(made, pipeline_of(self.params, CHAMPION, made, decided.choice, n_threads=threads))
            for lists in self.kept.values():
                lists.forget()
            self._vectors = made.vectors_for(self.dataset)
        self.trainings.append(ReplayedTraining(as_of, version, self._serves(decided), decided.reasons))

    def _serves(self, decided: Gate) -> str:
        if not decided.passed:
            return "as before"
        by_segment = [f"{name}: {_maker(hours)}" for name, hours in decided.choice.exceptions().items()]
        return ", ".join([_maker(decided.popularity_half_life_hours), *by_segment])

    def lists(self, at: ScoringContext) -> tuple[ScoringInputs, dict[str, TopK]]:
        """What each policy, and each variant of ours, gives the readers of a moment."""
        now, everybody = self._view(at), np.arange(len(at.readers))
        theirs = {name: policy(now, everybody) for name, policy in self._policies.items()}
        return now, theirs | self._ours(now, everybody)

    def _tick(self, as_of: datetime, window: timedelta) -> _Part | None:
        self._refresh_kept(as_of, window)
        read_next = ground_truth(self.dataset, as_of, window)
        readers = np.unique(read_next.reader)
        at = scoring_context(self.dataset, as_of, self.params, readers=readers)
        if not len(readers) or not len(at.live):
            return None
        now, lists = self.lists(at)
        lists |= {name: kept.standing(at, lists[OURS]) for name, kept in self.kept.items()}
        evaluator, asking = Evaluator.of(at, read_next), now.entities.states.readers
        columns = {
            "reader": readers,
            "region": asking.audiences[:, 0],
            "n_known": asking.reads.n_reads,
            "has_interests": np.any(asking.interests >= 0, axis=1),
            "n_answers": evaluator.n_relevant,
            "n_existing": evaluator.n_existing,
            "n_listable": evaluator.n_listable,
            "n_timed": evaluator.n_timed,
            "ceiling": evaluator.ceiling(),
            "chance": evaluator.by_chance(),
        }
        measures = {name: evaluator.measures(top_k) for name, top_k in lists.items()}
        return _Part(as_of, columns, measures, {name: self._listed.said(now, name, lists[name]) for name in lists})

    def _refresh_kept(self, as_of: datetime, window: timedelta) -> None:
        """New lists for whoever is due by any of the rules that keep lists."""
        if not self.kept:
            return
        everybody = scoring_context(self.dataset, as_of, self.params)
        due = {name: kept.due(everybody, window // timedelta(microseconds=1)) for name, kept in self.kept.items()}
        asking = np.unique(np.concatenate(list(due.values())))
        made = TopK.empty()
        if len(asking) and len(everybody.live):
            now = self._view(everybody.of_readers(asking))
            top_k = self._ours(now, np.arange(len(asking)))[OURS]
            made = TopK(asking[top_k.reader], top_k.rank, top_k.article)
        for name, kept in self.kept.items():
            kept.take(everybody, due[name], made)

    def _view(self, at: ScoringContext) -> ScoringInputs:
        """The view with the factors of the model that is served, or none of any."""
        model = self._served.model
        if model is None:
            nothing = Factors.nothing(len(at.readers), len(at.live), self.params.als.factors)
            return scoring_inputs(at, self.params, nothing, self._vectors)
        return model_inputs(model, at, self.params, vectors=self._vectors_at(at, model))

    def _vectors_at(self, at: ScoringContext, model: Model) -> NDArray[np.float32]:
        """Content vectors, with the texts of then of articles that came after the training and were changed since."""
        was, became = at.dataset.history.articles, self.dataset.history.articles
        if was is became:
            return self._vectors
        changed = np.flatnonzero((was[c.RECORDED_AT] != became[c.RECORDED_AT]) & (at.dataset.first_seen <= at.now))
        changed = changed[~np.isin(at.dataset.article_ids[changed].astype(str), model.article_ids)]
        vectors = self._vectors.copy()
        vectors[changed] = model.content.vectors(was.iloc[changed])
        return vectors

    def _ours(self, now: ScoringInputs, rows: Ints) -> dict[str, TopK]:
        """Our lists, and those of each variant of the parameters, from the same candidates and scores."""
        return self._served.pipeline.top_k_under(now, rows, self.variants)


def _maker(half_life_hours: float | None) -> str:
    return "ranker" if half_life_hours is None else count_name(half_life_hours)


def _joined(cadence: Cadence, walk: _Walk, parts: list[_Part]) -> Replayed:
    first = parts[0]
    columns: dict[str, Any] = {name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns}
    return Replayed(
        cadence=cadence,
        cutoffs=[part.as_of for part in parts],
        regions=np.array([*walk.dataset.names.audiences, None], dtype=object),
        cutoff=np.repeat(np.arange(len(parts)), [len(part.columns["reader"]) for part in parts]),
        **columns,
        measures={
            name: {
                measure: np.concatenate([part.measures[name][measure] for part in parts]).astype(np.float32)
                for measure in MEASURES
            }
            for name in first.measures
        },
        lists={name: [part.lists[name] for part in parts] for name in first.lists},
        trainings=walk.trainings,
        due={name: float(np.mean(kept.shares)) for name, kept in walk.kept.items()},
    )
