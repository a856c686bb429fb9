"""What a request handler needs of the application, built once when the application is made."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from starlette.requests import Request

from frontpage.core.clock import parse_as_of
from frontpage.core.identity.pseudonym import reader_key
from frontpage.core.settings import Settings
from frontpage.store.read.pool import close_pool, open_pool
from frontpage.store.read.served import LOG_SESSION, ServedList, write_served
from serving.events.batches import Batches
from serving.http.background import every
from serving.http.metrics import Metrics, forget_the_dead, leave
from serving.http.request_id import request_id
from serving.http.request_log import write_lines
from serving.http.shedding import Busy
from serving.lists.follow import following
from serving.lists.service import ListService, Shown

#: The pointer that is served. Experiments will choose one per reader.
VARIANT = "champion"
_MEGABYTE = 1_000_000
#: How long lines and rows wait for their batch, and how many may wait: some seconds of full load.
_LINES_SECONDS, _MOST_LINES = 0.2, 50_000
_SERVED_SECONDS, _MOST_SERVED = 0.5, 50_000
_LOOK_SECONDS = 0.5


class Context:
    """Settings, the clock, the desk, what is counted and written down; the pools from start to stop."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self.pool: asyncpg.Pool | None = None
        self.log_pool: asyncpg.Pool | None = None
        self.service = ListService(VARIANT, lambda: self.database, settings.serve_cache_mb * _MEGABYTE)
        self.busy = Busy()
        self.metrics = Metrics()
        self.request_log = Batches(write_lines, _LINES_SECONDS, _MOST_LINES)
        self.served_log = Batches(self._write_served, _SERVED_SECONDS, _MOST_SERVED)
        self._secret = settings.pseudonym_secret.get_secret_value()

    @property
    def database(self) -> asyncpg.Pool:
        """The pool of the running application."""
        assert self.pool is not None, "the application has not been started"
        return self.pool

    def reader_key(self, reader_id: str) -> int:
        """The pseudonym under which a reader's list is stored."""
        return reader_key(reader_id, self._secret)

    def served(
        self, request: Request, reader_key: int, shown: Shown, n_items: int, surface: str | None, *, not_modified: bool
    ) -> None:
        """Write down that a list was answered."""
        run = shown.run
        state = request.scope["state"]
        state["run_id"], state["fallback"], state["surface"] = run.run_id, shown.fallback, surface
        self.metrics.listed(shown.fallback, not_modified=not_modified)
        self.served_log.add(
            ServedList(
                self.now(), request_id(request.scope), reader_key, run.run_id, run.variant, surface, shown.fallback,
                not_modified, n_items,
            )
        )  # fmt: skip

    def age_seconds(self) -> float | None:
        """How old what is served is; None where nothing is."""
        run = self.service.run
        return None if run is None else (self.now() - run.as_of).total_seconds()

    def look(self) -> None:
        """Bring the metrics that are not counted request by request up to date."""
        self.metrics.look_at(self.service, self.database, self.served_log, self.age_seconds())

    @asynccontextmanager
    async def running(self, url: str) -> AsyncIterator[None]:
        """Everything that goes on beside the requests, until the end of the block."""
        _collect_garbage_seldom()
        forget_the_dead()
        self.pool = await open_pool(url)
        self.log_pool = await open_pool(url, 1, LOG_SESSION)
        async with AsyncExitStack() as stack:
            stack.callback(leave)
            stack.push_async_callback(close_pool, self.pool)
            stack.push_async_callback(close_pool, self.log_pool)
            stack.callback(self.look)  # once more, when the last batches are written
            for part in (following(self.service, url), self.request_log.writing(), self.served_log.writing(),
                         self.busy.looking(), every(_LOOK_SECONDS, self.look)):  # fmt: skip
                await stack.enter_async_context(part)
            yield

    async def _write_served(self, rows: list[ServedList]) -> None:
        assert self.log_pool is not None, "the application has not been started"
        await write_served(self.log_pool, rows)


def _collect_garbage_seldom() -> None:
    """Lists in memory make full collections slow, and answering leaves next to no cycles behind."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The API's now: FRONTPAGE_CLOCK where data is historic, else the time of day."""
    if settings.clock:
        fixed = parse_as_of(settings.clock)
        return lambda: fixed
    return lambda: datetime.now(UTC)


async def context_of(request: Request) -> Context:
    """The context of the application that is answering; async, since FastAPI sends others to a thread."""
    return quick_context_of(request)


def quick_context_of(request: Request) -> Context:
    """The same, without waiting."""
    context: Context = request.app.state.context
    return context
