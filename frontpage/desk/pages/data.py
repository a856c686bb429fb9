"""Data: tables to take away as CSV, none of which names a reader."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from frontpage.core.errors import BadInputError
from frontpage.desk.visit import Anybody

router = APIRouter()
_MOST, _MOST_DAYS = 100_000, 3_650
#: Of `sql/desk/export_NAME.sql`.
TABLES = {
    "articles": "articles as rows of the canonical files, so that another installation can import them",
    "lists": "how many of the served lists hold each article, and how high",
    "days": "readers, reading time and reads by day, region, segment and variant",
    "executions": "what ran, when, how long, with how much memory",
}


@router.get("/data")
def overview(visit: Anybody) -> HTMLResponse:
    """What there is."""
    return visit.page("data.html", tables=TABLES)


@router.get("/data/{table}.csv")
def export(visit: Anybody, table: str, days: Annotated[float, Query(ge=0, le=_MOST_DAYS)] = 7) -> Response:
    """Rows of the last days, at most so many that a browser can take them."""
    if table not in TABLES:
        raise BadInputError(f"there is no table {table!r}; there are {', '.join(TABLES)}")
    rows = visit.rows(f"export_{table}", since=visit.now - timedelta(days=days), most=_MOST)
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in row.items()} for row in rows)
    headers = {"Content-Disposition": f"attachment; filename={table}.csv"}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _plain(value: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
