"""Corrections that readers are owed: what they were shown and was retracted since."""

import itertools
from collections.abc import Collection
from datetime import datetime
from operator import itemgetter

import asyncpg

from frontpage.store.queries import query
from frontpage.store.read.pool import fetch


async def any_notices(pool: asyncpg.Pool, since: datetime) -> bool:
    """Whether anybody may be owed a correction for a retraction since then."""
    return bool((await fetch(pool, query("serve/any_notices"), since))[0]["is_any"])


async def fetch_notices(
    pool: asyncpg.Pool, reader_keys: Collection[int], since: datetime
) -> dict[int, list[asyncpg.Record]]:
    """(reader_key, article_id, title, url, retracted_at) of each reader who is owed one, newest retraction first."""
    rows = await fetch(pool, query("serve/notices"), reader_keys, since)
    return {key: list(own) for key, own in itertools.groupby(rows, itemgetter(0))}
