"""Forgetting a reader in the database, and gathering what is kept of one. Tables are found in the catalogue."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg2 import sql
from psycopg2.extras import Json

from frontpage.core.identity.pseudonym import Erased
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one
from frontpage.store.queries import query


def erased(connection: Connection) -> dict[bytes, Erased]:
    """What is known of each id that was forgotten, by its hash."""
    rows = fetch_all(connection, query("privacy/erased"))
    return {bytes(row["id_hash"]): Erased(row["generation"], row["erased_at"]) for row in rows}


def next_generation(connection: Connection, id_hash: bytes, erased_at: datetime) -> None:
    """Let who has an id be somebody new from now on."""
    execute(connection, query("privacy/generation_next"), {"id_hash": id_hash, "erased_at": erased_at})


def email_of(connection: Connection, reader_key: int) -> tuple[bool, str | None]:
    """Whether the reader is known, and their address, sealed."""
    row = fetch_one(connection, query("privacy/known"), {"reader_key": reader_key})
    return (False, None) if row is None else (True, row["email"])


def reader_tables(connection: Connection) -> list[str]:
    """Every table with a column `reader_key`, `reader` last."""
    return [row["name"] for row in fetch_all(connection, query("privacy/tables"))]


def delete_rows(connection: Connection, reader_key: int) -> dict[str, int]:
    """Delete a reader's rows of every table that has some; how many of which. Part of the caller's transaction."""
    deleted = {}
    for name in reader_tables(connection):
        if n := execute(connection, sql.SQL(f"delete from {name} where reader_key = %s"), [reader_key]):  # noqa: S608 - of the catalogue, quoted there
            deleted[name] = n
    return deleted


def delete_mentions(
    connection: Connection, reader_id: str, email: str | None, reporter: str, reader_key: int
) -> dict[str, int]:
    """Delete, or blot out, what names a reader otherwise; how many rows of which table."""
    rows: dict[str, int] = {}
    words = [reader_id] if email is None else [reader_id, email]
    given = {"reader_id": reader_id, "email": email, "pattern": pattern_of(words), "reporter": reporter}
    rows |= fetch_one(connection, query("privacy/mentions"), given) or {}
    rows |= fetch_one(connection, query("privacy/results"), {"pattern": pattern_of([*words, str(reader_key)])}) or {}
    return {name: n for name, n in rows.items() if n}


def pattern_of(words: list[str]) -> str:
    """A POSIX pattern for any of some words, as a whole; what is around it is kept in two groups."""
    return f"(^|[^A-Za-z0-9_])(?:{'|'.join(map(re.escape, words))})([^A-Za-z0-9_]|$)"


def everything_of(connection: Connection, reader_key: int, reader_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of a reader by table; tables without any are left out."""
    found = {}
    for name in reader_tables(connection):
        rows = fetch_all(connection, sql.SQL(f"select * from {name} where reader_key = %s"), [reader_key])  # noqa: S608 - of the catalogue, quoted there
        if rows:
            found[name] = rows
    waiting = fetch_all(connection, "select * from event_inbox where reader_id = %s", [reader_id])
    return found | ({"public.event_inbox": waiting} if waiting else {})


def keep_report(connection: Connection, subject: str, report: Mapping[str, Any], signature: str) -> None:
    """Keep the signed report of an erasure."""
    values = {"subject": subject, "report": Json(dict(report)), "signature": signature}
    names = ("erased_at", "actor", "reason")
    execute(connection, query("privacy/erasure_insert"), {**values, **{name: report[name] for name in names}})


def reports(connection: Connection, subject: str | None = None) -> list[dict[str, Any]]:
    """Reports of erasures, newest first; of one subject where it is given."""
    statement = """select * from erasure where %(subject)s::text is null or subject = %(subject)s
order by erasure_id desc"""
    return fetch_all(connection, statement, {"subject": subject})
