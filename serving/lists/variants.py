"""Lists of several variants at once: everybody's, and for readers of running experiments those of their arm."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import asyncpg

from frontpage.core.errors import UnavailableError
from frontpage.core.experiments.experiment import Experiment, variant_in
from frontpage.store.read.experiments import fetch_experiments
from serving.http.background import beside
from serving.lists.invalidation import kept_current
from serving.lists.service import EncodedList, ListService

#: An experiment that was started or stopped is heard of within this time.
_POLL_SECONDS = 1.0
_PATIENCE_SECONDS = 2.0
#: An arm whose lists are older than everybody's by more has been given up: its readers are served as everybody.
_MAX_BEHIND = timedelta(hours=3)


class VariantLists:
    """Chooses the list service of each reader.

    everybody: the one for readers without an experiment. make: a service for another variant. pool: where running
    experiments are read from.
    """

    def __init__(
        self, everybody: ListService, make: Callable[[str], ListService], pool: Callable[[], asyncpg.Pool]
    ) -> None:
        self._everybody, self._make, self._pool = everybody, make, pool
        self._running: tuple[Experiment, ...] = ()
        self._others: dict[str, tuple[ListService, AsyncExitStack]] = {}

    async def list_for(self, reader_key: int, *, explain: bool = False) -> EncodedList:
        """The reader's list of the variant that they are served; raises what `ListService.list_for` raises."""
        return await self._service_of(reader_key).list_for(reader_key, explain=explain)

    def _service_of(self, reader_key: int) -> ListService:
        if not self._running:
            return self._everybody
        variant = variant_in(self._running, reader_key)
        found = self._others.get(variant) if variant else None
        return found[0] if found is not None and self._is_current(found[0]) else self._everybody

    def _is_current(self, service: ListService) -> bool:
        own, usual = service.run, self._everybody.run
        return own is not None and (usual is None or usual.as_of - own.as_of <= _MAX_BEHIND)

    @contextlib.asynccontextmanager
    async def following(self, url: str) -> AsyncIterator[None]:
        """Follow the experiments, and keep the lists of their variants current, until the end of the block."""
        try:
            with contextlib.suppress(UnavailableError):
                await self._take_over(await fetch_experiments(self._pool()), url)
            async with beside(self._follow(url)):
                yield
        finally:
            for name in list(self._others):
                await self._end(name)

    async def _follow(self, url: str) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            with contextlib.suppress(UnavailableError):
                await self._take_over(await fetch_experiments(self._pool()), url)

    async def _take_over(self, running: tuple[Experiment, ...], url: str) -> None:
        wanted = {name for one in running for name in one.served} - {self._everybody.variant}
        for name in wanted - self._others.keys():
            service, stack = self._make(name), AsyncExitStack()
            await stack.enter_async_context(kept_current(service, url))
            self._others[name] = service, stack
            await _has_asked(service)
        self._running = running
        for name in self._others.keys() - wanted:
            await self._end(name)

    async def _end(self, variant: str) -> None:
        _, stack = self._others.pop(variant)
        await stack.aclose()


async def _has_asked(service: ListService) -> None:
    """Wait, as far as that is quick, until a service knows which run is current."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while service.is_away:
                await asyncio.sleep(0.01)
