"""Past refreshes to learn from and to be measured on: what could be listed then, and what was read next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.clock import HOUR, TICK, floor_to
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.features.grouping import Floats, Ints, rows_in
from frontpage.features.interactions import InteractionDataset, interaction_dataset, microseconds
from frontpage.features.known_reads import rows_known
from frontpage.features.states import states_at
from models.context import ScoringContext, scoring_context
from models.evaluation.evaluator import GroundTruth, ground_truth, window_rows
from models.inputs import ScoringInputs, Vectors, scoring_inputs
from models.retrieval import als
from models.retrieval.als import Factors
from models.retrieval.candidates import Candidates, candidates, sources_of

#: A cutoff teaches too little with fewer readers than this who read something in its window.
_ENOUGH_READERS = 100
_LONGEST_WINDOW_HOURS = 24.0
#: Where a history is too short for this many cutoffs at any usual distance, they stand closer.
_FEW_CUTOFFS = 4
#: Distances of cutoffs in hours: those that share no factor with a day, so that cutoffs go round all its hours.
_ROUND_THE_CLOCK = (1, 5, 7, 11, 13, 17, 19, 23)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CutoffPlan:
    """Cutoffs to learn from and to be measured on, ascending; what was read within `window` after one is its answer.

    Every training window ends before the first evaluation cutoff.
    """

    training: tuple[datetime, ...]
    evaluation: tuple[datetime, ...]
    window: timedelta

    @property
    def all(self) -> tuple[datetime, ...]:
        """Both, ascending."""
        return (*self.training, *self.evaluation)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """One past refresh, by dataset positions as of `as_of`: candidates [pair] and their grades (0: not read next).

    `extra` are the features that belong to a model version. `ground_truth` has all that was read next.
    weight [pair]: how many pairs each one stands for (see `sample_negatives`).
    """

    as_of: datetime
    inputs: ScoringInputs
    pairs: Candidates
    grade: Ints
    extra: dict[str, Floats]
    ground_truth: GroundTruth
    weight: Floats

    def frame(self) -> pd.DataFrame:
        """The pairs as keys [reader_key, article_id, event_timestamp], in their order."""
        dataset, at = self.inputs.context.dataset, self.inputs.context
        stamp = pd.Timestamp(self.as_of).as_unit("us")
        return pd.DataFrame(
            {
                c.READER_KEY: dataset.reader_keys[at.readers[self.pairs.reader]],
                c.ARTICLE_ID: dataset.article_ids.to_numpy()[at.live[self.pairs.article]],
                c.EVENT_TIMESTAMP: pd.Series(stamp, index=range(len(self.pairs)), dtype="datetime64[us, UTC]"),
            }
        )


def plan(dataset: InteractionDataset, params: Params) -> CutoffPlan:
    """Cutoffs before the dataset's `as_of`, on whole hours, since an hourly refresh leaves the features of these.

    The window is doubled, up to a day, until cutoffs have enough readers, but not where too few cutoffs would be left.
    """
    window = HOUR * params.ranker.window_hours
    made = _plan(dataset, params, window)
    while window < HOUR * _LONGEST_WINDOW_HOURS and _typical_readers(dataset, made) < _ENOUGH_READERS:
        window = min(2 * window, HOUR * _LONGEST_WINDOW_HOURS)
        wider = _plan(dataset, params, window)
        if len(wider.training) < min(_FEW_CUTOFFS, len(made.training)):
            break
        made = wider
    return made


def past_cutoffs(history: History, params: Params) -> list[datetime]:
    """Every past moment whose features training and evaluation ask for, ascending."""
    return list(plan(interaction_dataset(history), params).all)


def is_learnable(dataset: InteractionDataset, params: Params) -> bool:
    """Whether anybody read something new after a moment that a training would look back to."""
    made = plan(dataset, params)
    return any(len(ground_truth(dataset, cutoff, made.window).reader) for cutoff in made.training)


def als_chain(dataset: InteractionDataset, cutoffs: Iterable[datetime], params: Params) -> Iterator[Factors]:
    """Factors at each of ascending cutoffs, of reads known by then only: a whole fit, then one fold-in per cutoff."""
    factors: Factors | None = None
    for cutoff in cutoffs:
        known = rows_known(dataset, microseconds(cutoff), params.data)
        confidence = als.interactions(dataset, known, params.als.alpha)
        if factors is None:
            start = als.cold_start(dataset, params.als, params.seed)
            factors, _ = als.fit_with_checkpoints(confidence, start, params.als, params.threads)
        factors = als.fold_in(confidence, factors, params.als, params.threads)
        yield factors


@dataclass(frozen=True, slots=True)
class Past:
    """What all cutoffs of a training share. `vectors` holds a content vector per article of the dataset.

    with_totals: whether features will be made of the cutoffs' own states.
    """

    dataset: InteractionDataset
    params: Params
    vectors: Vectors
    window: timedelta
    with_totals: bool = True


def cutoff_at(past: Past, as_of: datetime, factors: Factors, max_readers: int | None = None) -> Cutoff:
    """The cutoff with the readers who read something in its window (at most `max_readers`, drawn by seed and time).

    All their candidates are in it; a reader who was not active then is not.
    A reader of whom nothing was known yet looks like the fallback of nobody, whose list they were served.
    """
    dataset, params = past.dataset, past.params
    read_next = ground_truth(dataset, as_of, past.window)
    readers = drawn_readers(read_next, as_of, params.seed, max_readers)
    at = scoring_context(dataset, as_of, params, readers=readers)
    states = states_at(dataset, as_of, params.data, articles=at.live, readers=at.readers, with_totals=past.with_totals)
    now = scoring_inputs(at, params, factors.of(at.readers, at.live), past.vectors, states)
    pairs = candidates(now, sources_of(params), np.arange(len(readers)))
    read_next = read_next.of(readers)
    extra = now.more_features(pairs.reader, pairs.article)
    return Cutoff(as_of, now, pairs, _grades(at, pairs, read_next), dict(extra), read_next, np.ones(len(pairs)))


def readers_of_cutoff(dataset: InteractionDataset, as_of: datetime, window: timedelta, params: Params) -> Ints:
    """InteractionDataset positions of the readers whose lists a training learns from at a cutoff, ascending."""
    return drawn_readers(ground_truth(dataset, as_of, window), as_of, params.seed, params.ranker.max_readers_per_cutoff)


def drawn_readers(read_next: GroundTruth, as_of: datetime, seed: int, max_readers: int | None) -> Ints:
    """Readers with an answer, ascending; at most `max_readers` of them, drawn by seed and time."""
    readers = np.unique(read_next.reader)
    if max_readers is None or len(readers) <= max_readers:
        return readers
    random = np.random.default_rng([seed, microseconds(as_of)])
    return np.sort(random.choice(readers, max_readers, replace=False))


def sample_negatives(cutoff: Cutoff, n_candidates: int, seed: int) -> Cutoff:
    """The cutoff to learn from: lists with a read in them, each with its reads and at most `n_candidates` pairs in all.

    Which of the unread ones stay is drawn by seed and time, so it is the same in every run. By weight, those that stay
    stand for all of their list, and together for those of the lists without a read, too.
    """
    random = np.random.default_rng([seed, cutoff.inputs.context.now])
    has_read = np.bincount(cutoff.pairs.reader, weights=cutoff.grade, minlength=len(cutoff.inputs.context.readers)) > 0
    order = np.lexsort((random.random(len(cutoff.pairs)), cutoff.grade == 0, cutoff.pairs.reader))
    starts = np.flatnonzero(np.diff(cutoff.pairs.reader[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    kept = np.sort(order[(place < n_candidates) & has_read[cutoff.pairs.reader[order]]])
    pairs = cutoff.pairs.at(kept)
    extra = {name: values[kept] for name, values in cutoff.extra.items()}
    grade = cutoff.grade[kept]
    unread = np.bincount(cutoff.pairs.reader[cutoff.grade == 0], minlength=len(cutoff.inputs.context.readers))
    kept_unread = np.bincount(pairs.reader[grade == 0], minlength=len(unread))
    of_all = unread.sum() / max(unread[kept_unread > 0].sum(), 1)
    weight = np.where(grade > 0, 1.0, (of_all * unread / np.maximum(kept_unread, 1))[pairs.reader])
    return replace(cutoff, pairs=pairs, grade=grade, extra=extra, weight=weight)


def _plan(dataset: InteractionDataset, params: Params, window: timedelta) -> CutoffPlan:
    if not len(dataset.read_known):
        return CutoffPlan((), (), window)
    first = _EPOCH + TICK * int(dataset.read_known.min())
    last = floor_to(dataset.as_of - window, HOUR)
    n_held_out, usual = params.evaluation.n_cutoffs, HOUR * params.evaluation.cutoff_hours
    usual = max(usual, window / 2 // HOUR * HOUR)
    evaluation = _back_from(last, n_held_out, min(usual, _share(last - first, 2 * n_held_out)))
    before = floor_to(evaluation[0] - window, HOUR)
    n_cutoffs, longest = _cutoffs_fitting(dataset, before, window, params), HOUR * params.ranker.cutoff_hours
    training = _back_from(before, n_cutoffs, _distance(before - first, n_cutoffs, longest, window))
    return CutoffPlan(
        tuple(cutoff for cutoff in training if cutoff > first),
        tuple(cutoff for cutoff in evaluation if cutoff > first),
        window,
    )


def _cutoffs_fitting(dataset: InteractionDataset, before: datetime, window: timedelta, params: Params) -> int:
    """More cutoffs where each has few readers: about `max_pairs` pairs of reader and article in all."""
    ranker = params.ranker
    first, last = window_rows(dataset, microseconds(before - 7 * timedelta(days=1)), timedelta(days=7))
    n_readers = len(np.unique(dataset.read_reader[first:last])) * min(1.0, window / timedelta(days=2))
    pairs = min(max(n_readers, 1.0), ranker.max_readers_per_cutoff) * ranker.list_candidates
    return int(np.clip(ranker.max_pairs / pairs, ranker.n_cutoffs, ranker.max_cutoffs))


def _distance(span: timedelta, n: int, longest: timedelta, window: timedelta) -> timedelta:
    """The longest distance of `n` cutoffs within the span; windows overlap by half at most where the span allows."""
    usual = [hours * HOUR for hours in _ROUND_THE_CLOCK if window / 2 <= hours * HOUR <= longest] or [longest]
    fitting = [distance for distance in usual if distance * n <= span]
    return min(max(fitting, default=usual[0]), _share(span, _FEW_CUTOFFS))


def _share(span: timedelta, n: int) -> timedelta:
    """Whole hours, at least one, of which `n` fit into a short span."""
    return max(HOUR, span / n // HOUR * HOUR)


def _back_from(last: datetime, n: int, distance: timedelta) -> list[datetime]:
    return [last - distance * back for back in range(n)][::-1]


def _typical_readers(dataset: InteractionDataset, made: CutoffPlan) -> float:
    counts = []
    for cutoff in made.training:
        first, last = window_rows(dataset, microseconds(cutoff), made.window)
        counts.append(len(np.unique(dataset.read_reader[first:last])))
    return float(np.median(counts)) if counts else 0.0


def _grades(at: ScoringContext, pairs: Candidates, read_next: GroundTruth) -> Ints:
    read = at.dataset.pairs(read_next.reader, read_next.article)  # ascending
    row = rows_in(read, at.dataset.pairs(at.readers[pairs.reader], at.live[pairs.article]))
    return np.append(read_next.grade, 0)[row]
