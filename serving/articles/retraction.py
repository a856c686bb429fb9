"""`POST /v1/articles/{article_id}/retraction`: take an article out of everything, at once."""

from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from frontpage.core import columns as c
from frontpage.store.read.lists import fetch_articles
from frontpage.store.write.editorial import set_retracted
from serving.access.security import acting
from serving.articles.routes import ArticleId
from serving.context import AppContext, context_of, writer_of
from serving.http.bodies import BODY_REFUSALS, json_body, parsed, read_json_body
from serving.http.problems import ProblemError
from serving.http.schemas import Problem


class RetractionAsked(BaseModel):
    """What is to become of an article and its copies."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"reason": "the quote was made up"}]},
    )

    reason: str = Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*\S[^\x00]*$", description="is audited")
    retracted: bool = Field(default=True, description="false takes a retraction back")
    with_near: bool = Field(default=False, description="near-duplicates too, which a person has looked at")


class RetractionAnswer(BaseModel):
    """What changed; nothing where it was so already."""

    article_id: str
    retracted: bool
    changed: list[str] = Field(description="ids of the articles whose status changed: itself and its copies")


_ASKED: TypeAdapter[RetractionAsked] = TypeAdapter(RetractionAsked)
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such article"}}


def retraction() -> APIRouter:
    """The route that retracts."""
    router = APIRouter(prefix="/v1")
    router.add_api_route(
        "/articles/{article_id:any_text}/retraction", retract, methods=["POST"], response_model=RetractionAnswer,
        responses=BODY_REFUSALS | _UNKNOWN, openapi_extra={"requestBody": json_body(RetractionAsked)},
    )  # fmt: skip
    return router


async def retract(
    request: Request,
    article_id: ArticleId,
    app: Annotated[AppContext, Depends(context_of)],
    writer: Annotated[asyncpg.Pool, Depends(writer_of)],
) -> Response:
    """Retract an article and its copies, or take that back. No answer holds it once this one is there.

    Who was shown it is written down with the next digest, before its mails are made, or at once by `frontpage retract`.
    """
    asked: RetractionAsked = parsed(_ASKED, await read_json_body(request))
    if "\x00" in article_id or not await fetch_articles(app.database, [article_id]):
        raise ProblemError(404, "about:blank", "no article has this id")
    changed = await set_retracted(
        writer, article_id, acting(request), asked.reason, is_retracted=asked.retracted, with_near=asked.with_near
    )
    for name in changed:
        app.service.articles.invalidate(name)  # the other workers hear of it from the database
    body = {c.ARTICLE_ID: article_id, "retracted": asked.retracted, "changed": changed}
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
