"""Checks of what came in: pulls, articles, reads and readers as known at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.quality.declare import Boundary, Part
from frontpage.quality.engine import CheckTarget, Engine, Validation, open_engine
from frontpage.quality.suites import INPUTS, PARTS, input_checks, of
from frontpage.store.queries import query

_IDENTITY = {
    (Boundary.ARTICLES, Part.ROWS): (c.ARTICLE_ID,),
    (Boundary.READS, Part.ROWS): (c.EVENT_ID,),
    (Boundary.READERS, Part.ROWS): (c.READER_KEY,),
}


def check_inputs(database_url: str, params: Params, as_of: datetime) -> list[Validation]:
    """One validation per part of each boundary, in the order of the reference page."""
    parts = [(boundary, part) for boundary in INPUTS for part in PARTS[boundary]]
    with open_engine(database_url, as_of, session_variables(params)) as engine:
        return [check_part(engine, boundary, part, params) for boundary, part in track(parts, "checks")]


def session_variables(params: Params) -> dict[str, Any]:
    """What the queries of frontpage/store/sql/quality read with current_setting, besides as_of."""
    return {
        "window_days": params.quality.window_days,
        "max_rows": params.quality.max_rows,
        "max_age_days": params.lists.max_age_days,
        "active_days": params.lists.active_days,
        "history_days": params.data.max_days,
    }


def check_part(engine: Engine, boundary: Boundary, part: Part, params: Params) -> Validation:
    """The expectations on one part of one boundary."""
    target = CheckTarget(f"{boundary}.{part}", query(f"quality/{boundary}_{part}"), _IDENTITY.get((boundary, part), ()))
    return engine.validate(target, of(input_checks(params.quality), boundary, part))
