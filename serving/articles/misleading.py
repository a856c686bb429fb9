"""`POST /v1/articles/{article_id}/reports`: a reader says that an article is misleading."""

from typing import Annotated, Any, Literal

import asyncpg
import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from frontpage.store.write.editorial import REPORTS_A_DAY, report_misleading
from serving.articles.routes import ArticleId
from serving.context import AppContext, context_of, writer_of
from serving.events.schemas import Identity
from serving.http.bodies import BODY_REFUSALS, json_body, parsed, read_json_body
from serving.http.problems import ProblemError, too_many_requests
from serving.http.schemas import Problem

_DAY_SECONDS = 86_400


class MisleadingReport(BaseModel):
    """Who reports, and what."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"reader_id": "reader_heavy", "said": "the picture is of another year"}]},
    )

    reader_id: Identity
    said: str = Field(default="", max_length=2_000, pattern=r"^[^\x00]*$", description="in the reader's words")


class ReportAnswer(BaseModel):
    """What became of it."""

    outcome: Literal["taken", "repeated"] = Field(description="`repeated`: the reader had reported it before")


_REPORT: TypeAdapter[MisleadingReport] = TypeAdapter(MisleadingReport)
_REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such article"},
    429: {"model": Problem, "description": "The reader has reported too many today"},
}


def misleading() -> APIRouter:
    """The route that takes readers' reports."""
    router = APIRouter(prefix="/v1")
    router.add_api_route(
        "/articles/{article_id:any_text}/reports", report, methods=["POST"], status_code=202,
        response_model=ReportAnswer, responses=BODY_REFUSALS | _REFUSALS,
        openapi_extra={"requestBody": json_body(MisleadingReport)},
    )  # fmt: skip
    return router


async def report(
    request: Request,
    article_id: ArticleId,
    app: Annotated[AppContext, Depends(context_of)],
    writer: Annotated[asyncpg.Pool, Depends(writer_of)],
) -> Response:
    """Take a reader's report of an article; one of each reader counts, and at most ten of a reader on one day.

    Where enough distinct reporters name an article it is held back until a person decides.
    """
    said: MisleadingReport = parsed(_REPORT, await read_json_body(request))
    reporter = app.reporter(app.reader_key(said.reader_id))
    outcome = "unknown" if "\x00" in article_id else await report_misleading(
        writer, article_id, reporter, "api", said.said
    )  # fmt: skip
    if outcome == "unknown":
        raise ProblemError(404, "about:blank", "no article has this id")
    if outcome == "too many":
        raise too_many_requests(f"a reader may report {REPORTS_A_DAY} articles a day", _DAY_SECONDS)
    return Response(orjson.dumps({"outcome": outcome}), 202, {"Cache-Control": "no-store"}, "application/json")
