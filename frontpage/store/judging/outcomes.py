"""Outcomes of lists that were shown: joined with what their readers read next, and summed up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2 import sql

from frontpage.core.sections.judging import OutcomeParams
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query

#: Before the first run everything is new.
_BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Joined:
    """What one run joined. n_unplaced: reads of lists whose rows were dropped before: where they stood is not known."""

    n_lists: int
    n_mails: int
    n_reads: int
    n_unplaced: int


def join(connection: Connection, as_of: datetime, params: OutcomeParams) -> Joined:
    """Join lists shown and reads recorded by `as_of` that were not joined yet, all or nothing.

    Nothing is counted twice: a list has one outcome and a read stands beside one list, however often this is called.
    What became known less than `late_hours` before the last call is looked at again. Call it under `locks.exclusive`.
    """
    values = {**params.model_dump(), "as_of": as_of, "since": _since(connection, as_of, params)}
    with transaction(connection):
        n_lists = execute(connection, query("outcomes/lists"), values)
        n_mails = execute(connection, query("outcomes/mails"), values)
        execute(connection, query("outcomes/assign"), values)
        n_unplaced = _place(connection)
        n_reads = execute(connection, query("outcomes/reads"))
        execute(connection, query("outcomes/totals"), values)
        noted = {"as_of": as_of, "n_lists": n_lists + n_mails, "n_reads": n_reads}
        execute(connection, _NOTE, noted)
    return Joined(n_lists, n_mails, n_reads, n_unplaced)


def _since(connection: Connection, as_of: datetime, params: OutcomeParams) -> datetime:
    row = fetch_one(connection, "select max(as_of) as as_of from outcome_run where as_of <= %s", [as_of])
    last = (row or {})["as_of"]
    return _BEGINNING if last is None else last - timedelta(hours=params.late_hours)


def _place(connection: Connection) -> int:
    """Where reads stood in readers' own lists; the number of reads whose list is gone."""
    n_unplaced = 0
    for run in fetch_all(connection, query("outcomes/runs_to_open")):
        if not run["is_there"]:
            n_unplaced += run["n"]
            continue
        names = {"table": sql.Identifier(table_of(run["run_id"])), "run_id": sql.Literal(run["run_id"])}
        execute(connection, sql.SQL(query("outcomes/positions")).format(**names))
    return n_unplaced


def served(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """What lists were worth [variant, way of grouping, value], as outcomes/served.sql says."""
    return fetch_all(connection, query("outcomes/served"), {"since": since, "until": until})


def by_version(connection: Connection, since: datetime, until: datetime, min_lists: int) -> list[Mapping[str, Any]]:
    """Offline and online figures of each version with at least `min_lists` lists that were read, by name."""
    values = {"since": since, "until": until, "min_lists": min_lists}
    return [*fetch_all(connection, query("outcomes/versions"), values)]


_NOTE = """insert into outcome_run (as_of, n_lists, n_reads) values (%(as_of)s, %(n_lists)s, %(n_reads)s)
on conflict (as_of) do update set n_lists = outcome_run.n_lists + excluded.n_lists,
n_reads = outcome_run.n_reads + excluded.n_reads, ended_at = clock_timestamp()"""
