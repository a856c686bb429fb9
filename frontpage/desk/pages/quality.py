"""Data quality: checks over time, and rows in quarantine with what is wrong with them."""

from collections import defaultdict

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from frontpage.desk.visit import Anybody, Operator

router = APIRouter()
_CHECKS, _ROWS = 24, 25


@router.get("/quality")
def overview(visit: Anybody) -> HTMLResponse:
    """Each boundary's newest check with those before it, and quarantine by reason."""
    by_boundary = defaultdict(list)
    for row in visit.rows("checks", most=_CHECKS):
        by_boundary[row["boundary"]].append(row)
    return visit.page("quality.html", boundaries=by_boundary, reasons=visit.rows("reasons"))


@router.get("/quarantine")
def browse(visit: Operator, reason: str = "", kind: str = "", before: int | None = None) -> HTMLResponse:
    """Rows in quarantine, with the row as it came: it may hold anything about a person."""
    rows = visit.rows("quarantined", reason=reason or None, kind=kind or None, before=before, most=_ROWS)
    more = rows[-1]["quarantine_id"] if len(rows) == _ROWS else None
    return visit.page(
        "quarantine.html", rows=rows, reason=reason, kind=kind, more=more, reasons=visit.rows("reasons"),
    )  # fmt: skip
