"""The API keys that are in force."""

from dataclasses import dataclass

import asyncpg

from frontpage.core.errors import UnavailableError
from frontpage.store.queries import query
from frontpage.store.read.pool import close_pool, fetch, open_pool


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as stored; `requests_per_second` is None where the installation's setting holds."""

    name: str
    key_hash: bytes
    scopes: frozenset[str]
    requests_per_second: int | None


async def fetch_keys(pool: asyncpg.Pool) -> list[StoredKey]:
    """All keys that have not been revoked. Raises UnavailableError where the database does not answer."""
    rows = await fetch(pool, query("serve/keys"))
    return [
        StoredKey(row["name"], row["key_hash"], frozenset(row["scopes"]), row["requests_per_second"]) for row in rows
    ]


async def count_keys(url: str) -> int:
    """How many keys are in force; 0 where the database does not answer, for then nobody knows of any."""
    pool = await open_pool(url, connections=1)
    try:
        return len(await fetch_keys(pool))
    except UnavailableError:
        return 0
    finally:
        await close_pool(pool)
