"""State rows in schema `feast`: read what counts at a moment, write what changed.

A row counts from its `event_timestamp` until its entity's next row. The callers hold one transaction over all tables.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.core.schema.fields import Field, Shape
from frontpage.store.connect import Connection, connect, execute, fetch_all, fetch_one, transaction
from frontpage.store.copying.column_types import arrow_schema, arrow_type
from frontpage.store.copying.copy_arrow import copy_table
from frontpage.store.copying.copy_out import PLACE, copy_out_table

SCHEMA = "feast"
#: Between the members of a list that is sent as text.
_MEMBERS = "\x1f"
#: Whether a row was written at the moment that is asked for (`t`), or earlier (`f`).
WRITTEN_THEN = "written_then"


def lock(connection: Connection) -> None:
    """Wait until nobody else writes states; held until the transaction ends."""
    execute(connection, "select pg_advisory_xact_lock(7302, 1)")


@contextmanager
def applying(url: str) -> Iterator[None]:
    """Nobody else applies Feast's definitions to the database at `url` meanwhile: its first apply creates tables."""
    with connect(url, application="frontpage feast apply") as connection, transaction(connection):
        execute(connection, "select pg_advisory_xact_lock(7302, 2)")
        yield


def written_cutoffs(connection: Connection) -> set[datetime]:
    """The moments whose states are all there."""
    return {row[c.AS_OF] for row in fetch_all(connection, "select as_of from feast.state_tick")}


def next_cutoff(connection: Connection, as_of: datetime) -> datetime | None:
    """The first moment after `as_of` whose states are there."""
    row = fetch_one(connection, "select min(as_of) as as_of from feast.state_tick where as_of > %s", [as_of])
    return row[c.AS_OF] if row else None


def record_cutoff(connection: Connection, as_of: datetime, n_changed: int) -> None:
    """Write down that the states of `as_of` are there; a repeat that changes nothing leaves the row as it is."""
    execute(
        connection,
        "insert into feast.state_tick (as_of, n_changed) values (%s, %s) on conflict (as_of) "
        "do update set n_changed = state_tick.n_changed + excluded.n_changed where excluded.n_changed > 0",
        [as_of, n_changed],
    )


def fingerprints(
    connection: Connection, table: str, keys: Sequence[str], as_of: datetime, among: range | None = None
) -> pa.Table:
    """Keys and fingerprint of the row of each entity that counts at `as_of`, and whether it was written then.

    among: only entities whose first key, a number, is one of these.
    """
    parameters: dict[str, Any] = {c.AS_OF: as_of}
    only: sql.Composable = sql.SQL("")
    if among is not None:
        only = sql.SQL("and {0} >= %(first)s and {0} < %(end)s ").format(sql.Identifier(keys[0]))
        parameters |= {"first": among.start, "end": among.stop}
    statement = sql.SQL(
        "select distinct on ({keys}) {keys}, fingerprint, event_timestamp = %(as_of)s as {written_then} "
        "from {table} where event_timestamp <= %(as_of)s {only}"
        "order by {newest}, event_timestamp desc"
    ).format(
        keys=_list(keys),
        table=sql.Identifier(SCHEMA, table),
        newest=sql.SQL(", ").join(sql.SQL("{} desc").format(sql.Identifier(key)) for key in keys),
        written_then=sql.Identifier(WRITTEN_THEN),
        only=only,
    )
    return copy_out_table(connection, statement, parameters, [*keys, c.FINGERPRINT, WRITTEN_THEN])


def states_at(
    connection: Connection, state: Shape, fields: Sequence[Field], keys: NDArray[np.int64], as_of: datetime
) -> pa.Table:
    """Some fields of the state rows that count at `as_of`, of these keys (of one column), ordered by it."""
    key = sql.Identifier(*state.keys)
    statement = sql.SQL(
        "select distinct on ({key}) {columns} from {table} "
        "where {key} = any(%(keys)s) and event_timestamp <= %(as_of)s order by {key}, event_timestamp desc"
    ).format(key=key, columns=sql.SQL(", ").join(map(_sent, fields)), table=sql.Identifier(*state.table.split(".")))
    names = [field.name for field in fields]
    sent = copy_out_table(connection, statement, {"keys": keys.tolist(), "as_of": as_of}, names)
    return pa.table([_received(sent[field.name], field) for field in fields], arrow_schema(fields))


