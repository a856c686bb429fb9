"""Runs that are put together of two others, inside the database."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.store.connect import Connection, execute, transaction
from frontpage.store.copying.copy_arrow import copy_table
from frontpage.store.lists import runs
from frontpage.store.lists.archived import INTERLEAVES
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query


def build(
    connection: Connection, variant: str, teams: tuple[Mapping[str, Any], Mapping[str, Any]], rows: pa.Table
) -> int:
    """A checked run of `variant` at the later of the teams' moments; its id. Call it under `locks.exclusive`.

    rows: reader_key, rank, team (0 or 1), team_rank. The teams' runs have passed the gate, so this one has; rules on a
    list as a whole were waived for it.
    """
    first, second = teams
    as_of = max(first["as_of"], second["as_of"])
    details = {INTERLEAVES: [first[c.RUN_ID], second[c.RUN_ID]]}
    run_id = runs.begin_run(connection, as_of, variant, details=details)
    names = {
        "target": sql.Identifier(table_of(run_id)), "first": sql.Identifier(table_of(first[c.RUN_ID])),
        "second": sql.Identifier(table_of(second[c.RUN_ID])), "first_run": sql.Literal(first[c.RUN_ID]),
        "second_run": sql.Literal(second[c.RUN_ID]),
    }  # fmt: skip
    with transaction(connection):
        execute(connection, _MIXED)
        copy_table(connection, "mixed", rows)
        execute(connection, "analyze mixed")
        execute(connection, sql.SQL(query("experiments/mix_lists")).format(**names))
        execute(connection, query("experiments/mix_fallbacks"), {"run_id": run_id, "first_run": first[c.RUN_ID]})
    runs.finish_run(connection, run_id)
    runs.set_state(connection, run_id, "passed", gate={"passed": True, "says": "both runs it is made of passed"})
    return run_id


_MIXED = """create temp table mixed (reader_key bigint not null, rank smallint not null, team smallint not null,
team_rank smallint not null) on commit drop"""
