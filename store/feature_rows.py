"""State rows in schema `feast`: read what counts at a moment, write what changed.

A row counts from its `event_timestamp` until its entity's next row. The callers hold one transaction over all tables.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import pyarrow as pa
from psycopg2 import sql

from core import columns as c
from store.connect import Connection, connect, execute, fetch_all, fetch_one, query, transaction
from store.copy_arrow import copy_table
from store.history import copy_out_table

SCHEMA = "feast"
#: Between the members of a list that is given as text.
MEMBERS = "\x1f"
_READER_COLUMNS = (
    c.READER_KEY, c.REGION, c.DEVICE, c.REFERRER, c.LANGUAGE, c.LAST_READ_US, c.N_READS, c.MEDIAN_DWELL_SECONDS,
    c.DECAYED_READS, c.INTERESTS, c.CATEGORIES, c.CATEGORY_SHARES, c.PUBLISHERS, c.PUBLISHER_SHARES, c.RECENT_ARTICLES,
    c.RECENT_DWELL_SECONDS,
)  # fmt: skip


def lock(connection: Connection) -> None:
    """Wait until nobody else writes states; held until the transaction ends."""
    execute(connection, "select pg_advisory_xact_lock(7302, 1)")


@contextmanager
def applying(url: str) -> Iterator[None]:
    """Nobody else applies Feast's definitions to the database at `url` meanwhile: its first apply creates tables."""
    with connect(url, application="frontpage feast apply") as connection, transaction(connection):
        execute(connection, "select pg_advisory_xact_lock(7302, 2)")
        yield


def written_ticks(connection: Connection) -> set[datetime]:
    """The moments whose states are all there."""
    return {row[c.AS_OF] for row in fetch_all(connection, "select as_of from feast.state_tick")}


def next_tick(connection: Connection, as_of: datetime) -> datetime | None:
    """The first moment after `as_of` whose states are there."""
    row = fetch_one(connection, "select min(as_of) as as_of from feast.state_tick where as_of > %s", [as_of])
    return row[c.AS_OF] if row else None


def record_tick(connection: Connection, as_of: datetime, n_changed: int) -> None:
    """Write down that the states of `as_of` are there; a repeat that changes nothing leaves the row as it is."""
    execute(
        connection,
        "insert into feast.state_tick (as_of, n_changed) values (%s, %s) on conflict (as_of) "
        "do update set n_changed = state_tick.n_changed + excluded.n_changed where excluded.n_changed > 0",
        [as_of, n_changed],
    )


def fingerprints(connection: Connection, table: str, keys: Sequence[str], as_of: datetime) -> pa.Table:
    """Keys and fingerprint of the row of each entity that counts at `as_of`."""
    statement = sql.SQL(
        "select distinct on ({keys}) {keys}, fingerprint from {table} where event_timestamp <= %(as_of)s "
        "order by {newest}, event_timestamp desc"
    ).format(
        keys=_list(keys),
        table=sql.Identifier(SCHEMA, table),
        newest=sql.SQL(", ").join(sql.SQL("{} desc").format(sql.Identifier(key)) for key in keys),
    )
    return copy_out_table(connection, statement, {c.AS_OF: as_of}, [*keys, c.FINGERPRINT])


def reader_states_at(connection: Connection, as_of: datetime) -> pa.Table:
    """The state of every reader that counts at `as_of`, ordered by key; lists as text (see MEMBERS)."""
    return copy_out_table(connection, query("reader_states_at"), {"as_of": as_of}, _READER_COLUMNS)


def keys_at(connection: Connection, table: str, keys: Sequence[str], tick: datetime) -> pa.Table:
    """Keys of the rows written at exactly `tick`."""
    statement = sql.SQL("select {} from {} where event_timestamp = %(tick)s").format(
        _list(keys), sql.Identifier(SCHEMA, table)
    )
    return copy_out_table(connection, statement, {"tick": tick}, list(keys))


def insert(connection: Connection, table: str, rows: pa.Table) -> None:
    """Put rows in; none of their entities may have a row at their moment."""
    copy_table(connection, f"{SCHEMA}.{table}", rows)


def upsert(connection: Connection, table: str, keys: Sequence[str], rows: pa.Table) -> None:
    """Put rows in; where an entity has a row at that moment, it is replaced."""
    target = sql.Identifier(SCHEMA, table)
    execute(connection, sql.SQL("create temp table staged (like {}) on commit drop").format(target))
    copy_table(connection, "staged", rows)
    others = [name for name in rows.column_names if name not in keys]
    statement = sql.SQL(
        "insert into {table} ({columns}) select {columns} from staged "
        "on conflict ({keys}, event_timestamp) do update set {sets}"
    ).format(
        table=target,
        columns=_list(rows.column_names),
        keys=_list(keys),
        sets=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others),
    )
    execute(connection, statement)
    execute(connection, "drop table staged")


def repeat(
    connection: Connection, table: str, columns: Sequence[str], keys: Sequence[str], moments: tuple[datetime, datetime]
) -> None:
    """For entities with a row at the first moment and none at the second: what counted before the first, at the second.

    `columns` are the table's columns without event_timestamp. An entity that had no row before is left out.
    """
    statement = sql.SQL(
        "insert into {table} ({columns}, event_timestamp) select {previous}, %(second)s "
        "from {table} changed cross join lateral ("
        "  select * from {table} earlier where {same} and earlier.event_timestamp < %(first)s "
        "  order by earlier.event_timestamp desc limit 1) previous "
        "where changed.event_timestamp = %(first)s on conflict ({keys}, event_timestamp) do nothing"
    ).format(
        table=sql.Identifier(SCHEMA, table),
        columns=_list(columns),
        keys=_list(keys),
        previous=sql.SQL(", ").join(sql.Identifier("previous", name) for name in columns),
        same=sql.SQL(" and ").join(sql.SQL("earlier.{0} = changed.{0}").format(sql.Identifier(key)) for key in keys),
    )
    execute(connection, statement, {"first": moments[0], "second": moments[1]})


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
