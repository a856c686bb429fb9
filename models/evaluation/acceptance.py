"""The acceptance test: what will be served, judged once on hours that nothing was learned, chosen or calibrated from.

Its lists are made at each moment as a refresh would have made them then: the trees that are served, the choice of the
gate, list rules and all. Intervals are over readers (models/replay/bootstrap.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np

from frontpage.core.clock import iso
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.sections.acceptance import AcceptanceParams
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from frontpage.features.states import states_at
from models.assembly import pipeline_of
from models.choice import Choice
from models.context import scoring_context
from models.evaluation.evaluator import GroundTruth, ground_truth
from models.evaluation.slices import EVERYBODY, Slices
from models.inputs import ScoringInputs, Vectors, scoring_inputs
from models.pipeline import BLOCK_READERS, ListPipeline
from models.replay.bootstrap import interval, ratio, resampled, sums_by_group
from models.topk import TopK
from models.training.artefact import Model
from models.training.cutoffs import drawn_readers
from models.training.held_back import HeldBack, held_back
from models.variants import CHAMPION, POPULARITY

CANDIDATE = "candidate"
#: Sums of each reader in each slice: lists, then nDCG@10 of the candidate, of its reference, and of popularity.
_N_COLUMNS = 4
Verdict = Literal["pass", "fail", "within chance", "too few readers", "no readers"]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model with what its evaluation chose to make lists by."""

    model: Model
    choice: Choice


@dataclass(frozen=True, slots=True)
class SliceVerdict:
    """nDCG@10 of a slice's lists and what it says. lost: share of the reference's that is lost, negative where gained.

    Each interval holds 95 %; None where nothing was read.
    """

    name: str
    verdict: Verdict
    n_readers: int
    n_lists: int
    candidate: float | None = None
    reference: float | None = None
    popularity: float | None = None
    candidate_interval: tuple[float, float] | None = None
    lost: float | None = None
    lost_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The verdict with its reasons, in sentences, and what was measured. reference: champion, or else popularity."""

    accepted: bool
    reasons: tuple[str, ...]
    reference: str
    held: HeldBack
    slices: tuple[SliceVerdict, ...]

    @property
    def n_lists(self) -> int:
        """Lists that were judged."""
        return self.slices[0].n_lists if self.slices else 0

    def as_json(self) -> dict[str, Any]:
        """For `model_version.acceptance` and the file of the test."""
        return {
            "accepted": self.accepted,
            "reasons": list(self.reasons),
            "reference": self.reference,
            "learned_until": iso(self.held.learned_until),
            "window_hours": self.held.window.total_seconds() / 3600,
            "cutoffs": [iso(cutoff) for cutoff in self.held.cutoffs],
            "slices": [_rounded(asdict(one)) for one in self.slices],
        }


def accept(history: History, candidate: ServedModel, params: Params, champion: ServedModel | None = None) -> Acceptance:
    """The candidate's lists, the champion's and popularity's at the moments held back from the candidate's training."""
    held = held_back(history, candidate.model.params)
    reference = CHAMPION if champion is not None else POPULARITY
    if not held.cutoffs:
        reason = "the history is too short to hold hours back: there is nothing to judge by"
        return _without_ground_truth(reason, reference, held)
    dataset = interaction_dataset(history)
    slices, served = Slices.of(dataset, held.learned_until), {CANDIDATE: candidate}
    makers = _Makers.of(dataset, served if champion is None else served | {CHAMPION: champion}, params)
    found = [makers.compared(cutoff, held, slices, reference) for cutoff in track(held.cutoffs, "moments")]
    reader, place, columns = (np.concatenate(parts, axis=-1) for parts in zip(*found, strict=True))
    return _verdict(slices.names, reader, place, columns, reference, held, params)


@dataclass(frozen=True, slots=True)
class _Makers:
    """Who makes lists: a model's pipeline with the model and its vectors of the dataset's articles, or popularity."""

    dataset: InteractionDataset
    params: Params
    ours: Mapping[str, tuple[ListPipeline, Model, Vectors]]
    popularity: ListPipeline

    @classmethod
    def of(cls, dataset: InteractionDataset, served: Mapping[str, ServedModel], params: Params) -> _Makers:
        """The pipelines that a refresh would run."""
        threads = params.threads
        ours = {
            name: (
                pipeline_of(params, CHAMPION, one.model, one.choice, n_threads=threads),
                one.model,
                one.model.vectors_for(dataset),
            )
            for name, one in served.items()
        }
        return cls(dataset, params, ours, pipeline_of(params, POPULARITY, None))

    def compared(self, as_of: datetime, held: HeldBack, slices: Slices, reference: str) -> tuple[Ints, Ints, Floats]:
        """Reader and slice of each list of a moment, and its columns [column, list]."""
        answers = ground_truth(self.dataset, as_of, held.window)
        readers = drawn_readers(answers, as_of, self.params.seed, self.params.acceptance.max_readers_per_cutoff)
        answers, lists, now = answers.of(readers), dict[str, TopK](), None
        at = scoring_context(self.dataset, as_of, self.params, readers=readers)
        states = states_at(at.dataset, as_of, self.params.data, articles=at.live, readers=readers)
        for name, (pipeline, model, vectors) in self.ours.items():
            now = scoring_inputs(at, self.params, model.factors_at(at, self.params.threads), vectors, states)
            lists[name] = lists_of(pipeline, now)
        assert now is not None, "the candidate is one of ours"
        lists[POPULARITY] = lists_of(self.popularity, now)
        return _columns(now, slices, answers, lists, reference)


def lists_of(pipeline: ListPipeline, now: ScoringInputs) -> TopK:
    """Everybody's, some readers at a time."""
    rows = np.arange(len(now.context.readers), dtype=np.int64)
    blocks = [rows[start : start + BLOCK_READERS] for start in range(0, len(rows), BLOCK_READERS)]
    return TopK.concatenate([pipeline.top_k(now, block) for block in blocks])


