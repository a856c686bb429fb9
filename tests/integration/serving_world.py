"""A newsroom by hand: articles, readers and published lists, written with the store's own functions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from frontpage.core.identity.pseudonym import reader_key
from frontpage.core.settings import Settings
from frontpage.store.connect import Connection, execute
from frontpage.store.lists import runs
from frontpage.store.lists.runs import FALLBACK_COLUMNS, LIST_COLUMNS

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
REASONS = '[{"code": "much_read", "args": {"hours": 1}, "contribution": 0.5}]'
Fallbacks = dict[tuple[str, str], Sequence[str]]


class World:
    """One database; every article is called `Title of <id>`."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self.connection = connection
        self.settings = settings

    def key(self, reader_id: str) -> int:
        """The reader's pseudonym."""
        return reader_key(reader_id, self.settings.pseudonym_secret.get_secret_value())

    def articles(self, names: Sequence[str], status: str = "live", hours: float = 0) -> None:
        """A version of each article, recorded `hours` after TEN."""
        for name in names:
            execute(self.connection, _ARTICLE, {
                "name": name, "url": f"https://news.example/{name}", "title": f"Title of {name}", "status": status,
                "at": TEN + timedelta(hours=hours),
            })  # fmt: skip

    def copy(self, name: str, original: str) -> None:
        """An article that is marked as a copy of another."""
        self.articles([name])
        marked = "update article_version set duplicate_of = %s, duplicate_kind = 'url' where article_id = %s"
        execute(self.connection, marked, [original, name])

    def reader(self, reader_id: str, region: str | None = None, interests: Sequence[str] = ()) -> None:
        """A reader, with a version where anything is known of them."""
        key = self.key(reader_id)
        execute(self.connection, "insert into reader values (%s, %s, %s)", [key, reader_id.replace("\x00", "\\0"), TEN])
        if region or interests:
            execute(self.connection, _READER_VERSION, [key, TEN, TEN, region, list(interests)])

    def contact(self, reader_id: str, email: str | None, opt_in: bool = True) -> None:
        """The reader's address and whether they want the digest."""
        sql = "insert into reader_contact values (%s, %s, %s, %s)"
        execute(self.connection, sql, [self.key(reader_id), email, opt_in, TEN])

    def read(self, reader_id: str, article_id: str, region: str | None = None) -> None:
        """A read at TEN."""
        event_id = f"{reader_id}/{article_id}"
        execute(self.connection, _READ, [event_id, self.key(reader_id), article_id, TEN, TEN, region])

    def build(
        self,
        lists: dict[str, Sequence[str]],
        fallbacks: Fallbacks,
        as_of: datetime = TEN,
        variant: str = "champion",
        details: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A run that passed its gate: `lists` by reader id, `fallbacks` by (scope, value)."""
        run_id = runs.begin_run(self.connection, as_of, variant, "model-1", details=details)
        rows = [
            (self.key(reader_id), rank, name, 1 / rank, "popular", REASONS)
            for reader_id, names in lists.items()
            for rank, name in enumerate(names, 1)
        ]
        runs.write_lists(self.connection, run_id, pd.DataFrame(rows, columns=list(LIST_COLUMNS)))
        more = [
            (scope, value, rank, name, 1 / rank, "popular", REASONS)
            for (scope, value), names in fallbacks.items()
            for rank, name in enumerate(names, 1)
        ]
        runs.write_fallbacks(self.connection, run_id, pd.DataFrame(more, columns=list(FALLBACK_COLUMNS)))
        runs.finish_run(self.connection, run_id)
        runs.set_state(self.connection, run_id, "passed")
        return runs.newest_attempt(self.connection, as_of, variant, "passed")

    def later(self, hours: float = 1) -> datetime:
        """So many hours after TEN."""
        return TEN + timedelta(hours=hours)

    def publish(
        self,
        lists: dict[str, Sequence[str]],
        fallbacks: Fallbacks,
        as_of: datetime = TEN,
        variant: str = "champion",
        details: dict[str, Any] | None = None,
    ) -> int:
        """Build and make current; the run's id."""
        return runs.publish(self.connection, self.build(lists, fallbacks, as_of, variant, details)).run_id


_ARTICLE = """insert into article_version
(article_id, recorded_at, url, canonical_url, title, category, publisher, published_at, first_seen_at, content_hash,
 status, source, extract_id)
values (%(name)s, %(at)s, %(url)s, %(url)s, %(title)s, 'science', 'The Example', %(at)s, %(at)s, %(name)s,
 %(status)s, 'test', 0)"""
_READER_VERSION = """insert into reader_version
(reader_key, recorded_at, signed_up_at, region, interests, source, extract_id)
values (%s, %s, %s, %s, %s, 'test', 0)"""
_READ = """insert into read_event
(event_id, reader_key, article_id, kind, occurred_at, recorded_at, region, source, extract_id)
values (%s, %s, %s, 'read', %s, %s, %s, 'test', 0)"""
