"""Checks of a run's lists before they may be served."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.quality.declare import Boundary, Part
from frontpage.quality.engine import CheckTarget, Engine, Validation, open_engine
from frontpage.quality.inputs import session_variables
from frontpage.quality.list_rules import editorial_checks, measured, rule_checks
from frontpage.quality.lists import lists
from frontpage.quality.outcome import Outcome
from frontpage.quality.suites import PARTS, of
from frontpage.store.connect import Connection
from frontpage.store.lists import run_lists
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query
from models.editorial.editorial import NOTHING, Editorial
from models.reranking.rerank import rules_of

_IDENTITY = ("scope", "owner", c.RANK, c.ARTICLE_ID)


#: Content vectors of some articles [article, dimension], as known at a moment; without a column where there are none.
VectorsOf = Callable[[pd.DataFrame], NDArray[np.float32]]


def check_lists(
    connection: Connection,
    database_url: str,
    params: Params,
    run: tuple[int, datetime],
    vectors_of: VectorsOf,
    editorial: Editorial = NOTHING,
) -> list[Validation]:
    """One validation per part of the lists of `run` (its id and as_of), whose table need not be attached yet.

    The last part holds every list, whoever made it, to the list rules that are switched on, and to what editors say.
    """
    run_id, as_of = run
    checks = lists(params.quality)
    with open_engine(database_url, as_of, session_variables(params)) as engine:
        by_query = [
            engine.validate(target(connection, run_id, part, editorial.moved), of(checks, Boundary.LISTS, part))
            for part in track(PARTS[Boundary.LISTS], "checks")
        ]
        return [*by_query, check_rules(engine, connection, params, run, vectors_of, editorial)]


def check_rules(
    engine: Engine,
    connection: Connection,
    params: Params,
    run: tuple[int, datetime],
    vectors_of: VectorsOf,
    editorial: Editorial = NOTHING,
) -> Validation:
    """What the list rules find in a run's lists and fallback lists; skipped where there is no list."""
    run_id, as_of = run
    rules = rules_of(params)
    checks = (*editorial_checks(editorial), *rule_checks(rules, params.quality))
    made, articles = run_lists.lists_of(connection, run_id), run_lists.articles_of(connection, run_id, as_of)
    compares = any(rule.compares_texts for rule in rules)
    vectors = vectors_of(articles) if compares else np.zeros((len(articles), 0), dtype=np.float32)
    frame = measured(made, articles, vectors, rules, as_of, editorial)
    found = CheckTarget(f"{Boundary.LISTS}.{Part.RULES}", identified_by=(run_lists.SCOPE, run_lists.OWNER), frame=frame)
    if frame.empty:
        return Validation(found, tuple(Outcome(check, "skipped") for check in checks))
    return engine.validate(found, checks)


def target(connection: Connection, run_id: int, part: Part, moved: Collection[str] = ()) -> CheckTarget:
    """What one part of a run's lists is read from. moved: articles that may stand against the order of scores."""
    # In hexadecimal: what else stands in an id would mean something to those who pass the statement on.
    ids = json.dumps(sorted(moved)).encode().hex()
    names = {"table": sql.Identifier(table_of(run_id)), "run_id": sql.Literal(run_id), "moved": sql.Literal(ids)}
    text = sql.SQL(query(f"quality/{Boundary.LISTS}_{part}")).format(**names).as_string(connection)
    return CheckTarget(f"{Boundary.LISTS}.{part}", text, _IDENTITY if part == Part.ROWS else ())
