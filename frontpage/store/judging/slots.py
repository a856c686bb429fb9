"""Places that were given by lot, as they were shown."""

from datetime import datetime

import pandas as pd
from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.store.connect import Connection, fetch_all
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query

COLUMNS = (c.READER_KEY, "maker_run", "made_at", c.ARTICLE_ID, c.PROPENSITY, "above", "reward")


def slots(connection: Connection, since: datetime, until: datetime, variant: str, most_runs: int) -> pd.DataFrame:
    """Of the newest runs shown in a period [reader, list made]: COLUMNS, as experiments/slots.sql says.

    A list that was kept by later runs is one slot, read if it was read at any time.
    """
    values = {"since": since, "until": until, "variant": variant, "most": most_runs}
    found = [
        pd.DataFrame(_of_run(connection, row[c.RUN_ID], values), columns=[*COLUMNS])
        for row in fetch_all(connection, query("experiments/slots_runs"), values)
    ]
    if not found:
        return pd.DataFrame(columns=[*COLUMNS])
    rows = pd.concat(found).sort_values("reward", ascending=False, kind="stable")
    return rows.drop_duplicates([c.READER_KEY, "maker_run"]).sort_values(["made_at", c.READER_KEY], ignore_index=True)


def _of_run(connection: Connection, run_id: int, values: dict[str, object]) -> list[dict[str, object]]:
    names = {"table": sql.Identifier(table_of(run_id)), "run_id": sql.Literal(run_id)}
    return fetch_all(connection, sql.SQL(query("experiments/slots")).format(**names), values)
