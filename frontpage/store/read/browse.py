"""What readers read, as serving shows it beside the lists: popular and similar articles."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from frontpage.store.queries import query
from frontpage.store.read.lists import fetch_articles
from frontpage.store.read.pool import fetch


@dataclass(frozen=True, slots=True)
class PopularArticle:
    """A live article and how often it was read lately."""

    article_id: str
    n_reads: int
    title: str
    url: str
    publisher: str | None
    category: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """A live article, and whether readers of another read it too (`co_read`) or it is of its category."""

    article_id: str
    because: str
    n_readers: int
    title: str
    url: str
    publisher: str | None
    category: str | None
    published_at: datetime | None


async def fetch_popular(
    pool: asyncpg.Pool, after: datetime, until: datetime, place: tuple[str | None, str | None], most: int
) -> tuple[PopularArticle, ...]:
    """At most `most` articles read within the time, most reads first; `place` is (region, category), None for any."""
    rows = await fetch(pool, query("serve/popular"), after, until, *place, most)
    return tuple(PopularArticle(**dict(row)) for row in rows)


async def fetch_similar(
    pool: asyncpg.Pool, article_id: str, after: datetime, until: datetime, most: int
) -> tuple[SimilarArticle, ...] | None:
    """At most `most` articles for readers of this one, nearest first; None for an article that nobody knows."""
    rows = await fetch(pool, query("serve/similar"), article_id, after, until, most)
    if not rows and not await fetch_articles(pool, [article_id]):
        return None
    return tuple(SimilarArticle(**dict(row)) for row in rows)
