"""Hands out readers' lists: from memory where what is there still holds, else from the database.

A list is of one run; of several that are served together (a canary's beside the champion's) it is the first that
has one for the reader. While the database is away the last known lists are handed out, marked so.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import asyncpg
from cachetools import LRUCache

from frontpage.core.errors import NothingPublishedError, UnavailableError
from frontpage.store.read.lists import ColdStartReader, CurrentRun
from frontpage.store.read.pool import away_is_unavailable
from serving.articles.cache import ArticleCache
from serving.coalescing import Coalescer
from serving.http.responses import Tagged
from serving.lists.cache import CachedList, ListCache
from serving.lists.just_read import NOTHING, JustRead
from serving.lists.repository import ListRepository, PublishedRuns

#: A look-up that takes longer is given up; callers get the last known lists.
LOOK_UP_SECONDS = 0.8
#: After one that was given up nobody is made to wait for another for so long.
PAUSE_SECONDS = 1.0
STALE = "stale"
_ATTEMPTS = 3
#: Lists kept with their answers, some 10 kB each: those of the readers who ask most are asked for again soon.
_MAX_ANSWERED = 4_000


@dataclass(frozen=True, slots=True)
class EncodedList:
    """A list as it may be shown now: encoded items and their articles, best first, all of one run.

    ranks: of the items in the run's list of this reader; None where fallback lists were put together.
    """

    run: CurrentRun
    fallback: str | None
    items: list[bytes]
    article_ids: list[str]
    ranks: list[int] | None = None
    notices: bytes = b"[]"
    #: Answers made of it, by reader id and limit, kept as long as it may be shown.
    answers: dict[tuple[str, int], Tagged] = field(default_factory=dict)


class ListService:
    """The lists of one variant, and of those served with it, as one worker hands them out.

    max_bytes: bound of the memory for lists, answers apart. just_read: shared by the services of a worker.
    """

    def __init__(self, variant: str, pool: Callable[[], asyncpg.Pool], max_bytes: int, just_read: JustRead) -> None:
        self.variant = variant
        self.just_read = just_read
        self.articles = ArticleCache(pool)
        self.cache = ListCache(max_bytes)
        self._repository = ListRepository(pool, self.articles, just_read)
        self._look_ups: Coalescer[int, CachedList] = Coalescer(self._look_up)
        self._answered: LRUCache[int, tuple[CachedList, int, tuple[str, ...], EncodedList]] = LRUCache(_MAX_ANSWERED)
        self._published: PublishedRuns | None = None
        self._is_away = True
        self._database_asked = asyncio.Event()
        self._paused_until = 0.0
        self._listening = 0
        self._is_outdated = False
        #: For each look-up that is under way, the readers who changed their preferences since it began.
        self._changed_meanwhile: list[set[int]] = []

    @property
    def is_away(self) -> bool:
        """Whether the database was away when it was last asked which run is current."""
        return self._is_away

    @property
    def run(self) -> CurrentRun | None:
        """The run that is served, None before the first publish."""
        return self._published.run if self._published else None

    async def switch_to(self, layers: tuple[CurrentRun, ...]) -> None:
        """Serve these runs from now on, all at once: the database has just said so.

        Raises UnavailableError where it goes away.
        """
        if not layers:
            self._published = None
        elif self._published is None or layers != self._published.layers or self._is_outdated:
            self._is_outdated = False
            self._published = await self._repository.published(layers, self.variant)
        self._is_away = False
        self._database_asked.set()

    def database_lost(self) -> None:
        """The database is away: what is in memory has to do until `switch_to` is called again."""
        self._is_away = True
        self._database_asked.set()

    def database_back(self) -> None:
        """The database is there again; changes in between were missed."""
        self.articles.invalidate_all()
        self._listening += 1
        self._paused_until = 0.0

    def readers_changed(self) -> None:
        """Look every list up again when it is asked for: corrections were written down for many readers."""
        self._is_outdated = True
        self._listening += 1

    def reader_changed(self, reader_key: int) -> None:
        """Look the reader's list up again: they have hidden something, or want it back."""
        self.cache.drop(reader_key)
        for changed in self._changed_meanwhile:
            changed.add(reader_key)

    async def list_for(self, reader_key: int, *, explain: bool = False) -> EncodedList:
        """The reader's list, or a fallback.

        With `explain` its reasons say how much each counted, but not where the list comes from memory. Raises
        NothingPublishedError before the first publish, and UnavailableError where the database is away and nothing is
        in memory.
        """
        if not self._database_asked.is_set():
            await self._database_asked.wait()
        if not self._is_away and self._paused_until <= _now():
            try:
                return await (self._explained(reader_key) if explain else self._current(reader_key))
            except UnavailableError:
                self._paused_until = _now() + PAUSE_SECONDS
        return self._last_known(reader_key)

    async def impersonal(self, region: str | None) -> EncodedList:
        """The list for readers of a region, or for everybody, made of nothing about any reader; no reader is asked for.

        Raises NothingPublishedError before the first publish.
        """
        if not self._database_asked.is_set():
            await self._database_asked.wait()
        published = self._served()
        if not self._is_away:
            await self.articles.load(published.fallback_ids)
        cached = self._repository.fallback(published, ColdStartReader(region=region))
        return _encode(cached, self.articles.known) or self._stale(cached)

    async def _current(self, reader_key: int) -> EncodedList:
        for _ in range(_ATTEMPTS):
            cached = self.cache.get(reader_key)
            if cached is None or not self._is_current(reader_key, cached):
                cached = await self._look_ups.get(reader_key)
            encoded = self._encoded(reader_key, cached)
            if encoded is not None:
                return encoded
            await self.articles.load(cached.article_ids)
            if not self._repository.has_something(reader_key, cached):
                self.cache.drop(reader_key)
        raise UnavailableError("articles change faster than they can be read; try again soon")

    def _encoded(self, reader_key: int, cached: CachedList) -> EncodedList | None:
        """The list as it was answered last, where nothing of it has changed or was read since; else as it is now."""
        n_changes, just_read = self.articles.n_changes, self.just_read.of(reader_key)
        last = self._answered.get(reader_key)
        if last is not None and last[0] is cached and last[1] == n_changes and last[2] is just_read:
            return last[3]
        encoded = _encode(cached, self.articles.known, just_read)
        if encoded is not None:
            self._answered[reader_key] = cached, n_changes, just_read, encoded
        return encoded

    async def _explained(self, reader_key: int) -> EncodedList:
        cached = (await self._find([reader_key], explain=True))[reader_key]
        return _encode(cached, self.articles.known, self.just_read.of(reader_key)) or await self._current(reader_key)

    def _is_current(self, reader_key: int, cached: CachedList) -> bool:
        """Whether a cached list is what the database would say."""
        if self._published is None or cached.layers != self._published.run_ids:
            return False
        if cached.listening != self._listening:
            return False
        if cached.fallback is None:
            return True
        if cached.just_read is not self.just_read.of(reader_key):
            return False
        return cached.n_changes == self.articles.n_changes and _now() < cached.good_until

    async def _look_up(self, reader_keys: list[int]) -> dict[int, CachedList]:
        listening, changed = self._listening, set[int]()
        self._changed_meanwhile.append(changed)
        try:
            found = await self._find(reader_keys)
        finally:
            self._changed_meanwhile = [other for other in self._changed_meanwhile if other is not changed]
        for reader_key in found.keys() - changed:
            found[reader_key] = replace(found[reader_key], listening=listening)
            self.cache.put(reader_key, found[reader_key])
        return found

    async def _find(self, reader_keys: list[int], *, explain: bool = False) -> dict[int, CachedList]:
        with away_is_unavailable():
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self._repository.find(self._served(), reader_keys, explain=explain)

    def _last_known(self, reader_key: int) -> EncodedList:
        """The list the reader got last, else the one for readers of whom nothing is known; marked as stale."""
        cached = self.cache.get(reader_key)
        encoded = self._stale(cached, self.just_read.of(reader_key)) if cached else None
        if encoded and encoded.items:
            return encoded
        if self._published is None and self._is_away:
            raise UnavailableError("the database is away and no list is in memory yet; try again soon")
        return self._stale(self._repository.fallback(self._served(), ColdStartReader()))

    def _stale(self, cached: CachedList, just_read: tuple[str, ...] = NOTHING) -> EncodedList:
        """The list with what was last known of its articles, without those of which nothing is known."""
        known = {name: self.articles.last_known(name) for name in cached.article_ids}
        encoded = _encode(cached, known, just_read)
        return replace(encoded, fallback=STALE) if encoded else EncodedList(cached.run, STALE, [], [])

    def _served(self) -> PublishedRuns:
        if self._published is None:
            raise NothingPublishedError(f"no list of {self.variant} has been published yet; run `frontpage refresh`")
        return self._published


def _encode(cached: CachedList, known: Mapping[str, bytes], just_read: tuple[str, ...] = NOTHING) -> EncodedList | None:
    """The list with what is known of its articles; None where that is not everything, or leaves nothing to show.

    An own list is without what its reader has just read; whoever made a fallback has seen to that.
    """
    items, names, kept = [], [], []
    left_out = just_read if cached.fallback is None else NOTHING
    for number, (name, place) in enumerate(zip(cached.article_ids, cached.places, strict=True)):
        piece = known.get(name)
        if piece is None:
            return None
        if piece and name not in left_out:
            items.append(piece + place)
            names.append(name)
            kept.append(number)
    if not items and cached.article_ids:
        return None
    ranks = [cached.ranks[number] for number in kept] if cached.fallback is None else None
    return EncodedList(cached.run, cached.fallback, items, names, ranks, cached.notices)


def _now() -> float:
    return asyncio.get_running_loop().time()
