"""What a request handler needs of the application, built once when the application is made."""

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg
from starlette.requests import Request

from frontpage.core.clock import parse_as_of
from frontpage.core.errors import UnavailableError
from frontpage.core.identity.pseudonym import Pseudonyms, reporter_of
from frontpage.core.lists import rank_bits
from frontpage.core.settings import Settings
from frontpage.core.tracing.provider import REQUEST_SHARE, is_on, tracing
from frontpage.store.read.erased import fetch_erased
from frontpage.store.read.pool import Prepare, close_pool, open_pool
from frontpage.store.read.served import LOG_SESSION, ServedList, write_served
from frontpage.store.write.inbox import notify_reads
from frontpage.store.write.pool import open_writer
from serving.http.background import beside, every
from serving.http.batch_writer import BatchWriter
from serving.http.load_shedding import LoadShedder
from serving.http.request_id import request_id
from serving.http.telemetry.metrics import Metrics, remove_gauges_of_dead, remove_own_gauges
from serving.http.telemetry.request_log import write_lines
from serving.lists.invalidation import kept_current
from serving.lists.just_read import JustRead
from serving.lists.service import EncodedList, ListService
from serving.lists.variants import VariantLists

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_SERVICE = "frontpage-api"
#: The pointer that is served, but for readers of experiments.
VARIANT = "champion"
_MEGABYTE = 1_000_000
#: How long lines and rows wait for their batch, and how many may wait: some seconds of full load.
_LINES_SECONDS, _MAX_LINES = 0.2, 50_000
_SERVED_SECONDS, _MAX_SERVED = 0.5, 50_000
_GAUGES_SECONDS = 0.5
#: How long the other workers are not told of a read.
_TOLD_SECONDS, _MAX_TOLD = 0.1, 50_000
#: How often a worker asks who was forgotten; `frontpage forget` waits for it.
ERASED_SECONDS = 2.0


