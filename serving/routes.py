"""The endpoints under /v1: what readers' lists and runs are."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from core.errors import NothingPublishedError
from core.lists import LIST_LENGTH
from serving.answers import bytes_response, json_response, run_body
from serving.context import VARIANT, Context, context_of, quick_context_of
from serving.encoding import list_head, whole_list
from serving.quick import QuickRoute, quickly
from serving.schemas import CurrentRunAnswer, RecommendationList
from store.read.lists import fetch_current_run

MAX_READER_ID_LENGTH = 1024

ReaderId = Annotated[
    str, Path(min_length=1, max_length=MAX_READER_ID_LENGTH, description="any text, percent-encoded, slashes too")
]
Limit = Annotated[int, Query(ge=1, le=LIST_LENGTH, description="at most so many items")]
Explain = Annotated[bool, Query(description="say how much each reason counted")]
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
    router = APIRouter(prefix="/v1", route_class=QuickRoute)
    router.add_api_route(
        "/readers/{reader_id:any_text}/recommendations", recommendations, response_model=RecommendationList
    )
    router.add_api_route("/runs/current", current_run, response_model=CurrentRunAnswer)
    return router


def _is_plain(request: Request) -> bool:
    """Whether a request for a list has no parameters and an id of allowed length."""
    return not request.scope["query_string"] and 0 < len(request.path_params["reader_id"]) <= MAX_READER_ID_LENGTH


async def _plain(request: Request) -> Response:
    return await recommendations(request, request.path_params["reader_id"], quick_context_of(request))


@quickly(_is_plain, _plain)
async def recommendations(
    request: Request, reader_id: ReaderId, app: App, limit: Limit = LIST_LENGTH, explain: Explain = False
) -> Response:
    """A reader's list from the published run.

    A reader who has no list gets a fallback, flagged, with status 200: never a 404. All items are of one run.
    """
    shown = await app.desk.list_for(app.reader_key(reader_id), explain=explain)
    return bytes_response(request, whole_list(list_head(reader_id, shown.run, shown.fallback), shown.items[:limit]))


async def current_run(request: Request, app: App) -> Response:
    """The run being served: what it was made of and how old it is."""
    run = await fetch_current_run(app.database, VARIANT)
    if run is None:
        raise NothingPublishedError(f"no list of {VARIANT} has been published yet; run `frontpage refresh`")
    return json_response(request, run_body(run, app.now()))
