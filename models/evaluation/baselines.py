"""Baselines: single methods to compare with. Those by popularity are what the ranker has to beat.

All but the fading counts are yardsticks, as a method alone would have it; fading counts can be served, so they are made
by the list pipeline, list rules and all (`servable`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.features.grouping import Floats, Ints, rows_of
from frontpage.features.interactions import DAY_MICROSECONDS, InteractionDataset
from models.assembly import counted
from models.inputs import ScoringInputs
from models.pipeline import ListPipeline
from models.topk import TopK, first_unseen, popular_order
from models.variants import POPULARITY, variants_of

#: (view, reader rows) -> at most ten unread live articles for each reader, best first.
Policy = Callable[[ScoringInputs, Ints], TopK]

#: Articles drawn for each reader where there are many: enough to find ten that are unread and differ.
_DRAWS = 64


def last_day(now: ScoringInputs, reader_rows: Ints) -> TopK:
    """The most read in the last 24 hours."""
    at = now.context
    dataset = at.dataset
    recent = at.known[dataset.read_time[at.known] > at.now - DAY_MICROSECONDS]
    row = rows_of(dataset.read_article[recent], at.live, len(dataset.article_ids))
    return _first(now, reader_rows, _sums(dataset, recent, row, len(at.live)))


def latest(now: ScoringInputs, reader_rows: Ints) -> TopK:
    """The newest."""
    return _first(now, reader_rows, np.zeros(len(now.context.live)))


def als_alone(now: ScoringInputs, reader_rows: Ints) -> TopK:
    """The nearest by ALS factors; fewer than ten, or none, for a reader it knows too little of."""
    return now.nearest_by_factors(reader_rows, LIST_LENGTH)


def co_occurrence_alone(now: ScoringInputs, reader_rows: Ints) -> TopK:
    """The most read by those who read what the reader has read; none for a reader without reads."""
    return now.by_co_occurrence(reader_rows, LIST_LENGTH)


def at_random(seed: int) -> Policy:
    """Ten drawn evenly among the unread live articles, by seed, moment and reader."""

    def lists(now: ScoringInputs, reader_rows: Ints) -> TopK:
        at, n_live = now.context, len(now.context.live)
        random = np.random.default_rng([seed, at.now])
        if n_live <= _DRAWS * 8:
            drawn = np.argsort(random.random((len(reader_rows), n_live)), axis=1)
        else:
            drawn = random.integers(0, n_live, (len(reader_rows), _DRAWS))
        kept = _is_first(drawn) & ~at.is_seen(reader_rows[:, None], drawn)
        rank = np.cumsum(kept, axis=1, dtype=np.int64)
        row, place = np.nonzero(kept & (rank <= LIST_LENGTH))
        return TopK(reader_rows[row], rank[row, place], drawn[row, place])

    return lists


def _is_first(drawn: Ints) -> NDArray[np.bool_]:
    """Whether each entry is the first of its value in its row."""
    order = np.argsort(drawn, axis=1, kind="stable")
    ascending = np.take_along_axis(drawn, order, axis=1)
    first = np.ones(drawn.shape, dtype=bool)
    first[:, 1:] = ascending[:, 1:] != ascending[:, :-1]
    result = np.empty_like(first)
    np.put_along_axis(result, order, first, axis=1)
    return result


def servable(params: Params) -> dict[str, ListPipeline]:
    """The pipeline of each count that can be served where no ranker is better, by name."""
    popularity = variants_of(params)[POPULARITY]
    return {name: counted(params, popularity, hours) for name, hours in HALF_LIFE_OF.items()}


def popularity_baselines(params: Params) -> dict[str, Policy]:
    """Every order by popularity or time that a newsroom could pick up, by name."""
    by_half_life = {name: pipeline.top_k for name, pipeline in servable(params).items()}
    return {**by_half_life, "clicks_24h": last_day, "latest": latest}


def baselines(params: Params, seed: int) -> dict[str, Policy]:
    """Every single method to compare with, by name: by popularity, ALS alone, co-occurrence alone, chance."""
    return {
        **popularity_baselines(params), "als": als_alone, "together": co_occurrence_alone, "random": at_random(seed),
    }  # fmt: skip


def count_name(half_life_hours: float) -> str:
    """Name of a fading count, e.g. `decayed_0.5h`."""
    return f"decayed_{half_life_hours:g}h"


#: Half-life of each fading count by its name.
HALF_LIFE_OF = {count_name(hours): hours for hours in HALF_LIVES_HOURS}
POPULARITY_NAMES = (*HALF_LIFE_OF, "clicks_24h", "latest")
BASELINE_NAMES = (*POPULARITY_NAMES, "als", "together", "random")


def _first(now: ScoringInputs, reader_rows: Ints, score: Floats) -> TopK:
    return first_unseen(now.context, reader_rows, popular_order(now.context, score), LIST_LENGTH)


def _sums(dataset: InteractionDataset, reads: Ints, row: Ints, n_live: int) -> Floats:
    kept = row >= 0
    return np.bincount(row[kept], weights=dataset.read_weight[reads][kept], minlength=n_live).astype(np.float64)
