"""Ids that were forgotten, as serving reads them."""

import asyncpg

from frontpage.core.identity.pseudonym import Erased
from frontpage.store.queries import query
from frontpage.store.read.pool import fetch


async def fetch_erased(pool: asyncpg.Pool) -> dict[bytes, Erased]:
    """What is known of each id that was forgotten, by its hash."""
    rows = await fetch(pool, query("privacy/erased"))
    return {bytes(row["id_hash"]): Erased(row["generation"], row["erased_at"]) for row in rows}
