"""What readers read, as serving shows it beside the lists: popular and similar articles."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class NewArticle:
    """A live article that came lately."""

    article_id: str
    title: str
    url: str
    publisher: str | None
    category: str | None
    published_at: datetime | None


async def fetch_newest(pool: asyncpg.Pool, language: str | None, until: datetime, most: int) -> tuple[NewArticle, ...]:
    """At most `most` articles known at a moment, newest first; of a language, or of any."""
    rows = await fetch(pool, query("serve/newest_of_language"), language, until, most)
    return tuple(NewArticle(**dict(row)) for row in rows)


async def fetch_languages(pool: asyncpg.Pool, article_ids: Sequence[str]) -> dict[str, str]:
    """The language of each of these articles of which that is known."""
    rows = await fetch(pool, query("serve/languages"), list(article_ids))
    return {row["article_id"]: row["language"] for row in rows}
