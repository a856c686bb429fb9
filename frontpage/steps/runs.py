"""`frontpage runs`: list and show executions, and say what differs between two of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.executions.differences import differences, flat
from frontpage.lifecycle.executions.footprint import report
from frontpage.steps import tables
from frontpage.store.connect import Connection, connect
from frontpage.store.server import database_url
from frontpage.store.watching import executions

#: Whole sets, which `diff` compares and nobody reads.
_SETS = ("params", "packages")
_SHORT = 8


def run(settings: Settings, _params: Params, action: str, **options: Any) -> Summary:
    """Do `list`, `show` or `diff`; what was asked for is printed.

    Raises NothingPublishedError for an execution that is not there, BadInputError for two of different verbs.
    """
    with connect(database_url(settings), application="frontpage runs") as connection:
        return _ACTIONS[action](connection, **options)


def _list(connection: Connection, of_verb: str | None, since: datetime | None, limit: int, *, as_json: bool) -> Summary:
    rows = executions.newest(connection, verb=of_verb, since=since, limit=limit)
    if not as_json and tables.is_terminal():
        tables.print_table(_COLUMNS, map(_cells, rows))
    else:
        _print(rows if as_json else map(_line, rows))
    return Summary("runs list", rows_out=len(rows))


def _show(connection: Connection, name: str, *, as_json: bool) -> Summary:
    row = executions.get(connection, name)
    kept = {column: value for column, value in row.items() if column not in _SETS}
    kept |= report(row, executions.edition(connection, str(row["execution_id"])))
    _print([kept] if as_json else (f"{column:<20} {_said(value)}" for column, value in flat(kept).items()))
    return Summary("runs show", rows_out=1)


def _diff(connection: Connection, one: str, other: str, *, as_json: bool) -> Summary:
    rows = [executions.get(connection, name) for name in (one, other)]
    verbs = {row["verb"] for row in rows}
    if len(verbs) > 1:
        raise BadInputError(f"{one} and {other} are of different verbs ({', '.join(sorted(verbs))}); give two of one")
    moments = sorted(row["as_of"] for row in rows if row["as_of"])
    late = executions.n_late(connection, *moments) if len(moments) == len(rows) else 0
    lines = differences(rows[0], rows[1], n_late=late)
    _print([{"differences": lines}] if as_json else lines or ["nothing differs"])
    return Summary("runs diff", rows_in=len(rows), rows_out=len(lines))


_ACTIONS: dict[str, Callable[..., Summary]] = {"list": _list, "show": _show, "diff": _diff}


_COLUMNS = ("execution", "began", "verb", "as of", "by", "seconds", "exit", "artifact")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    seconds = "-" if row["seconds"] is None else f"{row['seconds']:.1f}"
    return (
        str(row["execution_id"])[:_SHORT], _said(row["started_at"]), row["verb"], _said(row["as_of"]),
        f"{row['trigger']}/{row['caller']}", seconds, _said(row["exit_code"]), _said(row["artifact"]),
    )  # fmt: skip


def _line(row: Mapping[str, Any]) -> str:
    """`1a2b3c4d 2026-03-01T10:00:02Z refresh as_of=... by=schedule seconds=12.1 exit=0 run:12`"""
    name, began, verb, as_of, by, seconds, ended, artifact = _cells(row)
    return f"{name} {began} {verb} as_of={as_of} by={by} seconds={seconds} exit={ended} {artifact}"


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return iso(value.replace(microsecond=0))
    return "-" if value is None or value == "" else str(value)


def _print(rows: Iterable[Any]) -> None:
    for row in rows:
        print(row if isinstance(row, str) else json.dumps(row, default=str))  # noqa: T201 - what was asked for
