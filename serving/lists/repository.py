"""Readers' lists as the database holds them, own ones or fallbacks, encoded for answering."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import asyncpg

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.store.read.lists import (
    CurrentRun,
    FallbackItem,
    Stranger,
    fetch_fallbacks,
    fetch_lists,
    fetch_strangers,
)
from serving.articles.memory import Articles
from serving.lists.cache import KeptList
from serving.lists.encoding import place_pieces, stand_in_pieces
from serving.lists.fallbacks import fallbacks

#: A list that stands in leaves out what its reader has read: reads of the last seconds may be missing.
STAND_IN_SECONDS = 5.0


@dataclass(frozen=True)
class PublishedRun:
    """A published run with its lists for readers without one, which are few and kept in memory."""

    run: CurrentRun
    fallbacks: tuple[FallbackItem, ...]

    @cached_property
    def fallback_ids(self) -> tuple[str, ...]:
        """The articles that could stand in, each once."""
        return tuple(dict.fromkeys(item.article_id for item in self.fallbacks))


class ListRepository:
    """Asks the database for lists. Every method raises UnavailableError where it does not answer."""

    def __init__(self, pool: Callable[[], asyncpg.Pool], articles: Articles) -> None:
        self._pool = pool
        self._articles = articles

    async def edition(self, run: CurrentRun) -> PublishedRun:
        """The run with its fallback lists; their articles are known from then on."""
        edition = PublishedRun(run, await fetch_fallbacks(self._pool(), run.run_id))
        await self._articles.need(edition.fallback_ids)
        return edition

    async def find(self, edition: PublishedRun, reader_keys: Collection[int], *, explain: bool) -> dict[int, KeptList]:
        """A list for each reader: their own, else one that stands in.

        An own list of which no article may be shown any more counts as none.
        """
        own = await self._own_lists(edition.run, reader_keys, explain=explain)
        await self._articles.need([name for kept in own.values() for name in kept.article_ids])
        own = {key: kept for key, kept in own.items() if any(map(self._articles.is_shown, kept.article_ids))}
        strangers = [key for key in reader_keys if key not in own]
        return own | (await self._fallbacks(edition, strangers, explain=explain) if strangers else {})

    async def _own_lists(self, run: CurrentRun, reader_keys: Collection[int], *, explain: bool) -> dict[int, KeptList]:
        found = await fetch_lists(self._pool(), run.run_id, reader_keys)
        return {
            key: KeptList(run, None, tuple([row[c.ARTICLE_ID] for row in rows]), place_pieces(rows, explain=explain))
            for key, rows in found.items()
        }

    async def _fallbacks(
        self, edition: PublishedRun, reader_keys: Collection[int], *, explain: bool
    ) -> dict[int, KeptList]:
        changes = self._articles.changes
        known = await fetch_strangers(self._pool(), reader_keys, edition.fallback_ids)
        await self._articles.need(edition.fallback_ids)
        return {
            key: self.fallback(edition, known.get(key, Stranger()), changes, explain=explain) for key in reader_keys
        }

    def fallback(self, edition: PublishedRun, reader: Stranger, changes: int = 0, *, explain: bool = False) -> KeptList:
        """The list for a reader of whom this is known; the flag names where its first item is from.

        `changes` is the state of the articles that it was made from.
        """
        items = fallbacks(edition.fallbacks, reader, self._articles.is_shown, LIST_LENGTH)
        names = tuple(item.article_id for item in items)
        scope = items[0].scope if items else None
        good_until = asyncio.get_running_loop().time() + STAND_IN_SECONDS
        return KeptList(edition.run, scope, names, stand_in_pieces(items, explain=explain), changes, good_until)
