"""Is the process there, and can it answer."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from core.errors import UnavailableError
from serving.answers import json_response
from serving.context import VARIANT, Context, context_of
from serving.problems import NOT_READY, ProblemError
from serving.schemas import Alive, Ready
from store.read.lists import fetch_current_run


def health() -> APIRouter:
    """The routes for probes; they need no key."""
    router = APIRouter(prefix="/health")
    router.add_api_route("/live", live, response_model=Alive)
    router.add_api_route("/ready", ready, response_model=Ready)
    return router


async def live() -> Response:
    """The process answers; says nothing about the database."""
    return json_response({"status": "live"})


async def ready(app: Annotated[Context, Depends(context_of)]) -> Response:
    """Lists can be served; otherwise a 503 whose `failing` names what is missing."""
    try:
        run = await fetch_current_run(app.database, VARIANT)
    except UnavailableError as error:
        raise ProblemError(503, NOT_READY, str(error), failing=["database"]) from error
    if run is None:
        raise ProblemError(503, NOT_READY, "no list has been published yet", failing=["published_run"])
    return json_response({"status": "ready", "run_id": run.run_id})
