"""What a request handler needs of the application, built once when the application is made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
from starlette.requests import Request

from core.clock import parse_as_of
from core.pseudonym import reader_key
from core.settings import Settings
from serving.desk import Desk

#: The pointer that is served. Experiments will choose one per reader.
VARIANT = "champion"
_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Context:
    """Settings, the clock, the desk, and the pool (from start to stop of the application)."""

    settings: Settings
    now: Callable[[], datetime]
    pool: asyncpg.Pool | None = None
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(VARIANT, lambda: self.database, self.settings.serve_cache_mb * _MEGABYTE)

    @property
    def database(self) -> asyncpg.Pool:
        """The pool of the running application."""
        assert self.pool is not None, "the application has not been started"
        return self.pool

    def reader_key(self, reader_id: str) -> int:
        """The pseudonym under which a reader's list is stored."""
        return reader_key(reader_id, self.settings.pseudonym_secret.get_secret_value())


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