def _columns(
    now: ScoringInputs, slices: Slices, answers: GroundTruth, lists: Mapping[str, TopK], reference: str
) -> tuple[Ints, Ints, Floats]:
    nothing = np.zeros(0, dtype=np.int64)
    readers, places, columns = [nothing], [nothing], [np.zeros((_N_COLUMNS, 0))]
    for rows, place, ndcg in slices.parts(now, answers, lists):
        readers.append(now.context.readers[rows])
        places.append(place)
        by = (ndcg[CANDIDATE], ndcg[reference], ndcg[POPULARITY])
        columns.append(np.stack([np.ones(len(rows)), *by]))
    return np.concatenate(readers), np.concatenate(places), np.concatenate(columns, axis=1)


def _verdict(
    names: tuple[str, ...], reader: Ints, place: Ints, columns: Floats, reference: str, held: HeldBack, params: Params
) -> Acceptance:
    if not len(reader):
        return _without_ground_truth("nobody read anything new in the hours held back", reference, held)
    keys, compact = np.unique(reader, return_inverse=True)
    table = sums_by_group(compact.astype(np.int64), place, len(names), list(columns))
    draws = resampled({"": table}, params.seed)[""].reshape(len(names), _N_COLUMNS, -1)
    sums = np.asarray(table.sum(axis=1)).reshape(len(names), _N_COLUMNS)
    n_readers = [len(np.unique(compact[place == code])) for code in range(len(names))]
    judged = [
        _slice_verdict(name, sums[code], draws[code], n_readers[code], params.acceptance)
        for code, name in enumerate(names)
    ]
    assert len(keys), "somebody read something"
    return _decided(tuple(judged), reference, held, params.acceptance)


def _slice_verdict(name: str, sums: Floats, draws: Floats, n_readers: int, params: AcceptanceParams) -> SliceVerdict:
    n_lists = int(sums[0])
    if not n_lists:
        return SliceVerdict(name, "no readers", 0, 0)
    lost, lost_draws = float(_lost(sums)), _lost(draws)
    around = interval(lost_draws)
    most = params.max_loss if name == EVERYBODY else params.max_slice_loss
    verdict: Verdict = "pass"
    if name != EVERYBODY and n_readers < params.min_slice_readers:
        verdict = "too few readers"
    elif lost > most:
        verdict = "fail" if around is not None and around[0] > most else "within chance"
    candidate, reference, popularity = (float(value) for value in sums[1:] / n_lists)
    of_candidate, told = interval(ratio(draws[1], draws[0])), lost if sums[2] else None
    return SliceVerdict(name, verdict, n_readers, n_lists, candidate, reference, popularity, of_candidate, told, around)


def _lost(sums: Floats) -> Floats:
    """Share of the reference's nDCG@10 that the candidate lost; NaN where the reference has none."""
    return ratio(np.asarray(sums[2] - sums[1]), np.asarray(sums[2]))


def _decided(slices: tuple[SliceVerdict, ...], reference: str, held: HeldBack, params: AcceptanceParams) -> Acceptance:
    everybody = slices[0]
    assert everybody.candidate is not None, "there are lists"
    floor = everybody.candidate >= params.min_ndcg
    word = "reaches" if floor else "is below"
    reasons = [f"nDCG@10 {everybody.candidate:.4f} {word} the floor of {params.min_ndcg:g}"]
    reasons += [_sentence(one, reference) for one in slices if one.lost is not None and _is_told(one)]
    empty = [one.name for one in slices if one.verdict == "no readers"]
    few = [f"{one.name} ({one.n_readers})" for one in slices if one.verdict == "too few readers"]
    reasons += [f"without readers: {', '.join(empty)}"] if empty else []
    reasons += [f"too few readers to judge: {', '.join(few)}"] if few else []
    accepted = floor and all(one.verdict != "fail" for one in slices)
    return Acceptance(accepted, tuple(reasons), reference, held, slices)


def _is_told(one: SliceVerdict) -> bool:
    return one.name == EVERYBODY or one.verdict in ("fail", "within chance")


def _sentence(one: SliceVerdict, reference: str) -> str:
    assert one.lost is not None, "nothing to tell"
    around = f" ({-one.lost_interval[1]:+.1%} to {-one.lost_interval[0]:+.1%})" if one.lost_interval else ""
    words = {"fail": "more than may be lost", "within chance": "more than may be lost, within chance"}
    return f"{one.name}: {-one.lost:+.1%}{around} of {reference}: {words.get(one.verdict, 'not too much lost')}"


def _without_ground_truth(reason: str, reference: str, held: HeldBack) -> Acceptance:
    """Nothing to judge by: a champion keeps its place; where there is none, the gate's word is enough."""
    stays = reference == CHAMPION
    word = "the champion stays" if stays else "there is no champion whose place it takes"
    return Acceptance(not stays, (reason, word), reference, held, ())


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [round(number, 6) for number in value]
    return round(value, 6) if isinstance(value, float) else value
