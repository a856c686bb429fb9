"""The application."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from fastapi import Depends, FastAPI

from core.settings import Settings
from serving import openapi, problems
from serving.context import Context, clock_of
from serving.health import health
from serving.links import links
from serving.request_id import RequestIdMiddleware
from serving.routes import v1
from serving.schemas import Problem
from serving.security import key_check, key_hashes, refuse_open_door
from store.read.address import serving_url
from store.read.pool import close_pool, open_pool

VERSION = "1.0"
_UNAUTHORIZED: dict[int | str, dict[str, Any]] = {401: {"model": Problem, "description": "No valid key"}}
_INVALID: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": "A part of the request is wrong"}}
_UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "The database is away, or nothing has been published yet"}
}


def create_app(settings: Settings, now: Callable[[], datetime] | None = None) -> FastAPI:
    """The API over the published lists; it starts, and says 503, while PostgreSQL is away.

    Raises BadInputError outside development where no key is set, UnavailableError where no database is configured.
    """
    refuse_open_door(settings)
    app = FastAPI(
        title="Frontpage",
        version=VERSION,
        description="Ten explained recommendations per reader, from the published run.",
        lifespan=_lifespan,
        # The pages of these load scripts from other hosts; the document itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
    )
    app.state.url = serving_url(settings)
    app.state.context = Context(settings, now or clock_of(settings))
    app.add_middleware(RequestIdMiddleware)
    hashes = key_hashes(settings)
    keys = [Depends(key_check(hashes))] if hashes else []
    app.include_router(v1(), dependencies=keys, responses=_INVALID | _UNAVAILABLE | (_UNAUTHORIZED if hashes else {}))
    app.include_router(health(), responses=_UNAVAILABLE)
    app.include_router(links(settings))
    problems.install(app)
    openapi.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    pool = await open_pool(app.state.url)
    app.state.context.pool = pool
    yield
    await close_pool(pool)
