"""The gate that decides what is served from now on: candidate, champion, or a fading count, in all and by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from frontpage.core.sections.training import GateParams
from models.choice import HALF_LIFE, Choice
from models.evaluation.baselines import HALF_LIFE_OF
from models.evaluation.evaluate import Evaluation, Means

_NDCG, _N = "ndcg_at_10", "n_readers"


@dataclass(frozen=True, slots=True)
class SegmentVerdict:
    """What serves a segment best: nDCG@10 of the candidate and of the best count on so many lists.

    half_life_hours: of the count that makes its lists; None where the ranker does.
    """

    n_lists: int
    candidate: float
    popularity: float
    best: str
    half_life_hours: float | None

    def as_json(self) -> dict[str, Any]:
        """For the gate's JSON."""
        ndcg = {"candidate": round(self.candidate, 6), self.best: round(self.popularity, 6)}
        return {"n_lists": self.n_lists, _NDCG: ndcg, HALF_LIFE: self.half_life_hours}


@dataclass(frozen=True, slots=True)
class Gate:
    """What is to be served from now on, and why, in sentences.

    passed: the candidate takes the champion's place. popularity_half_life_hours: its lists are made by this count,
    since no ranker was as good; None where the ranker makes them. segments: those with lists enough to be judged by
    themselves. means: by segment and ranker, what was measured, for the evaluations to come.
    """

    passed: bool
    reasons: tuple[str, ...]
    ratios: Mapping[str, float]
    popularity_half_life_hours: float | None = None
    segments: Mapping[str, SegmentVerdict] = field(default_factory=dict)
    means: Mapping[str, Means] = field(default_factory=dict)

    @property
    def choice(self) -> Choice:
        """What makes whose lists."""
        of_segment = {name: verdict.half_life_hours for name, verdict in self.segments.items()}
        return Choice(self.popularity_half_life_hours, of_segment)

    def as_json(self) -> dict[str, Any]:
        """For `model_version.gate` and the metrics file."""
        return {
            "passed": self.passed,
            "reasons": list(self.reasons),
            "ratios": dict(self.ratios),
            HALF_LIFE: self.popularity_half_life_hours,
            "segments": {name: verdict.as_json() for name, verdict in self.segments.items()},
            "segment_means": {
                name: {ranker: {key: round(value, 6) for key, value in row.items()} for ranker, row in means.items()}
                for name, means in self.means.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a version before measured on cutoffs that it had not learned from: over all lists, and by segment."""

    means: Means
    segments: Mapping[str, Means] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation) -> Earlier:
        """That of an evaluation."""
        return cls(evaluation.means(), evaluation.segment_means())


def gate(evaluation: Evaluation, params: GateParams, earlier: Sequence[Earlier] = ()) -> Gate:
    """The candidate where its nDCG@10 reaches the asked ratios to champion and best count; else champion, or the count.

    A shortfall against the champion that may be chance is excused, up to `max_chance`: held-out lists are few where
    readers are, and a champion that stays for no reason grows old.
    earlier: of the versions before. One version's held-out cutoffs are few, so counts are compared over all of them;
    the champion, on the candidate's own. Where rankers are below the best fading count, the candidate takes the place
    with that count for its lists: what is served is never worse than the best count on held-out cutoffs, in all, and in
    each segment that has lists enough. A champion that is not below it keeps its place from a worse candidate.
    """
    means = evaluation.means()
    if "candidate" not in means or means["candidate"][_N] == 0:
        return Gate(False, ("no reader read anything after the held-out cutoffs: there is nothing to judge by",), {})
    pooled, _ = _pooled([means, *(one.means for one in earlier)])
    best, least = _best_count(pooled), params.min_ratio_to_popularity
    ndcg = {name: values[_NDCG] for name, values in means.items()}
    against_count = _Comparison(pooled["candidate"], pooled[best], least, best)
    if "champion" not in ndcg:
        reasons: tuple[str, ...] = ("there is no champion to compare with", against_count.sentence())
        ratios, as_good = {best: against_count.ratio()}, True
    else:
        chance = min(evaluation.chance(), params.max_chance * ndcg["champion"])
        against = _Comparison(ndcg["candidate"], ndcg["champion"], params.min_ratio_to_champion, "champion", chance)
        reasons, as_good = (against.sentence(), against_count.sentence()), against.reaches()
        ratios = {"champion": against.ratio(), best: against_count.ratio()}
    decided = partial(_with_segments, evaluation, params, earlier)
    if against_count.reaches():
        return decided(Gate(as_good, reasons, ratios))
    if not as_good:
        of_champion = _Comparison(ndcg["champion"], ndcg.get(best, pooled[best]), least, best)
        if of_champion.reaches():
            return decided(Gate(False, (*reasons, f"the champion stays: {of_champion.sentence()}"), ratios))
    return decided(Gate(True, (*reasons, f"lists are made by {best}"), ratios, HALF_LIFE_OF[best]))


def _with_segments(evaluation: Evaluation, params: GateParams, earlier: Sequence[Earlier], overall: Gate) -> Gate:
    """The verdict with those of segments, and a sentence for each that is served otherwise than all others."""
    verdicts = segment_verdicts(evaluation, params, earlier)
    made = replace(overall, segments=verdicts, means=evaluation.segment_means())
    return replace(
        made, reasons=(*made.reasons, *(_sentence(name, verdicts[name]) for name in made.choice.exceptions()))
    )


def segment_verdicts(
    evaluation: Evaluation, params: GateParams, earlier: Sequence[Earlier] = ()
) -> dict[str, SegmentVerdict]:
    """What serves each segment best, over this evaluation and those before; none of segments with too few lists."""
    verdicts = {}
    for name, means in evaluation.segment_means().items():
        pooled, n_lists = _pooled([means, *(one.segments[name] for one in earlier if name in one.segments)])
        if n_lists["candidate"] < params.min_segment_lists:
            continue
        best = _best_count(pooled)
        ours, theirs = pooled["candidate"], pooled[best]
        hours = None if ours >= params.min_ratio_to_popularity * theirs else HALF_LIFE_OF[best]
        verdicts[name] = SegmentVerdict(int(n_lists["candidate"]), ours, theirs, best, hours)
    return verdicts


def _sentence(segment: str, verdict: SegmentVerdict) -> str:
    served = "the ranker" if verdict.half_life_hours is None else verdict.best
    figures = f"nDCG@10 {verdict.candidate:.4f} against {verdict.popularity:.4f} of {verdict.best}"
    return f"{segment}: {figures}: lists by {served}"


def _best_count(ndcg: Mapping[str, float]) -> str:
    return max((name for name in HALF_LIFE_OF if name in ndcg), key=ndcg.__getitem__)


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


def _pooled(evaluations: Sequence[Means]) -> tuple[dict[str, float], dict[str, float]]:
    """nDCG@10 and readers of each ranker over all evaluations that know it, each weighing by its readers."""
    sums: dict[str, float] = {}
    weights: dict[str, float] = {}
    for means in evaluations:
        for name, values in means.items():
            sums[name] = sums.get(name, 0.0) + values[_NDCG] * values[_N]
            weights[name] = weights.get(name, 0.0) + values[_N]
    return {name: sums[name] / weight for name, weight in weights.items() if weight > 0}, weights
