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


#: What one reader may report on one day.
REPORTS_A_DAY = 10


async def report_misleading(
    pool: asyncpg.Pool, article_id: str, reporter: str, channel: str, said: str, evidence: str | None = None
) -> str:
    """Keep a report of an article: `taken`, `repeated`, `too many` (of one reporter on one day), or `unknown`.

    Raises UnavailableError where the database does not answer; saying it again does no harm.
    """
    rows = await fetch(pool, query("rules/report_by_api"), article_id, reporter, channel, said, evidence, REPORTS_A_DAY)
    return str(rows[0]["outcome"])
