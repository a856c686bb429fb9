"""Readers' lists as the database holds them, own ones or fallbacks, encoded for answering."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import asyncpg

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.store.read.lists import (
    ColdStartReader,
    CurrentRun,
    FallbackItem,
    fetch_cold_start_readers,
    fetch_fallbacks,
    fetch_lists,
)
from frontpage.store.read.notices import any_notices, fetch_notices
from serving.articles.cache import ArticleCache
from serving.lists.cache import CachedList
from serving.lists.encoding import fallback_pieces, notices_piece, place_pieces
from serving.lists.fallbacks import fallbacks
from serving.lists.just_read import JustRead

#: A fallback leaves out what its reader has read: what extracts brought in the last seconds may be missing.
FALLBACK_SECONDS = 5.0
#: How long a reader is told of a retraction.
NOTICE_TIME = timedelta(days=30)


@dataclass(frozen=True)
class PublishedRuns:
    """Runs that are served together, and the lists for readers without one, which are few and kept in memory.

    layers: a reader's list is the first that is found in them: a canary's, the variant's own, today's product.
    fallbacks: of the last one, which is everybody's.
    """

    layers: tuple[CurrentRun, ...]
    run: CurrentRun
    fallbacks: tuple[FallbackItem, ...]
    #: Whether anybody may be owed a correction.
    has_notices: bool = False

    @cached_property
    def run_ids(self) -> tuple[int, ...]:
        """Ids of the layers, in their order."""
        return tuple(run.run_id for run in self.layers)

    @cached_property
    def fallback_ids(self) -> tuple[str, ...]:
        """The articles of the fallback lists, each once."""
        return tuple(dict.fromkeys(item.article_id for item in self.fallbacks))


class ListRepository:
    """Asks the database for lists. Every method raises UnavailableError where it does not answer."""

    def __init__(self, pool: Callable[[], asyncpg.Pool], articles: ArticleCache, just_read: JustRead) -> None:
        self._pool = pool
        self._articles = articles
        self._just_read = just_read

    async def published(self, layers: tuple[CurrentRun, ...], variant: str) -> PublishedRuns:
        """The runs with the fallback lists of the last; their articles are known from then on."""
        own = next(run for run in layers if run.variant == variant)
        pool = self._pool()
        fallbacks, owed = await fetch_fallbacks(pool, layers[-1].run_id), await any_notices(pool, self._since())
        published = PublishedRuns(layers, own, fallbacks, owed)
        await self._articles.load(published.fallback_ids)
        return published

    async def find(
        self, published: PublishedRuns, reader_keys: Collection[int], *, explain: bool
    ) -> dict[int, CachedList]:
        """A list for each reader: their own, else a fallback.

        An own list of which nothing is left that may be shown and was not just read counts as none.
        """
        own: dict[int, CachedList] = {}
        for run in published.layers:
            missing = [key for key in reader_keys if key not in own]
            if missing:
                own |= await self._own_lists(run, missing, published.run_ids, explain=explain)
        await self._articles.load([name for cached in own.values() for name in cached.article_ids])
        own = {key: cached for key, cached in own.items() if self.has_something(key, cached)}
        others = [key for key in reader_keys if key not in own]
        found = own | (await self._fallbacks(published, others, explain=explain) if others else {})
        return await self._with_notices(found) if published.has_notices else found

    def has_something(self, reader_key: int, cached: CachedList) -> bool:
        """Whether a list holds an article that may be shown and that the reader has not just read."""
        just_read = self._just_read.of(reader_key)
        return any(self._articles.is_shown(name) and name not in just_read for name in cached.article_ids)

    async def _with_notices(self, found: dict[int, CachedList]) -> dict[int, CachedList]:
        owed = await fetch_notices(self._pool(), list(found), self._since())
        return found | {key: replace(found[key], notices=notices_piece(rows)) for key, rows in owed.items()}

    @staticmethod
    def _since() -> datetime:
        return datetime.now(UTC) - NOTICE_TIME

    async def _own_lists(
        self, run: CurrentRun, reader_keys: Collection[int], layers: tuple[int, ...], *, explain: bool
    ) -> dict[int, CachedList]:
        found = await fetch_lists(self._pool(), run.run_id, reader_keys)
        return {
            key: CachedList(
                run,
                None,
                tuple([row[c.ARTICLE_ID] for row in rows]),
                place_pieces(rows, explain=explain),
                layers=layers,
                ranks=bytes([row[c.RANK] for row in rows]),
            )
            for key, rows in found.items()
        }

    async def _fallbacks(
        self, published: PublishedRuns, reader_keys: Collection[int], *, explain: bool
    ) -> dict[int, CachedList]:
        n_changes = self._articles.n_changes
        just_read = {key: self._just_read.of(key) for key in reader_keys}
        known = await fetch_cold_start_readers(self._pool(), reader_keys, published.fallback_ids)
        await self._articles.load(published.fallback_ids)
        found = {}
        for key, read in just_read.items():
            reader = known.get(key, ColdStartReader())
            if key in known and read:
                reader = replace(reader, already_read=reader.already_read.union(read))
            cached = self.fallback(published, reader, n_changes, explain=explain)
            found[key] = replace(cached, just_read=read) if read else cached
        return found

    def fallback(
        self, published: PublishedRuns, reader: ColdStartReader, n_changes: int = 0, *, explain: bool = False
    ) -> CachedList:
        """The list for a reader of whom this is known; its flag names where the first item is from.

        `n_changes` is the state of the articles that it was made from.
        """
        items = fallbacks(published.fallbacks, reader, self._articles.is_shown, LIST_LENGTH)
        names = tuple(item.article_id for item in items)
        scope = items[0].scope if items else None
        good_until = asyncio.get_running_loop().time() + FALLBACK_SECONDS
        return CachedList(
            published.layers[-1], scope, names, fallback_pieces(items, explain=explain), n_changes, good_until,
            published.run_ids,
        )  # fmt: skip
