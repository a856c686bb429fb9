"""Is the process there, and can it answer."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from serving.answers import json_response
from serving.context import Context, context_of
from serving.problems import NOT_READY, ProblemError
from serving.schemas import Alive, Ready


def health() -> APIRouter:
    """The routes for probes; they need no key."""
    router = APIRouter(prefix="/health")
    router.add_api_route("/live", live, response_model=Alive)
    router.add_api_route("/ready", ready, response_model=Ready)
    return router


async def live(request: Request) -> Response:
    """The process answers; says nothing about the database."""
    return json_response(request, {"status": "live"})


async def ready(request: Request, app: Annotated[Context, Depends(context_of)]) -> Response:
    """Lists can be served; otherwise a 503 whose `failing` names what is missing."""
    run = app.desk.run
    if app.desk.is_away:
        raise _not_ready("database", "the database does not answer; the last known lists are served")
    if run is None:
        raise _not_ready("published_run", "no list has been published yet")
    return json_response(request, {"status": "ready", "run_id": run.run_id})


def _not_ready(failing: str, detail: str) -> ProblemError:
    return ProblemError(503, NOT_READY, detail, failing=[failing])
