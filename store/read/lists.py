"""The published lists as serving reads them: one statement, one run."""

import functools
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from core.errors import NothingPublishedError, UnavailableError
from store.read.pool import fetch

_SQL = Path(__file__).parent.parent / "sql"
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class ListItem:
    """One recommendation as stored; `reasons_json` is the text of a JSON array."""

    article_id: str
    rank: int
    score: float
    title: str
    url: str
    publisher: str | None
    category: str | None
    published_at: datetime | None
    reasons_json: str


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A reader's list, or the fallback that stands in for it (`fallback` says which), from exactly one run."""

    run_id: int
    model_version: str | None
    variant: str
    generated_at: datetime
    fallback: str | None
    items: tuple[ListItem, ...]


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


async def fetch_list(pool: asyncpg.Pool, variant: str, reader_key: int, limit: int) -> PublishedList:
    """What the published run of `variant` holds for a reader, best first, at most `limit` items.

    A reader without a list of their own gets their region's, then their interests', then everybody's, filled up in
    that order, without what they have read. Raises NothingPublishedError before the first publish and
    UnavailableError where the database does not answer.
    """
    for _ in range(_ATTEMPTS):
        rows = await fetch(pool, query("serve_recommendations"), reader_key, limit, variant)
        if not rows:
            raise NothingPublishedError(f"no list of {variant} has been published yet; run `frontpage refresh`")
        if not rows[0]["is_half_seen"]:
            return _published_list(rows)
    raise UnavailableError("the lists of the published run are not there; try again soon")


async def fetch_current_run(pool: asyncpg.Pool, variant: str) -> CurrentRun | None:
    """The run being served, or None before the first publish."""
    rows = await fetch(pool, query("serve_current_run"), variant)
    return CurrentRun(**dict(rows[0])) if rows else None


@functools.cache
def query(name: str) -> str:
    """The text of `store/sql/<name>.sql`."""
    return (_SQL / f"{name}.sql").read_text()


def _published_list(rows: list[asyncpg.Record]) -> PublishedList:
    first = rows[0]
    return PublishedList(
        run_id=first["run_id"],
        model_version=first["model_version"],
        variant=first["variant"],
        generated_at=first["generated_at"],
        fallback=first["fallback"],
        items=tuple(_item(row) for row in rows if row["article_id"] is not None),
    )


def _item(row: asyncpg.Record) -> ListItem:
    return ListItem(
        article_id=row["article_id"],
        rank=row["rank"],
        score=row["score"],
        title=row["title"],
        url=row["url"],
        publisher=row["publisher"],
        category=row["category"],
        published_at=row["published_at"],
        reasons_json=row["reasons"],
    )
