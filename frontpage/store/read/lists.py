"""The published lists as serving reads them: rows of one run, and what is known of articles and readers."""

import functools
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

import asyncpg

from frontpage.core import columns as c
from frontpage.store.queries import query
from frontpage.store.read.pool import fetch


@dataclass(frozen=True, slots=True)
class CurrentRun:
    """The run that a variant's pointer names."""

    run_id: int
    as_of: datetime
    variant: str
    model_version: str | None
    snapshot_hash: str | None
    checksum: str | None
    n_readers: int | None
    n_rows: int | None
    generated_at: datetime
    published_at: datetime


@dataclass(frozen=True, slots=True)
class FallbackItem:
    """One row of a fallback list; `reasons` is the text of a JSON array."""

    scope: str
    scope_value: str
    rank: int
    article_id: str
    score: float
    candidate_source: str
    reasons: str


@dataclass(frozen=True, slots=True)
class ColdStartReader:
    """What is known of a reader who has no list of their own."""

    region: str | None = None
    interests: tuple[str, ...] = ()
    already_read: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()


async def fetch_current_run(pool: asyncpg.Pool, variant: str) -> CurrentRun | None:
    """The run being served, or None before the first publish."""
    rows = await fetch(pool, query("serve/current_run"), variant)
    return CurrentRun(**dict(rows[0])) if rows else None


def current_runs(rows: Sequence[asyncpg.Record]) -> tuple[CurrentRun, ...]:
    """The runs that rows of serve/current_runs hold, in their order."""
    return tuple(CurrentRun(**dict(row)) for row in rows)


async def fetch_lists(pool: asyncpg.Pool, run_id: int, reader_keys: Collection[int]) -> dict[int, list[asyncpg.Record]]:
    """Rows (reader_key, rank, article_id, score, reasons) of each reader who has a list in the run, best first."""
    rows = await fetch(pool, lists_query(run_id), run_id, reader_keys)
    return {key: list(own) for key, own in itertools.groupby(rows, itemgetter(0))}


async def fetch_fallbacks(pool: asyncpg.Pool, run_id: int) -> tuple[FallbackItem, ...]:
    """Every fallback list of the run, for readers without a list of their own."""
    return tuple(FallbackItem(**dict(row)) for row in await fetch(pool, query("serve/fallbacks"), run_id))


async def fetch_cold_start_readers(
    pool: asyncpg.Pool, reader_keys: Collection[int], article_ids: Collection[str]
) -> dict[int, ColdStartReader]:
    """What is known of readers; `already_read` and `unwanted` (hidden or muted) are confined to `article_ids`.

    Readers of whom nothing is known are left out.
    """
    rows = await fetch(pool, query("serve/cold_start_readers"), reader_keys, article_ids)
    return {
        row[c.READER_KEY]: ColdStartReader(
            row[c.REGION], tuple(row[c.INTERESTS]), frozenset(row["already_read"]), frozenset(row["unwanted"])
        )
        for row in rows
    }


async def fetch_articles(pool: asyncpg.Pool, article_ids: Collection[str]) -> list[asyncpg.Record]:
    """(article_id, title, url, publisher, category, published_at, is_live) of each article that is known."""
    return await fetch(pool, query("serve/articles"), article_ids)


@functools.lru_cache(maxsize=8)
def lists_query(run_id: int) -> str:
    """serve_lists over the partition of one run; the only thing put into its text is a whole number."""
    return query("serve/lists").replace("{table}", f"recommendation_{run_id:d}")
