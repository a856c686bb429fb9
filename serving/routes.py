"""The endpoints under /v1: what readers' lists and runs are."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from core.errors import NothingPublishedError
from core.lists import LIST_LENGTH
from serving.answers import json_response, list_body, run_body
from serving.context import VARIANT, Context, context_of
from serving.schemas import CurrentRunAnswer, RecommendationList
from store.read.lists import fetch_current_run, fetch_list

MAX_READER_ID_LENGTH = 1024

ReaderId = Annotated[
    str, Path(min_length=1, max_length=MAX_READER_ID_LENGTH, description="any text, percent-encoded, slashes too")
]
Limit = Annotated[int, Query(ge=1, le=LIST_LENGTH, description="at most so many items")]
App = Annotated[Context, Depends(context_of)]


class _AnyText(Convertor[str]):
    """A path parameter of any characters: the ids of readers are not ours to restrict."""

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def v1() -> APIRouter:
    """The routes of version 1."""
    register_url_convertor("any_text", _AnyText())
    router = APIRouter(prefix="/v1")
    router.add_api_route(
        "/readers/{reader_id:any_text}/recommendations", recommendations, response_model=RecommendationList
    )
    router.add_api_route("/runs/current", current_run, response_model=CurrentRunAnswer)
    return router


async def recommendations(reader_id: ReaderId, app: App, limit: Limit = LIST_LENGTH) -> Response:
    """A reader's list from the published run.

    A reader who has no list gets a fallback, flagged, with status 200: never a 404. All items are of one run.
    """
    published = await fetch_list(app.database, VARIANT, app.reader_key(reader_id), limit)
    return json_response(list_body(reader_id, published))


async def current_run(app: App) -> Response:
    """The run being served: what it was made of and how old it is."""
    run = await fetch_current_run(app.database, VARIANT)
    if run is None:
        raise NothingPublishedError(f"no list of {VARIANT} has been published yet; run `frontpage refresh`")
    return json_response(run_body(run, app.now()))
