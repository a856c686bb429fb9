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

#: A fallback leaves out what its reader has read: reads of the last seconds may be missing.
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

    def __init__(self, pool: Callable[[], asyncpg.Pool], articles: ArticleCache) -> None:
        self._pool = pool
        self._articles = articles

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

        An own list of which no article may be shown any more counts as none.
        """
        own: dict[int, CachedList] = {}
        for run in published.layers:
            missing = [key for key in reader_keys if key not in own]
            if missing:
                own |= await self._own_lists(run, missing, published.run_ids, explain=explain)
        await self._articles.load([name for cached in own.values() for name in cached.article_ids])
        own = {key: cached for key, cached in own.items() if any(map(self._articles.is_shown, cached.article_ids))}
        others = [key for key in reader_keys if key not in own]
        found = own | (await self._fallbacks(published, others, explain=explain) if others else {})
        return await self._with_notices(found) if published.has_notices else found

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
            )
            for key, rows in found.items()
        }

    async def _fallbacks(
        self, published: PublishedRuns, reader_keys: Collection[int], *, explain: bool
    ) -> dict[int, CachedList]:
        n_changes = self._articles.n_changes
        known = await fetch_cold_start_readers(self._pool(), reader_keys, published.fallback_ids)
        await self._articles.load(published.fallback_ids)
        return {
            key: self.fallback(published, known.get(key, ColdStartReader()), n_changes, explain=explain)
            for key in reader_keys
        }

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
