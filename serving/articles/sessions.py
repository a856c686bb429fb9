"""`POST /v1/sessions:recommend`: ten articles for somebody without a log-in. Nothing of it is kept."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.store.read.browse import fetch_languages
from serving.articles.routes import ArticleRoutes
from serving.articles.schemas import ShownArticle
from serving.articles.session_list import Because, Proposed, session_list
from serving.http.bodies import BODY_REFUSALS, json_body, parsed, read_json_body
from serving.http.responses import untagged_response

MAX_OPENED, MAX_INTERESTS = 10, 10
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[^\x00]*$")]


class SessionAsked(BaseModel):
    """What is known of a visit: nothing of it says who it is, and nothing is kept."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"articles": [], "region": "south", "interests": ["sport"]}]},
    )

    articles: list[Id] = Field(default=[], max_length=MAX_OPENED, description="opened just now, the last one last")
    region: Text | None = Field(default=None, description="popular articles are of it")
    language: Text | None = Field(default=None, description="only articles of it, and those of none that is known")
    interests: list[Text] = Field(
        default=[], max_length=MAX_INTERESTS, description="categories, whose popular articles take turns"
    )
    limit: int = Field(default=LIST_LENGTH, ge=1, le=LIST_LENGTH, strict=False, description="at most so many items")


class SessionItem(ShownArticle):
    """An article for a visit."""

    because: Because
    score: float = Field(ge=0, description="of read_together: how near it is to what was opened; else 0")


class SessionAnswer(BaseModel):
    """Articles for a visit, best first."""

    items: list[SessionItem]


_ASKED: TypeAdapter[SessionAsked] = TypeAdapter(SessionAsked)


class SessionRoutes:
    """The route; neighbours and popular articles are those of the other routes, from the same memory."""

    def __init__(self, articles: ArticleRoutes) -> None:
        self._articles = articles

    def router(self) -> APIRouter:
        """The route under /v1."""
        router = APIRouter(prefix="/v1")
        router.add_api_route(
            "/sessions:recommend", self.recommend, methods=["POST"], response_model=SessionAnswer,
            responses=BODY_REFUSALS, openapi_extra={"requestBody": json_body(SessionAsked)},
        )  # fmt: skip
        return router

    async def recommend(self, request: Request) -> Response:
        """Ten articles for a visitor of whom only the visit is known: read together, popular and new.

        A POST, since what was read does not belong into URLs. It changes nothing, and nothing is written down.
        """
        asked: SessionAsked = parsed(_ASKED, await read_json_body(request, 50_000))
        known: dict[str, Any] = {}
        neighbours = {name: self._noted(known, await self._articles.neighbours(name)) for name in asked.articles}
        places = [(asked.region, None), *((None, category) for category in asked.interests)]
        popular = [self._noted(known, await self._articles.most_read(place)) for place in places]
        newest = self._noted(known, await self._articles.newest(asked.language))
        wanted = await self._wanted(list(known), asked.language)
        chosen = session_list(
            asked.articles,
            {name: [(one.article_id, one.n_readers) for one in found] for name, found in neighbours.items()},
            [[one.article_id for one in found] for found in popular],
            [one.article_id for one in newest],
            wanted.__contains__,
            asked.limit,
        )
        items = [_item(known[one.article_id], one) for one in chosen]
        return untagged_response(request, orjson.dumps({"items": items}, option=orjson.OPT_UTC_Z))

    async def _wanted(self, names: Sequence[str], language: str | None) -> set[str]:
        """Those that may be shown now, in the language where one is asked for."""
        shown = await self._articles.shown_of(names)
        if language is None:
            return shown
        languages = await fetch_languages(self._articles.database, list(shown))
        return {name for name in shown if languages.get(name, language) == language}

    @staticmethod
    def _noted(known: dict[str, Any], found: Sequence[Any]) -> Sequence[Any]:
        known.update({one.article_id: one for one in found})
        return found


def _item(article: Any, one: Proposed) -> dict[str, Any]:
    """The members of a SessionItem."""
    fields = {name: value for name, value in asdict(article).items() if name in ShownArticle.model_fields}
    return {**fields, "because": one.because, c.SCORE: round(one.score, 4)}
