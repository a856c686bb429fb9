"""What readers ask of us, written down; listeners are told of each change (`store.read.changes.READER_CHANGED`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from frontpage.store.queries import query
from frontpage.store.read.pool import fetch


async def set_preferences(
    pool: asyncpg.Pool, reader_key: int, wishes: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Let exactly these values be in force for each kind named, recorded at `now`; other kinds stay as they are.

    Raises UnavailableError where the database does not answer; saying it again does no harm.
    """
    pairs = [(kind, value) for kind, values in wishes.items() for value in values]
    kinds, values = [kind for kind, _ in pairs], [value for _, value in pairs]
    await fetch(pool, query("preferences/set"), reader_key, now, list(wishes), kinds, values)


async def set_interests(
    pool: asyncpg.Pool, reader_key: int, reader_id: str, interests: Sequence[str], now: datetime
) -> None:
    """A new version of the reader with these interests, where they are new; an unknown reader signs up with them.

    Raises UnavailableError where the database does not answer; saying it again does no harm.
    """
    await fetch(pool, query("preferences/interests_set"), reader_key, reader_id, list(interests), now)