def states_of(connection: Connection, state: Shape, fields: Sequence[Field], asked: pa.Table) -> pa.Table:
    """Some fields of the state row that counts for each of `asked` [keys, event_timestamp] at its own moment.

    In the order asked for; nulls where there is none by then.
    """
    table, keys = sql.Identifier(*state.table.split(".")), list(state.keys)
    empty = "create temp table asked on commit drop as select {}, event_timestamp, 0 as place from {} with no data"
    statement = sql.SQL(
        "select place, {columns} from asked left join lateral (select {names} from {table} as state "
        "where {same} and state.event_timestamp <= asked.event_timestamp "
        "order by state.event_timestamp desc limit 1) as found on true order by place"
    ).format(
        columns=sql.SQL(", ").join(map(_sent, fields)),
        names=_list([field.name for field in fields]),
        table=table,
        same=sql.SQL(" and ").join(sql.SQL("state.{0} = asked.{0}").format(sql.Identifier(key)) for key in keys),
    )
    with transaction(connection):
        execute(connection, sql.SQL(empty).format(_list(keys), table))
        copy_table(connection, "asked", asked.append_column(PLACE, pa.array(np.arange(len(asked)))))
        execute(connection, "analyze asked")
        # The place keeps a row of nothing but nulls from being an empty line, which is none.
        sent = copy_out_table(connection, statement, {}, [PLACE, *(field.name for field in fields)])
    return pa.table([_received(sent[field.name], field) for field in fields], arrow_schema(fields))


def _sent(field: Field) -> sql.Composed:
    """A column as COPY sends it: a list as text with `_MEMBERS` between its members, an empty one as null."""
    column = sql.Identifier(field.name)
    if not field.is_list:
        return sql.Composed([column])
    return sql.SQL("nullif(array_to_string({}, {}), '')").format(column, sql.Literal(_MEMBERS))


def _received(column: pa.ChunkedArray, field: Field) -> pa.ChunkedArray:
    return pc.cast(pc.split_pattern(column, _MEMBERS), arrow_type(field)) if field.is_list else column


def keys_between(
    connection: Connection, table: str, keys: Sequence[str], moments: tuple[datetime, datetime]
) -> pa.Table:
    """Keys of the entities with a row after the first moment, at the second or before it."""
    statement = sql.SQL(
        "select distinct {} from {} where event_timestamp > %(first)s and event_timestamp <= %(second)s"
    ).format(_list(keys), sql.Identifier(SCHEMA, table))
    return copy_out_table(connection, statement, {"first": moments[0], "second": moments[1]}, list(keys))


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
    connection: Connection, table: str, columns: Sequence[str], asked: pa.Table, moments: tuple[datetime, datetime]
) -> None:
    """What counts at the first moment, at the second, for those of `asked` (keys) that have no row in between.

    `columns` are the table's columns without event_timestamp. An entity that nothing counts for is left out.
    """
    keys = asked.column_names
    target = sql.Identifier(SCHEMA, table)
    execute(
        connection,
        sql.SQL("create temp table asked on commit drop as select {} from {} with no data").format(_list(keys), target),
    )
    copy_table(connection, "asked", asked)
    statement = sql.SQL(
        "insert into {table} ({columns}, event_timestamp) select {previous}, %(second)s "
        "from asked cross join lateral ("
        "  select * from {table} earlier where {earlier} and earlier.event_timestamp <= %(first)s "
        "  order by earlier.event_timestamp desc limit 1) previous "
        "where not exists (select from {table} later where {later} "
        "  and later.event_timestamp > %(first)s and later.event_timestamp <= %(second)s)"
    ).format(
        table=target,
        columns=_list(columns),
        previous=sql.SQL(", ").join(sql.Identifier("previous", name) for name in columns),
        earlier=_same("earlier", "asked", keys),
        later=_same("later", "asked", keys),
    )
    execute(connection, statement, {"first": moments[0], "second": moments[1]})
    execute(connection, "drop table asked")


def forget_cutoffs(connection: Connection, before: datetime) -> None:
    """From now on no moment before `before` counts as written: its rows may go (see `forget`)."""
    execute(connection, "delete from feast.state_tick where as_of < %s", [before])


def forget(connection: Connection, table: str, keys: Sequence[str], before: datetime) -> int:
    """Delete the rows that no moment from `before` on needs; how many.

    Of each entity the row that counts at `before` stays, wherever it is, unless it is the empty one.
    """
    statement = sql.SQL(
        "delete from {table} old where event_timestamp < %(before)s and ("
        "  exists (select from {table} newer where {newer} "
        "    and newer.event_timestamp > old.event_timestamp and newer.event_timestamp <= %(before)s)"
        # An empty row goes after those that it ended: killed in between, none of these counts again.
        "  or fingerprint = 0 and not exists (select from {table} older where {older} "
        "    and older.event_timestamp < old.event_timestamp))"
    ).format(table=sql.Identifier(SCHEMA, table), newer=_same("newer", "old", keys), older=_same("older", "old", keys))
    return execute(connection, statement, {"before": before})


def _same(one: str, other: str, keys: Sequence[str]) -> sql.Composed:
    """The condition that two rows are of one entity."""
    equal = (sql.SQL("{} = {}").format(sql.Identifier(one, key), sql.Identifier(other, key)) for key in keys)
    return sql.SQL(" and ").join(equal)


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