class AppContext:
    """Settings, the clock, the list service, what is counted and written down; connections from start to stop."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self.is_traced = is_on(settings.traces_file, os.environ)
        self.tracer: Tracer | None = None
        self.pool: asyncpg.Pool | None = None
        self.log_pool: asyncpg.Pool | None = None
        self.writer_pool: asyncpg.Pool | None = None
        self.just_read = JustRead()
        self.service = self._service_of(VARIANT, settings.serve_cache_mb * _MEGABYTE)
        others = settings.serve_cache_mb * _MEGABYTE // 4
        self.lists = VariantLists(self.service, lambda name: self._service_of(name, others), lambda: self.database)
        self.load = LoadShedder()
        self.metrics = Metrics()
        self.request_log = BatchWriter(write_lines, _LINES_SECONDS, _MAX_LINES)
        self.served_log = BatchWriter(self._write_served, _SERVED_SECONDS, _MAX_SERVED)
        self.told_reads = BatchWriter(self._notify_reads, _TOLD_SECONDS, _MAX_TOLD)
        self._secret = settings.pseudonym_secret.get_secret_value()
        self.pseudonyms = Pseudonyms(self._secret)

    @property
    def database(self) -> asyncpg.Pool:
        """The connections that read."""
        return _started(self.pool)

    @property
    def writer(self) -> asyncpg.Pool:
        """The connections that may write."""
        return _started(self.writer_pool)

    def reader_key(self, reader_id: str) -> int:
        """The pseudonym under which a reader's list is stored."""
        return self.pseudonyms.key(reader_id)

    def reporter(self, reader_key: int) -> str:
        """How reports and the audit log name a reader."""
        return reporter_of(reader_key, self._secret)

    def served(
        self,
        request: Request,
        reader_key: int,
        encoded: EncodedList,
        n_items: int,
        surface: str | None,
        *,
        not_modified: bool,
    ) -> None:
        """Write down that a list was answered, with so many of its items."""
        run = encoded.run
        state = request.scope["state"]
        state["run_id"], state["fallback"], state["surface"] = run.run_id, encoded.fallback, surface
        state["n_items"] = 0 if not_modified else n_items
        self.metrics.listed(encoded.fallback, not_modified=not_modified)
        ranks = None if encoded.ranks is None else rank_bits(encoded.ranks[:n_items])
        self.served_log.add(
            ServedList(
                self.now(), request_id(request.scope), reader_key, run.run_id, run.variant, surface, encoded.fallback,
                not_modified, n_items, ranks, encoded.article_ids[:n_items] if ranks is None else None,
            )
        )  # fmt: skip

    def has_read(self, reader_key: int, article_id: str) -> None:
        """Leave an article out of the reader's list from now on; the other workers hear of it in a moment."""
        self.just_read.note([(reader_key, article_id)])
        self.told_reads.add((reader_key, article_id))

    def age_seconds(self) -> float | None:
        """How old what is served is; None where nothing is."""
        run = self.service.run
        return None if run is None else (self.now() - run.as_of).total_seconds()

    def update_gauges(self) -> None:
        """Bring the metrics that are not counted request by request up to date."""
        self.metrics.update(self.service, self.database, self.served_log, self.age_seconds())

    @asynccontextmanager
    async def running(self, url: str) -> AsyncIterator[None]:
        """Everything that goes on beside the requests, until the end of the block."""
        _collect_garbage_seldom()
        remove_gauges_of_dead()
        async with AsyncExitStack() as stack:
            spans = tracing(_SERVICE, self.settings.traces_file, os.environ, REQUEST_SHARE)
            self.tracer = stack.enter_context(spans)
            prepare = _with_spans(self.tracer)
            self.pool = await open_pool(url, prepare=prepare)
            self.log_pool = await open_pool(url, 1, LOG_SESSION)
            stack.callback(remove_own_gauges)
            stack.push_async_callback(close_pool, self.pool)
            stack.push_async_callback(close_pool, self.log_pool)
            stack.callback(self.update_gauges)  # once more, when the last batches are written
            for part in (kept_current(self.service, url), self.lists.following(url),
                         self.request_log.writing(), self.served_log.writing(), self.told_reads.writing(),
                         self.load.measuring(), every(_GAUGES_SECONDS, self.update_gauges)):  # fmt: skip
                await stack.enter_async_context(part)
            await self._know_erased()
            await stack.enter_async_context(beside(self._follow_erased()))
            self.writer_pool = await open_writer(url, prepare=prepare)
            stack.push_async_callback(close_pool, self.writer_pool)
            yield

    async def _follow_erased(self) -> None:
        while True:
            await asyncio.sleep(ERASED_SECONDS)
            await self._know_erased()

    async def _know_erased(self) -> None:
        """Who was forgotten meanwhile; while the database is away, as last known."""
        with contextlib.suppress(UnavailableError):
            self.pseudonyms = Pseudonyms(self._secret, await fetch_erased(self.database))

    def _service_of(self, variant: str, max_bytes: int) -> ListService:
        return ListService(variant, lambda: self.database, max_bytes, self.just_read)

    async def _write_served(self, rows: list[ServedList]) -> None:
        await write_served(_started(self.log_pool), rows)

    async def _notify_reads(self, reads: list[tuple[int, str]]) -> None:
        await notify_reads(_started(self.log_pool), reads)


def _with_spans(tracer: "Tracer | None") -> Prepare | None:
    if tracer is None:
        return None
    from frontpage.store.read.tracing import with_spans

    return with_spans(tracer)


def _started(pool: asyncpg.Pool | None) -> asyncpg.Pool:
    assert pool is not None, "the application has not been started"
    return pool


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


async def context_of(request: Request) -> AppContext:
    """The context of the application that is answering; async, since FastAPI sends others to a thread."""
    return quick_context_of(request)


def quick_context_of(request: Request) -> AppContext:
    """The same, without waiting."""
    context: AppContext = request.app.state.context
    return context


async def writer_of(request: Request) -> asyncpg.Pool:
    """The connections that may write, of the application that is answering."""
    return quick_context_of(request).writer
