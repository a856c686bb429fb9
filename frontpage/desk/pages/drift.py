"""Drift: what has moved, what was done about it, and the series behind it."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from frontpage.desk.visit import Anybody, Visit
from frontpage.store.watching import drift

router = APIRouter()
_DAYS, _DEFAULT = 7, "reads.category"


@router.get("/drift")
def overview(visit: Anybody, series: str = _DEFAULT) -> HTMLResponse:
    """Findings and answers of a week, and one series."""
    since = visit.now - timedelta(days=_DAYS)
    return visit.page(
        "drift.html",
        findings=drift.findings(visit.connection, since, limit=60),
        answers=drift.answers(visit.connection, visit.now, limit=15),
        ages=drift.ages(visit.connection, visit.now),
        names=[row["series"] for row in visit.rows("series_names")],
        series=series,
        chart_data=_chart(visit, series),
        days=_DAYS,
    )


def _chart(visit: Visit, series: str) -> dict[str, Any]:
    rows = visit.rows("series", series=series, now=visit.now, days=_DAYS)
    hours = sorted({row["hour"] for row in rows})
    by_key: dict[str, dict[Any, float]] = defaultdict(dict)
    for row in rows:
        by_key[row["key"] or "(none)"][row["hour"]] = row["total"]
    lines = [{"label": key, "values": [seen.get(hour) for hour in hours]} for key, seen in by_key.items()]
    return {"title": f"{series}, hour by hour", "x": [hour.timestamp() for hour in hours], "series": lines}
