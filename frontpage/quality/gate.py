"""Checks of a run's lists before they may be served."""

from __future__ import annotations

from datetime import datetime

from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.quality.declare import Boundary, Part
from frontpage.quality.engine import CheckTarget, Validation, open_engine
from frontpage.quality.inputs import session_variables
from frontpage.quality.lists import lists
from frontpage.quality.suites import PARTS, of
from frontpage.store.connect import Connection
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query

_IDENTITY = ("scope", "owner", c.RANK, c.ARTICLE_ID)


def check_lists(
    connection: Connection, database_url: str, params: Params, run: tuple[int, datetime]
) -> list[Validation]:
    """One validation per part of the lists of `run` (its id and as_of), whose table need not be attached yet.

    `connection` only quotes names; the checks have one of their own.
    """
    run_id, as_of = run
    checks = lists(params.quality)
    with open_engine(database_url, as_of, session_variables(params)) as engine:
        return [
            engine.validate(target(connection, run_id, part), of(checks, Boundary.LISTS, part))
            for part in track(PARTS[Boundary.LISTS], "checks")
        ]


def target(connection: Connection, run_id: int, part: Part) -> CheckTarget:
    """What one part of a run's lists is read from."""
    names = {"table": sql.Identifier(table_of(run_id)), "run_id": sql.Literal(run_id)}
    text = sql.SQL(query(f"quality/{Boundary.LISTS}_{part}")).format(**names).as_string(connection)
    return CheckTarget(f"{Boundary.LISTS}.{part}", text, _IDENTITY if part == Part.ROWS else ())
