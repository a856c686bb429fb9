"""What readers ask of us: interests, articles hidden, publishers and categories muted, the digest."""

from dataclasses import asdict
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from frontpage.store.read.preferences import fetch_preferences
from frontpage.store.write.readers import set_interests, set_preferences
from serving.context import AppContext, context_of, writer_of
from serving.http.bodies import BODY_REFUSALS, json_body, read_json_body
from serving.lists.routes import ReaderId
from serving.preferences.schemas import (
    PickedInterests,
    PreferencesAnswer,
    PreferencesChange,
    parse_change,
    parse_interests,
    storable_reader_id,
)

App = Annotated[AppContext, Depends(context_of)]
Writer = Annotated[asyncpg.Pool, Depends(writer_of)]


def preferences() -> APIRouter:
    """The routes below a reader that write, and the one that says what was written."""
    router = APIRouter(prefix="/v1/readers/{reader_id:any_text}")
    router.add_api_route("/preferences", preferences_of, response_model=PreferencesAnswer)
    for path, change, body, answer in (
        ("/interests", change_interests, PickedInterests, PickedInterests),
        ("/preferences", change_preferences, PreferencesChange, PreferencesAnswer),
    ):
        router.add_api_route(
            path, change, methods=["PUT"], response_model=answer, responses=BODY_REFUSALS,
            openapi_extra={"requestBody": json_body(body)},
        )  # fmt: skip
    return router


async def change_interests(request: Request, reader_id: ReaderId, app: App, writer: Writer) -> Response:
    """Replace the categories a reader picked; an unknown reader signs up with them. The next refresh goes by them."""
    name = storable_reader_id(reader_id)
    picked = parse_interests(await read_json_body(request)).interests
    key = app.reader_key(name)
    await set_interests(writer, key, name, picked, app.now())
    app.service.reader_changed(key)  # the other workers hear of it from the database
    return _answer({"interests": picked})


async def change_preferences(request: Request, reader_id: ReaderId, app: App, writer: Writer) -> Response:
    """Replace what a reader hides or mutes; the answer is all that is in force now.

    A hidden article disappears from the reader's list at once, muted publishers and categories with the next refresh;
    from lists that stand in for it both do at once.
    """
    key = app.reader_key(storable_reader_id(reader_id))
    wishes = parse_change(await read_json_body(request)).wishes()
    await set_preferences(writer, key, wishes, app.now())
    app.service.reader_changed(key)  # the other workers hear of it from the database
    return _answer(asdict(await fetch_preferences(writer, key)))


async def preferences_of(reader_id: ReaderId, app: App) -> Response:
    """What a reader asked of us; nothing for a reader nobody knows."""
    return _answer(asdict(await fetch_preferences(app.database, app.reader_key(reader_id))))


def _answer(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
