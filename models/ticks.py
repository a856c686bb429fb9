"""Past refreshes to learn from and to be measured on: what could be listed then, and what was read next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from core import columns as c
from core.clock import HOUR, TICK, floor_to
from core.history import History
from core.params import Params
from features.grouping import Floats, Ints, rows_in
from features.ledger import Ledger, ledger, microseconds
from features.states import rows_known
from models.judge import Answers, answers, window_rows
from models.moment import Moment, moment
from models.retrieval import als
from models.retrieval.als import Factors
from models.retrieval.candidates import Candidates, candidates
from models.view import Vectors, View, view

#: A tick teaches too little with fewer readers than this who read something in its window.
_ENOUGH_READERS = 100
_LONGEST_WINDOW_HOURS = 24.0
#: Where a history is too short for this many ticks at any usual distance, they stand closer.
_FEW_TICKS = 4
#: Distances of ticks in hours: those that share no factor with a day, so that ticks go round all its hours.
_ROUND_THE_CLOCK = (1, 5, 7, 11, 13, 17, 19, 23)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """Ticks to learn from and to be measured on, ascending; what was read within `window` after a tick is its answer.

    Every training window ends before the first evaluation tick.
    """

    training: tuple[datetime, ...]
    evaluation: tuple[datetime, ...]
    window: timedelta

    @property
    def all(self) -> tuple[datetime, ...]:
        """Both, ascending."""
        return (*self.training, *self.evaluation)


@dataclass(frozen=True, slots=True)
class Tick:
    """One past refresh, by ledger positions as of `as_of`: candidates [pair] and their grades (0: not read next).

    `extra` are the features that belong to a model version. `answers` holds everything read next, candidate or not.
    weight [pair]: how many pairs each one stands for (see `thinned`).
    """

    as_of: datetime
    view: View
    pairs: Candidates
    grade: Ints
    extra: dict[str, Floats]
    answers: Answers
    weight: Floats

    def frame(self) -> pd.DataFrame:
        """The pairs as keys [reader_key, article_id, event_timestamp], in their order."""
        ledger, at = self.view.moment.ledger, self.view.moment
        stamp = pd.Timestamp(self.as_of).as_unit("us")
        return pd.DataFrame(
            {
                c.READER_KEY: ledger.reader_keys[at.readers[self.pairs.reader]],
                c.ARTICLE_ID: ledger.article_ids.to_numpy()[at.live[self.pairs.article]],
                c.EVENT_TIMESTAMP: pd.Series(stamp, index=range(len(self.pairs)), dtype="datetime64[us, UTC]"),
            }
        )


def plan(book: Ledger, params: Params) -> Plan:
    """Ticks before the ledger's `as_of`, on whole hours, since an hourly refresh leaves the features of these.

    The window is doubled, up to a day, until ticks have enough readers, but not where too few ticks would be left.
    """
    window = HOUR * params.ranker.window_hours
    made = _plan(book, params, window)
    while window < HOUR * _LONGEST_WINDOW_HOURS and _typical_readers(book, made) < _ENOUGH_READERS:
        window = min(2 * window, HOUR * _LONGEST_WINDOW_HOURS)
        wider = _plan(book, params, window)
        if len(wider.training) < min(_FEW_TICKS, len(made.training)):
            break
        made = wider
    return made


def look_backs(history: History, params: Params) -> list[datetime]:
    """Every past moment whose features training and evaluation ask for, ascending."""
    return list(plan(ledger(history), params).all)


def is_learnable(book: Ledger, params: Params) -> bool:
    """Whether anybody read something new after a moment that a training would look back to."""
    made = plan(book, params)
    return any(len(answers(book, tick, made.window).reader) for tick in made.training)


def als_chain(book: Ledger, ticks: Iterable[datetime], params: Params) -> Iterator[Factors]:
    """Factors at each of the ascending ticks, of reads known by then only: a whole fit, then one fold-in per tick."""
    factors: Factors | None = None
    for tick in ticks:
        known = rows_known(book, microseconds(tick), params.data)
        confidence = als.interactions(book, known, params.als.alpha)
        if factors is None:
            start = als.cold_start(book, params.als, params.seed)
            factors, _ = als.fit_with_checkpoints(confidence, start, params.als, params.threads)
        factors = als.fold_in(confidence, factors, params.als, params.threads)
        yield factors


@dataclass(frozen=True, slots=True)
class Past:
    """What all ticks of a training share. `vectors` holds a content vector per article of the ledger."""

    ledger: Ledger
    params: Params
    vectors: Vectors
    window: timedelta


def tick_at(past: Past, as_of: datetime, factors: Factors, max_readers: int | None = None) -> Tick:
    """The tick with the readers who read something in its window (at most `max_readers`, drawn by seed and time).

    All their candidates are in it; a reader who was not active then is not.
    A reader of whom nothing was known yet looks like the stand-in of nobody, whose list they were served.
    """
    book, params = past.ledger, past.params
    read_next = answers(book, as_of, past.window)
    readers = _drawn(read_next, as_of, params.seed, max_readers)
    at = moment(book, as_of, params, readers=readers)
    now = view(at, params, factors.of(at.readers, at.live), past.vectors)
    pairs = candidates(now, params.candidates, np.arange(len(readers)))
    read_next = read_next.of(readers)
    extra = now.more_features(pairs.reader, pairs.article)
    return Tick(as_of, now, pairs, _grades(at, pairs, read_next), dict(extra), read_next, np.ones(len(pairs)))


def readers_of_tick(book: Ledger, as_of: datetime, window: timedelta, params: Params) -> Ints:
    """Ledger positions of the readers whose lists a training learns from at a tick, ascending."""
    return _drawn(answers(book, as_of, window), as_of, params.seed, params.ranker.max_readers_per_tick)


def _drawn(read_next: Answers, as_of: datetime, seed: int, max_readers: int | None) -> Ints:
    """Readers with an answer, ascending; at most `max_readers` of them, drawn by seed and time."""
    readers = np.unique(read_next.reader)
    if max_readers is None or len(readers) <= max_readers:
        return readers
    random = np.random.default_rng([seed, microseconds(as_of)])
    return np.sort(random.choice(readers, max_readers, replace=False))


def thinned(tick: Tick, n_candidates: int, seed: int) -> Tick:
    """The tick to learn from: lists with a read in them, each with its reads and at most `n_candidates` pairs in all.

    Which of the unread ones stay is drawn by seed and time, so it is the same in every run. By weight, those that stay
    stand for all of their list, and together for those of the lists without a read, too.
    """
    random = np.random.default_rng([seed, tick.view.moment.now])
    has_read = np.bincount(tick.pairs.reader, weights=tick.grade, minlength=len(tick.view.moment.readers)) > 0
    order = np.lexsort((random.random(len(tick.pairs)), tick.grade == 0, tick.pairs.reader))
    starts = np.flatnonzero(np.diff(tick.pairs.reader[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    kept = np.sort(order[(place < n_candidates) & has_read[tick.pairs.reader[order]]])
    pairs = tick.pairs.at(kept)
    extra = {name: values[kept] for name, values in tick.extra.items()}
    grade = tick.grade[kept]
    unread = np.bincount(tick.pairs.reader[tick.grade == 0], minlength=len(tick.view.moment.readers))
    kept_unread = np.bincount(pairs.reader[grade == 0], minlength=len(unread))
    of_all = unread.sum() / max(unread[kept_unread > 0].sum(), 1)
    weight = np.where(grade > 0, 1.0, (of_all * unread / np.maximum(kept_unread, 1))[pairs.reader])
    return replace(tick, pairs=pairs, grade=grade, extra=extra, weight=weight)


def _plan(book: Ledger, params: Params, window: timedelta) -> Plan:
    if not len(book.read_known):
        return Plan((), (), window)
    first = _EPOCH + TICK * int(book.read_known.min())
    last = floor_to(book.as_of - window, HOUR)
    n_held_out, usual = params.evaluation.n_ticks, HOUR * params.evaluation.tick_hours
    usual = max(usual, window / 2 // HOUR * HOUR)
    evaluation = _back_from(last, n_held_out, min(usual, _share(last - first, 2 * n_held_out)))
    before = floor_to(evaluation[0] - window, HOUR)
    n_ticks, longest = _n_ticks(book, before, window, params), HOUR * params.ranker.tick_hours
    training = _back_from(before, n_ticks, _distance(before - first, n_ticks, longest, window))
    return Plan(
        tuple(tick for tick in training if tick > first), tuple(tick for tick in evaluation if tick > first), window
    )


def _n_ticks(book: Ledger, before: datetime, window: timedelta, params: Params) -> int:
    """More ticks where each has few readers: about `max_pairs` pairs of reader and article in all."""
    ranker = params.ranker
    first, last = window_rows(book, microseconds(before - 7 * timedelta(days=1)), timedelta(days=7))
    n_readers = len(np.unique(book.read_reader[first:last])) * min(1.0, window / timedelta(days=2))
    pairs = min(max(n_readers, 1.0), ranker.max_readers_per_tick) * ranker.list_candidates
    return int(np.clip(ranker.max_pairs / pairs, ranker.n_ticks, ranker.max_ticks))


def _distance(span: timedelta, n: int, longest: timedelta, window: timedelta) -> timedelta:
    """The longest distance of `n` ticks within the span; windows overlap by half at most where the span allows."""
    usual = [hours * HOUR for hours in _ROUND_THE_CLOCK if window / 2 <= hours * HOUR <= longest] or [longest]
    fitting = [distance for distance in usual if distance * n <= span]
    return min(max(fitting, default=usual[0]), _share(span, _FEW_TICKS))


def _share(span: timedelta, n: int) -> timedelta:
    """Whole hours, at least one, of which `n` fit into a short span."""
    return max(HOUR, span / n // HOUR * HOUR)


def _back_from(last: datetime, n: int, distance: timedelta) -> list[datetime]:
    return [last - distance * back for back in range(n)][::-1]


def _typical_readers(book: Ledger, made: Plan) -> float:
    counts = []
    for tick in made.training:
        first, last = window_rows(book, microseconds(tick), made.window)
        counts.append(len(np.unique(book.read_reader[first:last])))
    return float(np.median(counts)) if counts else 0.0


def _grades(at: Moment, pairs: Candidates, read_next: Answers) -> Ints:
    read = at.ledger.pairs(read_next.reader, read_next.article)  # ascending
    row = rows_in(read, at.ledger.pairs(at.readers[pairs.reader], at.live[pairs.article]))
    return np.append(read_next.grade, 0)[row]
