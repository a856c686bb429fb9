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
from models import als
from models.als import Factors
from models.candidates import Candidates, candidates
from models.ledger import Floats, Ints, Ledger, ledger, microseconds
from models.moment import Moment, moment, rows_of
from models.nearest import inner_products
from models.view import Vectors, View, view

#: A tick teaches too little with fewer readers than this who read something in its window.
_ENOUGH_READERS = 100
_LONGEST_WINDOW_HOURS = 24.0
#: Where a history is too short for this many ticks at their usual distance, they stand closer.
_FEW_TICKS = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """Ticks to learn from and to be measured on, ascending; what was read within `window` after a tick is its answer.

    Every training window ends before the first evaluation tick.
    """

    training: tuple[datetime, ...]
    evaluation: tuple[datetime, ...]
    window: timedelta


@dataclass(frozen=True, slots=True)
class Answers:
    """Articles that were read for the first time within the window [reader, article], by ledger position.

    `grade` is 1, or 2 where the read was at least as long as the median read known at the tick; `dwell_seconds` is NaN
    where it was not measured.
    """

    reader: Ints
    article: Ints
    grade: Ints
    dwell_seconds: Floats


@dataclass(frozen=True, slots=True)
class Tick:
    """One past refresh, by ledger positions as of `as_of`: candidates [pair] and their grades (0: not read next).

    `extra` are the features that belong to a model version. `answers` holds everything read next, candidate or not.
    """

    as_of: datetime
    view: View
    pairs: Candidates
    grade: Ints
    extra: dict[str, Floats]
    answers: Answers

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
    made = plan(ledger(history), params)
    return [*made.training, *made.evaluation]


def answers(book: Ledger, at: Moment, window: timedelta) -> Answers:
    """What the moment's readers read for the first time within the window after it.

    Also what could not be listed then, being too old or not out yet: a list that could not know it still missed it.
    """
    width = max(len(book.article_ids), 1)
    key = np.where(book.read_article >= 0, book.read_reader * width + book.read_article, -1)
    after = (book.read_time > at.now) & (book.read_time <= at.now + int(window / timedelta(microseconds=1)))
    served = rows_of(book.read_reader, at.readers, len(book.reader_keys)) >= 0
    reads = np.flatnonzero(after & served & (key >= 0))
    reads = reads[~np.isin(key[reads], key[at.known])]
    pairs, inverse = np.unique(key[reads], return_inverse=True)
    dwell = np.full(len(pairs), -1.0)
    np.maximum.at(dwell, inverse, np.nan_to_num(book.read_dwell[reads], nan=-1.0))
    usual = _usual_dwell(book, at.known)
    grade = 1 + (dwell >= usual).astype(np.int64)
    return Answers(pairs // width, pairs % width, grade, np.where(dwell >= 0, dwell, np.nan))


def als_chain(book: Ledger, ticks: Iterable[datetime], params: Params) -> Iterator[Factors]:
    """Factors at each of the ascending ticks, of reads known by then only: a whole fit, then one fold-in per tick."""
    factors: Factors | None = None
    for tick in ticks:
        known = np.flatnonzero(book.read_known <= microseconds(tick))
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
    """
    book, params = past.ledger, past.params
    readers = np.unique(answers(book, moment(book, as_of, params.lists), past.window).reader)
    if max_readers is not None and len(readers) > max_readers:
        random = np.random.default_rng([params.seed, microseconds(as_of)])
        readers = np.sort(random.choice(readers, max_readers, replace=False))
    at = moment(book, as_of, params.lists, readers=readers)
    now = view(at, params, factors, past.vectors)
    pairs = candidates(now, params.candidates, np.arange(len(readers)))
    read_next = answers(book, at, past.window)
    return Tick(as_of, now, pairs, _grades(at, pairs, read_next), model_features(now, pairs), read_next)


def model_features(now: View, pairs: Candidates) -> dict[str, Floats]:
    """The features that belong to a model version: ALS score and similarity of content, for each pair."""
    als_score = inner_products(now.reader_factors, now.article_factors, pairs.reader, pairs.article)
    content = inner_products(now.reader_profiles, now.article_vectors, pairs.reader, pairs.article)
    return {"als_score": als_score.astype(np.float64), "content_score": content.astype(np.float64)}


def thinned(tick: Tick, n_candidates: int, seed: int) -> Tick:
    """The tick to learn from: lists with a read in them, each with its reads and at most `n_candidates` pairs in all.

    Which of the unread ones stay is drawn by seed and time, so it is the same in every run.
    """
    random = np.random.default_rng([seed, tick.view.moment.now])
    has_read = np.bincount(tick.pairs.reader, weights=tick.grade, minlength=len(tick.view.moment.readers)) > 0
    order = np.lexsort((random.random(len(tick.pairs)), tick.grade == 0, tick.pairs.reader))
    starts = np.flatnonzero(np.diff(tick.pairs.reader[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    kept = np.sort(order[(place < n_candidates) & has_read[tick.pairs.reader[order]]])
    pairs = Candidates(tick.pairs.reader[kept], tick.pairs.article[kept], tick.pairs.source[kept])
    extra = {name: values[kept] for name, values in tick.extra.items()}
    return replace(tick, pairs=pairs, grade=tick.grade[kept], extra=extra)


def _plan(book: Ledger, params: Params, window: timedelta) -> Plan:
    if not len(book.read_known):
        return Plan((), (), window)
    first = _EPOCH + TICK * int(book.read_known.min())
    last = floor_to(book.as_of - window, HOUR)
    n_held_out, usual = params.evaluation.n_ticks, HOUR * params.evaluation.tick_hours
    evaluation = _back_from(last, n_held_out, min(usual, _share(last - first, 2 * n_held_out)))
    before = floor_to(evaluation[0] - window, HOUR)
    distance = HOUR * params.ranker.tick_hours
    if window > distance:
        distance = window + HOUR  # each read is the answer to one tick only
    distance = min(distance, _share(before - first, _FEW_TICKS))
    training = _back_from(before, params.ranker.n_ticks, distance)
    return Plan(
        tuple(tick for tick in training if tick > first), tuple(tick for tick in evaluation if tick > first), window
    )


def _share(span: timedelta, n: int) -> timedelta:
    """Whole hours, at least one, of which `n` fit into a short span."""
    return max(HOUR, span / n // HOUR * HOUR)


def _back_from(last: datetime, n: int, distance: timedelta) -> list[datetime]:
    return [last - distance * back for back in range(n)][::-1]


def _typical_readers(book: Ledger, made: Plan) -> float:
    counts = []
    for tick in made.training:
        start = microseconds(tick)
        end = start + int(made.window / timedelta(microseconds=1))
        counts.append(len(np.unique(book.read_reader[(book.read_time > start) & (book.read_time <= end)])))
    return float(np.median(counts)) if counts else 0.0


def _usual_dwell(book: Ledger, known: Ints) -> float:
    dwell = book.read_dwell[known]
    measured = dwell[np.isfinite(dwell)]
    return float(np.median(measured)) if len(measured) else np.inf


def _grades(at: Moment, pairs: Candidates, read_next: Answers) -> Ints:
    width = max(len(at.ledger.article_ids), 1)
    wanted = at.readers[pairs.reader] * width + at.live[pairs.article]
    have = read_next.reader * width + read_next.article  # ascending
    place = np.searchsorted(have, wanted)
    found = np.append(have, -1)[place] == wanted
    return np.where(found, np.append(read_next.grade, 0)[place], 0)
