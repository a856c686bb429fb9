"""Sources: how fresh each is, how much it brings, what goes wrong, and what its next rows would become."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from frontpage.desk.visit import Anybody, Operator

router = APIRouter()
_ROWS = 200


@router.get("/sources")
def overview(visit: Anybody) -> HTMLResponse:
    """Every source, the oldest answer first."""
    return visit.page("sources.html", found=visit.rows("sources", now=visit.now))


@router.get("/sources-check")
def check(visit: Operator) -> HTMLResponse:
    """What a first pull of each configured source would make of its first rows; nothing is written."""
    from frontpage.steps import sources

    report = sources.check(visit.settings, visit.desk.params, (), visit.now, _ROWS)
    return visit.page("sources_check.html", report=sources.as_json(report), most=_ROWS)
