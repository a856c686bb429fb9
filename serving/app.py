"""The application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

from fastapi import FastAPI

from frontpage.core.settings import Settings
from frontpage.store.read.address import serving_url
from serving.access.keys import kept_fresh
from serving.access.security import guard
from serving.articles.misleading import misleading
from serving.articles.retraction import retraction
from serving.articles.routes import ArticleRoutes
from serving.articles.sessions import SessionRoutes
from serving.catalogue.routes import catalogue
from serving.context import AppContext, clock_of
from serving.events.routes import events
from serving.health import health
from serving.http import openapi, problems
from serving.http.middleware import Api
from serving.http.schemas import Problem
from serving.lists.routes import v1
from serving.mail.links import links
from serving.mail.reports import reports
from serving.pages.docs_page import docs
from serving.pages.landing import landing
from serving.pages.newspaper import newspaper
from serving.preferences.routes import preferences

VERSION = "1.0"
_INVALID: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": "A part of the request is wrong"}}
_UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "description": "The database is away, or nothing has been published yet"}
}


def create_app(settings: Settings, now: Callable[[], datetime] | None = None, host: str = "127.0.0.1") -> FastAPI:
    """The API over the published lists; it starts, and says 503, while PostgreSQL is away.

    host: where it listens; on loopback in development no key is needed. Raises BadInputError for a key too short to be
    safe, UnavailableError where no database is configured.
    """
    app = Api(
        title="Frontpage",
        version=VERSION,
        description="Ten explained recommendations per reader, from the published run.",
        lifespan=_lifespan,
        # FastAPI's own pages load scripts from other hosts; ours is serving/pages/docs_page.py.
        docs_url=None,
        redoc_url=None,
    )
    app.state.url = serving_url(settings)
    app.state.context = AppContext(settings, now or clock_of(settings))
    refusals = guard(app, settings, host)
    _include_routes(app, settings, refusals)
    problems.install(app)
    openapi.install(app, with_keys=bool(refusals))
    return app


def _include_routes(app: FastAPI, settings: Settings, refusals: dict[int | str, dict[str, Any]]) -> None:
    """Every route; `refusals` are the answers of those that need a key, empty where none is needed."""
    usual = _INVALID | _UNAVAILABLE | refusals
    app.include_router(landing(app, with_keys=bool(refusals)))
    app.include_router(docs())
    if not refusals:
        app.include_router(newspaper())
    app.include_router(v1(), tags=["lists"], responses=usual)
    articles = ArticleRoutes(app.state.context)
    app.include_router(articles.router(), tags=["articles"], responses=usual)
    app.include_router(SessionRoutes(articles).router(), tags=["articles"], responses=usual)
    app.include_router(retraction(), tags=["editorial"], responses=usual)
    app.include_router(misleading(), tags=["editorial"], responses=usual)
    app.include_router(events(), tags=["events"], responses=usual)
    app.include_router(catalogue(), tags=["catalogue"], responses=usual)
    app.include_router(preferences(), tags=["preferences"], responses=usual)
    app.include_router(reports(), tags=["mail"], responses=_UNAVAILABLE | refusals)
    app.include_router(health(), tags=["operations"], responses=_UNAVAILABLE)
    app.include_router(links(settings))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: AppContext = app.state.context
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(context.running(app.state.url))
        if app.state.key_ring is not None:
            await stack.enter_async_context(kept_fresh(app.state.key_ring, context.database))
        yield
