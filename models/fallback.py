"""Lists by a rule alone, for everyone where no ranker is better; and the lists for whoever has none of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from core import columns as c
from core.lists import LIST_LENGTH, SCORE_DECIMALS, Reason
from core.params import HALF_LIVES_HOURS, Params
from features.entities import Entities, entities_of
from features.grouping import Floats, Ints
from features.ledger import GLOBAL, Ledger, position
from features.states import states_at
from models.lists import list_table, reasons_json
from models.moment import Moment
from models.popularity import first_unseen, popular_order

GLOBAL_SOURCE = "popular"
_SOURCES = {c.REGION: "regional", c.CATEGORY: "category"}
#: What one read still counts when it is as old as the half-life.
_ONE_READ = 0.5


@dataclass(frozen=True, slots=True)
class ByRule:
    """Decayed counts with one half-life, ready for one moment. `entities` has the live articles' rows."""

    moment: Moment
    entities: Entities
    half_life_hours: float

    def lists(self, reader_rows: Ints) -> pa.Table:
        """Ten of the most read articles for each reader, without what that reader has read."""
        score = self._score()
        picks = first_unseen(self.moment, reader_rows, popular_order(self.moment, score))
        used, at = np.unique(picks.article, return_inverse=True)
        reasons = pa.array(self._reasons(used, score), pa.string()).take(pa.array(at))
        source = pa.repeat(GLOBAL_SOURCE, len(picks.reader))
        lists = list_table(self.moment, picks, score[picks.article], source, reasons)
        return lists.append_column(c.PROPENSITY, pa.repeat(1.0, len(lists)))

    def stand_ins(self) -> pd.DataFrame:
        """Ten articles for each stand-in [scope, scope_value, rank].

        Where a region or category has fewer than ten live articles with reads, the most read ones complete it.
        """
        frames = [self._stand_in(scope, value) for scope, value in self.moment.ledger.stand_ins]
        return pd.concat(frames, ignore_index=True)

    def _score(self, audience: int | None = None) -> Floats:
        at = HALF_LIVES_HOURS.index(self.half_life_hours)
        if audience is None:
            overall: Floats = self.entities.article_reads[:, at]
            return overall
        rows = np.arange(len(self.moment.live))
        return self.entities.reads_of_audience(rows, np.full(len(rows), audience), at)

    def _stand_in(self, scope: str, value: str) -> pd.DataFrame:
        """One list; articles outside the scope (below 0) come after all inside, by their overall popularity."""
        book, overall = self.moment.ledger, self._score()
        local = overall
        if scope == c.REGION:
            there = self._score(position(book.names.audiences, f"{c.REGION}={value}"))
            local = np.where(there > 0, there, -1.0)
        elif scope == c.CATEGORY:
            code = position(book.names.categories, value)
            local = np.where(book.category[self.moment.live] == code, overall, -1.0)
        inside, outside = popular_order(self.moment, local), popular_order(self.moment, overall)
        ten = np.concatenate([inside[local[inside] >= 0], outside[local[outside] < 0]])[:LIST_LENGTH]
        is_local = local[ten] >= 0
        here = self._reasons(ten, np.maximum(local, 0.0), f" in {value}" if value else "")
        scores = np.round(np.where(is_local, local[ten], overall[ten]), SCORE_DECIMALS) + 0.0
        reasons = np.where(is_local, here, self._reasons(ten, overall))
        return stand_in_frame(self.moment, (scope, value), ten, scores, (is_local, reasons))

    def _reasons(self, rows: Ints, score: Floats, where: str = "") -> NDArray[np.object_]:
        """Reasons of some live articles as JSON text: how much each is read of late, and whether it is new.

        A reason's contribution is the article's share of the most read one's reads; it is given where as much is left
        of them as of one read at the half-life.
        """
        most = max(float(score.max(initial=0.0)), 1e-9)
        ages = self.moment.age_hours()[rows]
        much_read = f"much read{where} in the last {_hours(self.half_life_hours)}"
        pairs = zip(score[rows], ages, strict=True)
        said = [_said(much_read, value / most if value >= _ONE_READ else 0.0, age) for value, age in pairs]
        return np.array([reasons_json(reasons) for reasons in said], dtype=object)


def by_rule(moment: Moment, params: Params, half_life_hours: float) -> ByRule:
    """The rule brought to a moment."""
    nobody = np.zeros(0, dtype=np.int64)
    states = states_at(moment.ledger, moment.as_of, params.data, articles=moment.live, readers=nobody)
    return ByRule(moment, entities_of(states), half_life_hours)


def stand_in_frame(
    moment: Moment,
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
            c.ARTICLE_ID: moment.ledger.article_ids.to_numpy()[moment.live[live_rows]],
            c.SCORE: scores,
            c.CANDIDATE_SOURCE: np.where(is_local, _SOURCES.get(scope[0], GLOBAL_SOURCE), GLOBAL_SOURCE),
            c.REASONS: reasons,
        }
    )


def in_scope(book: Ledger, scope: tuple[str, str], live: Ints) -> NDArray[np.bool_]:
    """Whether each article is of a stand-in's scope; a region's and everybody's list may hold any."""
    if scope == GLOBAL or scope[0] != c.CATEGORY:
        return np.ones(len(live), dtype=bool)
    return np.asarray(book.category[live] == position(book.names.categories, scope[1]))


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
