"""The log of lists that were answered: the one thing that reading writes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from frontpage.store.read.pool import away_is_unavailable

_WRITE_SECONDS = 5.0
#: Written by each worker on one connection, which does not wait for the disk: a crash may cost the last moment's rows.
LOG_SESSION: Final[Mapping[str, str]] = {
    "application_name": "frontpage-served",
    "synchronous_commit": "off",
    "statement_timeout": "5000",
    "timezone": "UTC",
}


class ServedList(NamedTuple):
    """A row of `served_list`.

    ranks: as `frontpage.core.lists.rank_bits` of the reader's own list. article_ids: of any other list, in order.
    """

    served_at: datetime
    request_id: str
    reader_key: int
    run_id: int
    variant: str
    surface: str | None
    fallback: str | None
    not_modified: bool
    n_items: int
    ranks: int | None
    article_ids: list[str] | None


async def write_served(pool: asyncpg.Pool, rows: Sequence[ServedList]) -> None:
    """COPY the rows into `served_list`, all or none. Raises UnavailableError where the database does not answer."""
    with away_is_unavailable():
        async with asyncio.timeout(_WRITE_SECONDS), pool.acquire() as connection:
            await connection.copy_records_to_table("served_list", records=rows, columns=ServedList._fields)
