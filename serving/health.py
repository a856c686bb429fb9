"""Is the process there, can it answer, and how is it doing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from serving.context import AppContext, context_of
from serving.http.problems import NOT_READY, ProblemError
from serving.http.responses import json_response
from serving.http.telemetry import exemplars
from serving.http.telemetry.metrics import MEDIA_TYPE

_MINUTE_SECONDS = 60


class Alive(BaseModel):
    """The process answers."""

    status: Literal["live"] = "live"


class Ready(BaseModel):
    """The API can answer with lists."""

    status: Literal["ready"] = "ready"
    run_id: int


def health() -> APIRouter:
    """The routes for probes; they need no key."""
    router = APIRouter()
    router.add_api_route("/health/live", live, response_model=Alive)
    router.add_api_route("/health/ready", ready, response_model=Ready)
    router.add_api_route("/metrics", metrics, response_class=PlainTextResponse)
    return router


async def live(request: Request) -> Response:
    """The process answers; says nothing about the database."""
    return json_response(request, {"status": "live"})


async def ready(request: Request, app: Annotated[AppContext, Depends(context_of)]) -> Response:
    """Lists can be served; otherwise a 503 whose `failing` names what is missing."""
    run, age_seconds = app.service.run, app.age_seconds()
    if app.service.is_away:
        raise _not_ready("database", "the database does not answer; the last known lists are served")
    if run is None or age_seconds is None:
        raise _not_ready("published_run", "no list has been published yet")
    if age_seconds > app.settings.run_too_old_minutes * _MINUTE_SECONDS:
        raise _not_ready("run_age", f"run {run.run_id} is {age_seconds / _MINUTE_SECONDS:.0f} minutes old")
    return json_response(request, {"status": "ready", "run_id": run.run_id})


async def metrics(request: Request, app: Annotated[AppContext, Depends(context_of)]) -> Response:
    """What Prometheus collects, for all workers of this server together."""
    app.update_gauges()
    if app.is_traced and exemplars.NAME in request.headers.get("accept", ""):
        return Response(app.metrics.page(with_exemplars=True), media_type=exemplars.MEDIA_TYPE)
    return Response(app.metrics.page(), media_type=MEDIA_TYPE)


def _not_ready(failing: str, detail: str) -> ProblemError:
    return ProblemError(503, NOT_READY, detail, failing=[failing])
