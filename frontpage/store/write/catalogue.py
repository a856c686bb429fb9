"""Batches of articles and readers: taken in, and what became of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from frontpage.core.errors import UnavailableError
from frontpage.store.queries import query
from frontpage.store.read.pool import fetch

_ATTEMPTS = 2


class CatalogueBatch(NamedTuple):
    """One batch; the fields are the parameters of catalogue/append.sql in their order.

    payloads: rows as JSON. reader_keys: their pseudonyms, None for articles and where a row names nobody.
    """

    batch_id: str
    kind: str
    sender: str
    idempotency_key: str | None
    content_hash: str
    received_at: datetime
    article_ids: Sequence[str]
    payloads: Sequence[str]
    reader_keys: Sequence[int | None]


class Kept(NamedTuple):
    """The batch that is on disk: the one given, or the earlier one that it repeats."""

    batch_id: str
    content_hash: str
    n_rows: int
    is_repeated: bool


async def append_batch(pool: asyncpg.Pool, batch: CatalogueBatch) -> Kept:
    """Keep a batch, on disk once this returns.

    Raises UnavailableError where the database does not answer; sending it again does no harm.
    """
    for _ in range(_ATTEMPTS):
        rows = await fetch(pool, query("catalogue/append"), *batch)
        if rows:
            return Kept(**dict(rows[0]))
    raise UnavailableError("another request with this Idempotency-Key is being taken in; try again soon")


async def fetch_batch(pool: asyncpg.Pool, batch_id: str) -> asyncpg.Record | None:
    """What became of a batch; None for an unknown one. Raises UnavailableError where the database does not answer."""
    return next(iter(await fetch(pool, query("catalogue/status"), batch_id)), None)
