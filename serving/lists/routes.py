"""The endpoints under /v1: what readers' lists and runs are."""

import asyncio
import re
from http.client import NOT_MODIFIED
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import TypeAdapter
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from frontpage.core.errors import NothingPublishedError
from frontpage.core.lists import LIST_LENGTH
from frontpage.store.read.lists import fetch_current_run
from serving.context import VARIANT, AppContext, context_of, quick_context_of
from serving.http.bodies import BODY_REFUSALS, json_body, parsed, read_json_body
from serving.http.responses import Tagged, json_response, tagged, tagged_response, untagged_response
from serving.lists.encoding import list_head, run_body, whole_list
from serving.lists.quick import QuickRoute, quickly
from serving.lists.schemas import (
    SURFACE,
    CurrentRunAnswer,
    Explanations,
    ReadersAsked,
    RecommendationList,
    RecommendationLists,
)
from serving.lists.service import EncodedList

MAX_READER_ID_LENGTH = 1024
_READERS_ASKED: TypeAdapter[ReadersAsked] = TypeAdapter(ReadersAsked)
_MAX_BATCH_BYTES = 4_000_000
_USUAL = re.compile(rb"(?:limit=(10|[1-9]))?(?:&?surface=([A-Za-z0-9_.-]{1,32}))?")

ReaderId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_READER_ID_LENGTH,
        description="any text, percent-encoded, slashes too",
        openapi_examples={"of the simulated newsroom": {"value": "reader_heavy"}},
    ),
]
Limit = Annotated[int, Query(ge=1, le=LIST_LENGTH, description="at most so many items")]
Surface = Annotated[
    str | None,
    Query(pattern=SURFACE, description="where it is shown; goes into the log of lists"),
]
Explain = Annotated[bool, Query(description="say how much each reason counted")]
Personalised = Annotated[
    bool, Query(description="false: a list that is made, and served, without anything about the reader")
]
Region = Annotated[
    str | None,
    Query(max_length=200, pattern=r"^[^\x00]*$", description="with `personalised=false`: of whom"),
]
App = Annotated[AppContext, Depends(context_of)]
#: Whose list it was, in the log of lists, where that is nobody's business.
NOBODY = 0


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
    router.add_api_route("/readers/{reader_id:any_text}/explanations", explanations, response_model=Explanations)
    router.add_api_route(
        "/readers:batch", recommendations_of_many, methods=["POST"], response_model=RecommendationLists,
        responses=BODY_REFUSALS, openapi_extra={"requestBody": json_body(ReadersAsked)},
    )  # fmt: skip
    router.add_api_route("/runs/current", current_run, response_model=CurrentRunAnswer)
    return router


def _is_usual(request: Request) -> bool:
    """Whether a request for a list has nothing that must be validated more closely."""
    asked = request.scope["asked"] = _USUAL.fullmatch(request.scope["query_string"])
    return asked is not None and 0 < len(request.path_params["reader_id"]) <= MAX_READER_ID_LENGTH


async def _answer_usual(request: Request) -> Response:
    limit, surface = request.scope["asked"].groups()
    return await recommendations(
        request, request.path_params["reader_id"], quick_context_of(request),
        int(limit or LIST_LENGTH), surface and surface.decode(),
    )  # fmt: skip


@quickly(_is_usual, _answer_usual)
async def recommendations(
    request: Request,
    reader_id: ReaderId,
    app: App,
    limit: Limit = LIST_LENGTH,
    surface: Surface = None,
    explain: Explain = False,
    personalised: Personalised = True,
    region: Region = None,
) -> Response:
    """A reader's list from the published run.

    A reader who has no list gets a fallback, flagged, with status 200: never a 404. All items are of one run.
    With `personalised=false` it is the list of the region that is named, or everybody's: nothing about the reader is
    looked at or written down.
    """
    if not personalised:
        return await _impersonal(request, reader_id, app, (limit, surface, region))
    reader_key = app.reader_key(reader_id)
    encoded = await app.lists.list_for(reader_key, explain=explain)
    response = tagged_response(request, _answer_of(encoded, reader_id, limit))
    n_items = min(limit, len(encoded.items))
    app.served(request, reader_key, encoded, n_items, surface, not_modified=response.status_code == NOT_MODIFIED)
    return response


async def _impersonal(
    request: Request, reader_id: str, app: AppContext, asked: tuple[int, str | None, str | None]
) -> Response:
    """The list for whoever is in a region; the log names nobody."""
    limit, surface, region = asked
    encoded = await app.service.impersonal(region)
    head = list_head(reader_id, encoded.run, encoded.fallback)
    response = tagged_response(request, tagged(whole_list(head, encoded.items[:limit])))
    n_items = min(limit, len(encoded.items))
    app.served(request, NOBODY, encoded, n_items, surface, not_modified=response.status_code == NOT_MODIFIED)
    return response


def _answer_of(encoded: EncodedList, reader_id: str, limit: int) -> Tagged:
    """The list as an answer, made once for as long as it may be shown so."""
    answer = encoded.answers.get((reader_id, limit))
    if answer is None:
        head = list_head(reader_id, encoded.run, encoded.fallback, encoded.notices)
        answer = encoded.answers[reader_id, limit] = tagged(whole_list(head, encoded.items[:limit]))
    return answer


async def recommendations_of_many(request: Request, app: App) -> Response:
    """The lists of up to 500 readers, in the order asked for; each as it would be answered alone.

    A POST, since so many ids do not fit into a URL, and ids in URLs end up in logs. It changes nothing.
    """
    asked: ReadersAsked = parsed(_READERS_ASKED, await read_json_body(request, _MAX_BATCH_BYTES))
    keys = [app.reader_key(reader_id) for reader_id in asked.reader_ids]
    bodies = []
    lists = await asyncio.gather(*map(app.lists.list_for, keys))
    for reader_id, key, encoded in zip(asked.reader_ids, keys, lists, strict=True):
        items = encoded.items[: asked.limit]
        bodies.append(whole_list(list_head(reader_id, encoded.run, encoded.fallback, encoded.notices), items))
        app.served(request, key, encoded, len(items), asked.surface, not_modified=False)
    return untagged_response(request, b'{"lists":[%b]}' % b",".join(bodies))


async def explanations(request: Request, reader_id: ReaderId, app: App) -> Response:
    """A reader's list with all that made it: run, data, model, source and score of each item, each reason's share."""
    encoded = await app.lists.list_for(app.reader_key(reader_id), explain=True)
    head = list_head(reader_id, encoded.run, encoded.fallback, encoded.notices, explain=True)
    return tagged_response(request, tagged(whole_list(head, encoded.items)))


async def current_run(request: Request, app: App) -> Response:
    """The run being served: what it was made of and how old it is."""
    run = await fetch_current_run(app.database, VARIANT)
    if run is None:
        raise NothingPublishedError(f"no list of {VARIANT} has been published yet; run `frontpage refresh`")
    return json_response(request, run_body(run, app.now()))
