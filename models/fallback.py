"""Lists by decayed popularity alone: for everyone before a model is trained, and for new and unknown readers always."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core import columns as c
from core.lists import LIST_LENGTH, SCORE_DECIMALS, Reason
from core.params import Params
from models.ledger import Floats, Ints
from models.lists import list_frame, reasons_json
from models.moment import Moment
from models.popularity import decayed_reads, first_unseen, popular_order

GLOBAL_SOURCE = "popular"
_LOCAL_SOURCES = {c.REGION: "regional", c.CATEGORY: "category"}


def popularity_lists(moment: Moment, params: Params, reader_rows: Ints) -> pd.DataFrame:
    """Ten of the most read articles for each reader, without what that reader has read."""
    score = decayed_reads(moment, params.popularity_half_life_hours)
    picks = first_unseen(moment, reader_rows, popular_order(moment, score))
    used, at = np.unique(picks.article, return_inverse=True)
    reasons = popularity_reasons(moment, used, score, params.popularity_half_life_hours)
    return list_frame(moment, picks, score[picks.article], GLOBAL_SOURCE, reasons[at])


def popularity_reasons(
    moment: Moment, rows: Ints, score: Floats, half_life_hours: float, where: str = ""
) -> NDArray[np.object_]:
    """Reasons of the given live articles as JSON text: how much each is read of late, and whether it is new.

    `score` holds the decayed reads of every live article; a reason's contribution is the share of the most read one.
    """
    most = max(float(score.max(initial=0.0)), 1e-9)
    ages = moment.age_hours()[rows]
    much_read = f"much read{where} in the last {_hours(half_life_hours)}"
    return np.array(
        [reasons_json(_reasons(much_read, value / most, age)) for value, age in zip(score[rows], ages, strict=True)],
        dtype=object,
    )


def fallback_lists(moment: Moment, params: Params) -> pd.DataFrame:
    """Ten articles globally, for each region and for each category [scope, scope_value, rank].

    Where a region or category has fewer than ten live articles with reads, the most read ones overall complete it.
    """
    overall = decayed_reads(moment, params.popularity_half_life_hours)
    frames = [_fallback(moment, params, overall, overall, ("global", ""))]
    for scope, value, score in _local_scores(moment, params, overall):
        frames.append(_fallback(moment, params, overall, score, (scope, value)))
    return pd.concat(frames, ignore_index=True)


def _local_scores(moment: Moment, params: Params, overall: Floats) -> Iterator[tuple[str, str, Floats]]:
    ledger = moment.ledger
    for code, region in enumerate(ledger.regions):
        local = decayed_reads(moment, params.popularity_half_life_hours, code)
        yield c.REGION, str(region), np.where(local > 0, local, -1.0)
    for code, category in enumerate(ledger.categories):
        yield c.CATEGORY, str(category), np.where(ledger.category[moment.live] == code, overall, -1.0)


def _fallback(moment: Moment, params: Params, overall: Floats, score: Floats, scope: tuple[str, str]) -> pd.DataFrame:
    """One list; articles outside the scope (score below 0) come after all inside, by their overall popularity."""
    inside, outside = popular_order(moment, score), popular_order(moment, overall)
    chosen = np.concatenate([inside[score[inside] >= 0], outside[score[outside] < 0]])[:LIST_LENGTH]
    is_local = score[chosen] >= 0
    where = f" in {scope[1]}" if scope[1] else ""
    half_life = params.popularity_half_life_hours
    local = popularity_reasons(moment, chosen, np.maximum(score, 0.0), half_life, where)
    source = _LOCAL_SOURCES.get(scope[0], GLOBAL_SOURCE)
    return pd.DataFrame(
        {
            "scope": scope[0],
            "scope_value": scope[1],
            c.RANK: np.arange(1, len(chosen) + 1, dtype=np.int16),
            c.ARTICLE_ID: moment.ledger.article_ids.to_numpy()[moment.live[chosen]],
            c.SCORE: np.round(np.where(is_local, score[chosen], overall[chosen]), SCORE_DECIMALS) + 0.0,
            c.CANDIDATE_SOURCE: np.where(is_local, source, GLOBAL_SOURCE),
            c.REASONS: np.where(is_local, local, popularity_reasons(moment, chosen, overall, half_life)),
        }
    )


def _reasons(much_read: str, share: float, age_hours: float) -> list[Reason]:
    reasons = [Reason("popular", much_read, share)] if share > 0 else []
    if age_hours < 24:
        reasons.append(Reason("new", "new today", 0.0))
    return reasons or [Reason("recent", "one of the newest articles left for you", 0.0)]


def _hours(half_life_hours: float) -> str:
    hours = round(half_life_hours)
    return "hour" if hours <= 1 else f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
