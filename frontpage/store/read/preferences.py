"""What readers asked of us, as serving reads it: in force now."""

from dataclasses import dataclass

import asyncpg

from frontpage.store.queries import query
from frontpage.store.read.pool import fetch


@dataclass(frozen=True, slots=True)
class Preferences:
    """A reader's wishes, each list in order; `digest` is None where nothing was asked."""

    hidden_articles: tuple[str, ...] = ()
    muted_publishers: tuple[str, ...] = ()
    muted_categories: tuple[str, ...] = ()
    digest: bool | None = None
    personalised: bool = True


async def fetch_preferences(pool: asyncpg.Pool, reader_key: int) -> Preferences:
    """All wishes of a reader; none for a reader nobody knows. Raises UnavailableError where the database is away."""
    rows = await fetch(pool, query("serve/preferences"), reader_key)
    values: dict[str, list[str]] = {}
    for row in rows:
        values.setdefault(row["kind"], []).append(row["value"])
    return Preferences(
        hidden_articles=tuple(values.get("hidden_article", ())),
        muted_publishers=tuple(values.get("muted_publisher", ())),
        muted_categories=tuple(values.get("muted_category", ())),
        digest=values["digest"] == ["on"] if "digest" in values else None,
        personalised="personalised" not in values,
    )
