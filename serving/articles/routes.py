"""Articles beside the lists: what is popular, and what is similar to one."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from frontpage.core import columns as c
from frontpage.core.clock import DAY
from frontpage.core.errors import UnavailableError
from frontpage.core.lists import LIST_LENGTH
from frontpage.store.read.browse import (
    NewArticle,
    PopularArticle,
    SimilarArticle,
    fetch_newest,
    fetch_popular,
    fetch_similar,
)
from serving.articles.result_cache import ResultCache
from serving.articles.schemas import PopularAnswer, SimilarAnswer
from serving.context import AppContext, context_of
from serving.http.problems import ProblemError
from serving.http.responses import json_response
from serving.http.schemas import Problem

POPULAR_WINDOW = DAY
SIMILAR_WINDOW = timedelta(days=3)
#: Popular articles of a place that can be paged through, and how many of them one page has.
MAX_POPULAR, MAX_PAGE = 500, 100
_POPULAR_SECONDS, _SIMILAR_SECONDS = 60.0, 300.0
_MAX_PLACES, _MAX_ARTICLES = 200, 2_000
_ID_LENGTH = 1024

_ARTICLE_ID = "of a list or of /v1/popular; percent-encoded, slashes too"

App = Annotated[AppContext, Depends(context_of)]
Place = tuple[str | None, str | None]
Region = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="reads from there only")]
Category = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$", description="articles of it only")]
Page = Annotated[int, Query(ge=1, le=MAX_PAGE, description="at most so many items")]
Cursor = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,10}-", max_length=2_000, description="`next` of the page before")
]
ArticleId = Annotated[str, Path(min_length=1, max_length=_ID_LENGTH, description=_ARTICLE_ID)]
Limit = Annotated[int, Query(ge=1, le=LIST_LENGTH, description="at most so many items")]


class ArticleRoutes:
    """The routes, and what they keep in memory."""

    def __init__(self, app: AppContext) -> None:
        self._app = app
        self._popular: ResultCache[Place, tuple[PopularArticle, ...]] = ResultCache(
            self._find_popular, _POPULAR_SECONDS, _MAX_PLACES, time.monotonic
        )
        self._newest: ResultCache[str | None, tuple[NewArticle, ...]] = ResultCache(
            self._find_newest, _POPULAR_SECONDS, _MAX_PLACES, time.monotonic
        )
        self._similar: ResultCache[str, tuple[SimilarArticle, ...] | None] = ResultCache(
            self._find_similar, _SIMILAR_SECONDS, _MAX_ARTICLES, time.monotonic
        )

    def router(self) -> APIRouter:
        """The routes under /v1."""
        router = APIRouter(prefix="/v1")
        router.add_api_route("/popular", self.popular, response_model=PopularAnswer)
        unknown: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such article"}}
        path = "/articles/{article_id:any_text}/similar"
        router.add_api_route(path, self.similar, response_model=SimilarAnswer, responses=unknown)
        return router

    async def popular(
        self,
        request: Request,
        region: Region = None,
        category: Category = None,
        limit: Page = LIST_LENGTH,
        cursor: Cursor = None,
    ) -> Response:
        """The articles read most in the last 24 hours, in a region or of a category if one is named.

        Counted anew every minute; articles are live.
        """
        after = _position(cursor) if cursor else None
        found = await self._shown(await self._popular.get((region or None, category or None)))
        rest = [article for article in found if after is None or _key(article) > after]
        page, more = rest[:limit], len(rest) > limit
        body = {"items": [asdict(article) for article in page], "next": _cursor(page[-1]) if more else None}
        return json_response(request, body)

    async def similar(self, request: Request, article_id: ArticleId, limit: Limit = LIST_LENGTH) -> Response:
        """Articles for readers of this one: what its last readers read too, then the newest of its category."""
        found = None if "\x00" in article_id else await self._similar.get(article_id)
        if found is None:
            raise ProblemError(404, "about:blank", "no article has this id")
        items = [asdict(article) for article in (await self._shown(found))[:limit]]
        return json_response(request, {c.ARTICLE_ID: article_id, "items": items})

    @property
    def database(self) -> asyncpg.Pool:
        """The connections that read."""
        return self._app.database

    async def neighbours(self, article_id: str) -> tuple[SimilarArticle, ...]:
        """What the last readers of an article read too; nothing for one that nobody knows."""
        return tuple(one for one in await self._similar.get(article_id) or () if one.because == "co_read")

    async def most_read(self, place: Place) -> tuple[PopularArticle, ...]:
        """The articles of a place that were read most lately, as many as a page has."""
        return (await self._popular.get(place))[:MAX_PAGE]

    async def newest(self, language: str | None) -> tuple[NewArticle, ...]:
        """The articles that came last, of a language or of any."""
        return await self._newest.get(language)

    async def shown_of(self, article_ids: Sequence[str]) -> set[str]:
        """Those that may be shown now."""
        known = self._app.service.articles
        with contextlib.suppress(UnavailableError):
            await known.load(article_ids)
        return {name for name in article_ids if known.is_shown(name)}

    async def _shown(self, articles: Sequence[Any]) -> list[Any]:
        """Without those retracted since they were found."""
        known = self._app.service.articles
        with contextlib.suppress(UnavailableError):
            await known.load([article.article_id for article in articles])
        return [article for article in articles if known.is_shown(article.article_id)]

    async def _find_popular(self, place: Place) -> tuple[PopularArticle, ...]:
        until = self._app.now()
        return await fetch_popular(self._app.database, until - POPULAR_WINDOW, until, place, MAX_POPULAR)

    async def _find_newest(self, language: str | None) -> tuple[NewArticle, ...]:
        return await fetch_newest(self._app.database, language, self._app.now(), 2 * LIST_LENGTH)

    async def _find_similar(self, article_id: str) -> tuple[SimilarArticle, ...] | None:
        until, most = self._app.now(), 2 * LIST_LENGTH
        return await fetch_similar(self._app.database, article_id, until - SIMILAR_WINDOW, until, most)


def _key(article: PopularArticle) -> tuple[int, str]:
    """The place of an article in the order of the list."""
    return -article.n_reads, article.article_id


def _cursor(article: PopularArticle) -> str:
    return f"{article.n_reads}-{article.article_id}"


def _position(cursor: str) -> tuple[int, str]:
    n_reads, _, article_id = cursor.partition("-")
    return -int(n_reads), article_id
