"""Run reports: each execution of a verb, what it was made of, what it took, and what differs from another."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from frontpage.desk.visit import Anybody, root_of
from frontpage.lifecycle.executions.differences import differences, flat
from frontpage.lifecycle.executions.footprint import report
from frontpage.lifecycle.openlineage.graph import graph_of
from frontpage.lifecycle.openlineage.page import svg
from frontpage.store.watching import executions, lineage

router = APIRouter()
_SHOWN = 60
#: Told by itself, or too long to read.
_APART = frozenset({"params", "packages", "execution_id", "verb"})


@router.get("/runs")
def overview(visit: Anybody, verb: str = "", failed: str = "") -> HTMLResponse:
    """The newest executions, of one verb or all."""
    found = executions.newest(visit.connection, verb=verb or None, limit=500 if failed else _SHOWN)
    if failed:
        found = [row for row in found if row["exit_code"] not in (0, 7)][:_SHOWN]
    return visit.page("runs.html", found=found, verb=verb, failed=failed)


@router.get("/lineage")
def editions(visit: Anybody, run: int | None = None) -> HTMLResponse:
    """One edition as a graph, from its sources to the published run; the newest unless another is asked for."""
    known = lineage.editions(visit.connection)
    chosen = run if run is not None or not known else known[0]["run_id"]
    rows = [] if chosen is None else lineage.edition(visit.connection, chosen)
    drawn = svg(graph_of(rows), f"{root_of(visit.request)}/runs/")
    return visit.page("lineage.html", known=known, chosen=chosen, rows=rows, drawn=drawn)


@router.get("/runs/{execution_id}")
def show(visit: Anybody, execution_id: str, against: str = "") -> HTMLResponse:
    """One execution, beside what is usual for its verb."""
    row = executions.get(visit.connection, execution_id)
    other = executions.get(visit.connection, against) if against else None
    facts = {name: value for name, value in row.items() if name not in _APART}
    return visit.page(
        "run.html",
        row=row,
        facts=flat(facts),
        footprint=report(row, executions.edition(visit.connection, str(row["execution_id"]))),
        usual=visit.row("usual_seconds", verb=row["verb"], execution_id=str(row["execution_id"])),
        earlier=visit.rows("earlier", verb=row["verb"], before=row["started_at"]),
        against=against,
        lines=differences(other, row, n_late=0) if other else [],
    )
