"""A run's lists and fallback lists as columns, and what was known of the articles in them."""

from datetime import datetime

import pandas as pd
import pyarrow as pa
from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.store.connect import Connection
from frontpage.store.copying.copy_out import copy_out, copy_out_table
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query

SCOPE, OWNER = "scope", "owner"
#: Scope of readers' own lists; those of fallback lists are `global`, `region`, `category`.
READER = "reader"
IS_PINNED = "is_pinned"
_LISTS = (SCOPE, OWNER, c.RANK, c.ARTICLE_ID, c.IS_WAIVED, c.MADE_US, IS_PINNED)
_ARTICLES = (c.ARTICLE_ID, c.PUBLISHER, c.CATEGORY, c.PUBLISHED_AT, c.RECORDED_AT)


def lists_of(connection: Connection, run_id: int) -> pa.Table:
    """scope, owner, article_id (dictionaries), rank, is_waived, made_us, is_pinned of every row, in no order.

    owner: a reader's key as text, or the value of a fallback list's scope. made_us: microseconds since 1970.
    """
    statement = _of_run("run_lists", run_id)
    return copy_out_table(connection, statement, {}, _LISTS, repeated=(SCOPE, OWNER, c.ARTICLE_ID))


def articles_of(connection: Connection, run_id: int, as_of: datetime) -> pd.DataFrame:
    """article_id, publisher, category, published_at, recorded_at as known at `as_of`, ordered by article_id."""
    return copy_out(connection, _of_run("run_articles", run_id), {"as_of": as_of}, _ARTICLES)


def _of_run(name: str, run_id: int) -> sql.Composed:
    names = {"table": sql.Identifier(table_of(run_id)), "run_id": sql.Literal(run_id)}
    return sql.SQL(query(f"lists/{name}")).format(**names)
