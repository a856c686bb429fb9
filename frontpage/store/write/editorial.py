"""What editors decide through the API; each is one statement of the database's own, audited with it."""

import asyncpg

from frontpage.core import columns as c
from frontpage.store.queries import query
from frontpage.store.read.pool import fetch


async def set_retracted(
    pool: asyncpg.Pool, article_id: str, actor: str, reason: str, *, is_retracted: bool, with_near: bool
) -> list[str]:
    """Retract an article with its copies, or take that back; ids of those whose status changed.

    Raises UnavailableError where the database does not answer; saying it again does no harm.
    """
    rows = await fetch(pool, query("rules/retract_by_api"), article_id, is_retracted, actor, reason, with_near)
    return [row[c.ARTICLE_ID] for row in rows]
