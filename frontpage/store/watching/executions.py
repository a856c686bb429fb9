"""Executions of verbs: begun, ended, listed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from frontpage.core.errors import NothingPublishedError
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.queries import query

#: Columns that hold JSON.
_JSON = ("options", "inputs", "outputs", "details")


def write(connection: Connection, row: Mapping[str, Any], params: Any, packages: Mapping[str, str]) -> None:
    """Begin an execution, or say more of it: a second row of the same id replaces what the first said.

    params and packages are kept once for each hash.
    """
    values = {**row, **{name: Json(row.get(name) or {}, dumps=_dumps) for name in _JSON}}
    with transaction(connection):
        execute(connection, query("executions/params"), {"hash": row["params_hash"], "params": Json(params)})
        packages_row = {"hash": row["packages_hash"], "packages": Json(dict(packages))}
        execute(connection, query("executions/packages"), packages_row)
        execute(connection, query("executions/write"), values)


def newest(
    connection: Connection, *, verb: str | None = None, since: datetime | None = None, limit: int = 30
) -> list[dict[str, Any]]:
    """Executions, the newest first."""
    return fetch_all(connection, query("executions/newest"), {"verb": verb, "since": since, "limit": limit})


def get(connection: Connection, name: str) -> dict[str, Any]:
    """One execution with its parameters and packages, by its id or the beginning of it.

    Raises NothingPublishedError where none, or more than one, begins so.
    """
    found = fetch_all(connection, query("executions/get"), {"name": f"{name.lower()}%"})
    if len(found) != 1:
        said = "more than one execution begins" if found else "there is no execution whose id begins"
        raise NothingPublishedError(f"{said} with {name!r}; `frontpage runs list` shows them")
    return found[0]


def edition(connection: Connection, execution_id: str) -> dict[str, Any] | None:
    """The lists that an execution made or helped to make, and what everything that made them took; None without any."""
    return fetch_one(connection, query("executions/edition"), {"execution_id": execution_id})


def n_late(connection: Connection, earlier: datetime, later: datetime) -> int:
    """Reads that had happened by the earlier moment and became known after it, up to the later one."""
    row = fetch_one(connection, query("executions/late"), {"earlier": earlier, "later": later})
    return int(row["n"]) if row else 0


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str)
