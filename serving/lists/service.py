"""Hands out readers' lists: from memory where what is there still holds, else from the database.

Everything handed out is of one run. While the database is away the last known lists are handed out, marked so.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import asyncpg

from frontpage.core.errors import NothingPublishedError, UnavailableError
from frontpage.store.read.lists import CurrentRun, Stranger
from frontpage.store.read.pool import away_is_unavailable
from serving.articles.memory import Articles
from serving.http.coalesce import Coalescer
from serving.http.responses import Tagged
from serving.lists.cache import KeptList, ListCache
from serving.lists.repository import ListRepository, PublishedRun

#: A look-up that takes longer is given up; callers get the last known lists.
LOOK_UP_SECONDS = 0.8
#: After one that was given up nobody is made to wait for another for so long.
PAUSE_SECONDS = 1.0
STALE = "stale"
_ATTEMPTS = 3
#: Lists kept as they were shown last, some 10 kB each: those of the readers who ask most are asked for again soon.
_MOST_SHOWN = 4_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as it may be shown now: encoded items and their articles, best first, all of one run."""

    run: CurrentRun
    fallback: str | None
    items: list[bytes]
    article_ids: list[str]
    #: Answers made of it, by reader id and limit, kept as long as it may be shown.
    answers: dict[tuple[str, int], Tagged] = field(default_factory=dict)


class ListService:
    """The lists of one variant, as one worker hands them out."""

    def __init__(self, variant: str, pool: Callable[[], asyncpg.Pool], largest_bytes: int) -> None:
        self.variant = variant
        self.articles = Articles(pool)
        self.cache = ListCache(largest_bytes)
        self._finder = ListRepository(pool, self.articles)
        self._look_ups: Coalescer[int, KeptList] = Coalescer(self._look_up)
        self._shown: dict[int, tuple[KeptList, int, Shown]] = {}
        self._edition: PublishedRun | None = None
        self._is_away = True
        self._first_word = asyncio.Event()
        self._paused_until = 0.0
        self._hearing = 0
        #: The readers who changed their minds during each look-up that is under way.
        self._heard: list[set[int]] = []

    @property
    def is_away(self) -> bool:
        """Whether the database was away when it was last asked which run is current."""
        return self._is_away

    @property
    def run(self) -> CurrentRun | None:
        """The run that is served, None before the first publish."""
        return self._edition.run if self._edition else None

    async def adopt(self, run: CurrentRun | None) -> None:
        """Serve this run from now on: the database has just said so. Raises UnavailableError where it goes away."""
        if run is None:
            self._edition = None
        elif run != self.run:
            self._edition = await self._finder.edition(run)
        self._is_away = False
        self._first_word.set()

    def lost(self) -> None:
        """The database is away: what is in memory has to do until `adopt` is called again."""
        self._is_away = True
        self._first_word.set()

    def back(self) -> None:
        """The database is there again; what changed in between went unheard."""
        self.articles.doubt()
        self._hearing += 1
        self._paused_until = 0.0

    def reader_changed(self, reader_key: int) -> None:
        """Look the reader's list up again: they have hidden something, or want it back."""
        self.cache.drop(reader_key)
        for heard in self._heard:
            heard.add(reader_key)

    async def list_for(self, reader_key: int, *, explain: bool = False) -> Shown:
        """The reader's list, or what stands in for it.

        With `explain` its reasons say how much each counted, but not where the list comes from memory. Raises
        NothingPublishedError before the first publish, and UnavailableError where the database is away and nothing is
        in memory.
        """
        if not self._first_word.is_set():
            await self._first_word.wait()
        if not self._is_away and self._paused_until <= _now():
            try:
                return await (self._explained(reader_key) if explain else self._current(reader_key))
            except UnavailableError:
                self._paused_until = _now() + PAUSE_SECONDS
        return self._last_known(reader_key)

    async def _current(self, reader_key: int) -> Shown:
        for _ in range(_ATTEMPTS):
            kept = self.cache.get(reader_key)
            if kept is None or not self._holds(kept):
                kept = await self._look_ups.get(reader_key)
            shown = self._show_again(reader_key, kept)
            if shown is not None:
                return shown
            await self.articles.need(kept.article_ids)
            if not any(map(self.articles.is_shown, kept.article_ids)):
                self.cache.drop(reader_key)
        raise UnavailableError("articles change faster than they can be read; try again soon")

    def _show_again(self, reader_key: int, kept: KeptList) -> Shown | None:
        """The list as it was shown last, where neither it nor any article has changed since; else as it is now."""
        changes = self.articles.changes
        last = self._shown.get(reader_key)
        if last is not None and last[0] is kept and last[1] == changes:
            return last[2]
        shown = _show(kept, self.articles.known)
        if shown is not None:
            if len(self._shown) >= _MOST_SHOWN and reader_key not in self._shown:
                del self._shown[next(iter(self._shown))]
            self._shown[reader_key] = kept, changes, shown
        return shown

    async def _explained(self, reader_key: int) -> Shown:
        kept = (await self._find([reader_key], explain=True))[reader_key]
        return _show(kept, self.articles.known) or await self._current(reader_key)

    def _holds(self, kept: KeptList) -> bool:
        """Whether a kept list is what the database would say."""
        if self._edition is None or kept.run.run_id != self._edition.run.run_id:
            return False
        if kept.hearing != self._hearing:
            return False
        return kept.fallback is None or (kept.changes == self.articles.changes and _now() < kept.good_until)

    async def _look_up(self, reader_keys: list[int]) -> dict[int, KeptList]:
        hearing, heard = self._hearing, set[int]()
        self._heard.append(heard)
        try:
            found = await self._find(reader_keys)
        finally:
            self._heard = [other for other in self._heard if other is not heard]
        for reader_key in found.keys() - heard:
            found[reader_key] = replace(found[reader_key], hearing=hearing)
            self.cache.put(reader_key, found[reader_key])
        return found

    async def _find(self, reader_keys: list[int], *, explain: bool = False) -> dict[int, KeptList]:
        with away_is_unavailable():
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self._finder.find(self._published(), reader_keys, explain=explain)

    def _last_known(self, reader_key: int) -> Shown:
        """The list the reader got last, else the one for readers of whom nothing is known; marked as stale."""
        kept = self.cache.get(reader_key)
        shown = self._stale(kept) if kept else None
        if shown and shown.items:
            return shown
        if self._edition is None and self._is_away:
            raise UnavailableError("the database is away and no list is in memory yet; try again soon")
        return self._stale(self._finder.fallback(self._published(), Stranger()))

    def _stale(self, kept: KeptList) -> Shown:
        """The list with what was last known of its articles, without those of which nothing is known."""
        known = {name: self.articles.last_known(name) for name in kept.article_ids}
        shown = _show(kept, known)
        return replace(shown, fallback=STALE) if shown else Shown(kept.run, STALE, [], [])

    def _published(self) -> PublishedRun:
        if self._edition is None:
            raise NothingPublishedError(f"no list of {self.variant} has been published yet; run `frontpage refresh`")
        return self._edition


def _show(kept: KeptList, known: Mapping[str, bytes]) -> Shown | None:
    """The list with what is known of its articles; None where that is not everything, or leaves nothing to show."""
    items, names = [], []
    for name, place in zip(kept.article_ids, kept.places, strict=True):
        piece = known.get(name)
        if piece is None:
            return None
        if piece:
            items.append(piece + place)
            names.append(name)
    return Shown(kept.run, kept.fallback, items, names) if items or not kept.article_ids else None


def _now() -> float:
    return asyncio.get_running_loop().time()
