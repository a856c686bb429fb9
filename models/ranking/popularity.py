"""Lists by a rule alone, for everyone where no ranker is better; and the lists for whoever has none of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH, SCORE_DECIMALS, Reason
from frontpage.core.params import HALF_LIVES_HOURS, Params
from frontpage.features.entities import Entities, entities_of
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import GLOBAL, InteractionDataset
from frontpage.features.names import position
from frontpage.features.states import states_at
from models.context import ScoringContext
from models.explaining.rows import list_table, reasons_json
from models.topk import first_unseen, popular_order

GLOBAL_SOURCE = "popular"
_SOURCES = {c.REGION: "regional", c.CATEGORY: "category"}
#: What one read still counts when it is as old as the half-life.
_ONE_READ = 0.5


@dataclass(frozen=True, slots=True)
class PopularityRanking:
    """Decayed counts with one half-life, ready for one moment. `entities` has the live articles' rows."""

    context: ScoringContext
    entities: Entities
    half_life_hours: float

    def lists(self, reader_rows: Ints) -> pa.Table:
        """Ten of the most read articles for each reader, without what that reader has read."""
        score = self._score()
        top_k = first_unseen(self.context, reader_rows, popular_order(self.context, score))
        used, at = np.unique(top_k.article, return_inverse=True)
        reasons = pa.array(self._reasons(used, score), pa.string()).take(pa.array(at))
        source = pa.repeat(GLOBAL_SOURCE, len(top_k.reader))
        lists = list_table(self.context, top_k, score[top_k.article], source, reasons)
        return lists.append_column(c.PROPENSITY, pa.repeat(1.0, len(lists)))

    def fallbacks(self) -> pd.DataFrame:
        """Ten articles for each fallback [scope, scope_value, rank].

        Where a region or category has fewer than ten live articles with reads, the most read ones complete it.
        """
        frames = [self._fallback(scope, value) for scope, value in self.context.dataset.fallbacks]
        return pd.concat(frames, ignore_index=True)

    def _score(self, audience: int | None = None) -> Floats:
        at = HALF_LIVES_HOURS.index(self.half_life_hours)
        if audience is None:
            overall: Floats = self.entities.article_reads[:, at]
            return overall
        rows = np.arange(len(self.context.live))
        return self.entities.reads_of_audience(rows, np.full(len(rows), audience), at)

    def _fallback(self, scope: str, value: str) -> pd.DataFrame:
        """One list; articles outside the scope (below 0) come after all inside, by their overall popularity."""
        dataset, overall = self.context.dataset, self._score()
        local = overall
        if scope == c.REGION:
            there = self._score(position(dataset.names.audiences, f"{c.REGION}={value}"))
            local = np.where(there > 0, there, -1.0)
        elif scope == c.CATEGORY:
            code = position(dataset.names.categories, value)
            local = np.where(dataset.category[self.context.live] == code, overall, -1.0)
        inside, outside = popular_order(self.context, local), popular_order(self.context, overall)
        ten = np.concatenate([inside[local[inside] >= 0], outside[local[outside] < 0]])[:LIST_LENGTH]
        is_local = local[ten] >= 0
        here = self._reasons(ten, np.maximum(local, 0.0), f" in {value}" if value else "")
        scores = np.round(np.where(is_local, local[ten], overall[ten]), SCORE_DECIMALS) + 0.0
        reasons = np.where(is_local, here, self._reasons(ten, overall))
        return fallback_frame(self.context, (scope, value), ten, scores, (is_local, reasons))

    def _reasons(self, rows: Ints, score: Floats, where: str = "") -> NDArray[np.object_]:
        """Reasons of some live articles as JSON text: how much each is read of late, and whether it is new.

        A reason's contribution is the article's share of the most read one's reads; it is given where as much is left
        of them as of one read at the half-life.
        """
        most = max(float(score.max(initial=0.0)), 1e-9)
        ages = self.context.age_hours()[rows]
        much_read = f"much read{where} in the last {_hours(self.half_life_hours)}"
        pairs = zip(score[rows], ages, strict=True)
        said = [_said(much_read, value / most if value >= _ONE_READ else 0.0, age) for value, age in pairs]
        return np.array([reasons_json(reasons) for reasons in said], dtype=object)


def popularity_ranking(context: ScoringContext, params: Params, half_life_hours: float) -> PopularityRanking:
    """The rule brought to a moment."""
    nobody = np.zeros(0, dtype=np.int64)
    states = states_at(context.dataset, context.as_of, params.data, articles=context.live, readers=nobody)
    return PopularityRanking(context, entities_of(states), half_life_hours)


def fallback_frame(
    context: ScoringContext,
    scope: tuple[str, str],
    live_rows: Ints,
    scores: Floats,
    local_and_reasons: tuple[NDArray[np.bool_], NDArray[np.object_]],
) -> pd.DataFrame:
    """Rows of one fallback list as they are written; what is not of its scope says it is popular."""
    is_local, reasons = local_and_reasons
    return pd.DataFrame(
        {
            "scope": scope[0],
            c.SCOPE_VALUE: scope[1],
            c.RANK: np.arange(1, len(live_rows) + 1, dtype=np.int16),
            c.ARTICLE_ID: context.dataset.article_ids.to_numpy()[context.live[live_rows]],
            c.SCORE: scores,
            c.CANDIDATE_SOURCE: np.where(is_local, _SOURCES.get(scope[0], GLOBAL_SOURCE), GLOBAL_SOURCE),
            c.REASONS: reasons,
        }
    )


def in_scope(dataset: InteractionDataset, scope: tuple[str, str], live: Ints) -> NDArray[np.bool_]:
    """Whether each article is of a fallback's scope; a region's and everybody's list may hold any."""
    if scope == GLOBAL or scope[0] != c.CATEGORY:
        return np.ones(len(live), dtype=bool)
    return np.asarray(dataset.category[live] == position(dataset.names.categories, scope[1]))


def _said(much_read: str, share: float, age_hours: float) -> list[Reason]:
    reasons = [Reason("popular", much_read, share)] if share > 0 else []
    if age_hours < 24:
        reasons.append(Reason("new", "new today", 0.0))
    return reasons or [Reason("recent", "one of the newest articles left for you", 0.0)]


def _hours(half_life_hours: float) -> str:
    if half_life_hours < 1:
        return f"{round(half_life_hours * 60)} minutes"
    hours = round(half_life_hours)
    return "hour" if hours <= 1 else f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
