"""`POST /v1/events`: what readers did and were shown, on disk before the answer says so."""

from typing import Annotated

import asyncpg
import orjson
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from frontpage.store.write.inbox import InboxEvent, append_events
from serving.context import AppContext, context_of, writer_of
from serving.events.schemas import EVENTS_BODY, Accepted, Event, parse_events
from serving.http.bodies import BODY_REFUSALS, read_json_body
from serving.http.problems import invalid_request


def events() -> APIRouter:
    """The route that takes events in."""
    router = APIRouter(prefix="/v1")
    router.add_api_route(
        "/events",
        take_events,
        methods=["POST"],
        status_code=202,
        response_model=Accepted,
        responses=BODY_REFUSALS,
        openapi_extra={"requestBody": EVENTS_BODY},
    )
    return router


async def take_events(
    request: Request,
    app: Annotated[AppContext, Depends(context_of)],
    writer: Annotated[asyncpg.Pool, Depends(writer_of)],
) -> Response:
    """Take in one event, or up to 1,000 in an array.

    202 means: on disk, and counted by the next extract. What cannot be used is left out and named by its index; only
    where nothing can be used the answer is 422. An event_id that is waiting already is not counted again.
    """
    now = app.now()
    good, rejected = parse_events(await read_json_body(request), now)
    if not good:
        raise invalid_request(
            [{"field": f"{one['index']}.{one['field']}", "detail": one["detail"]} for one in rejected],
            "none of the events can be used",
        )
    kept = [_inbox_event(app, event) for event in good]
    n_new = await append_events(writer, kept, now)
    for event in kept:
        if event.kind != "exposure":
            app.has_read(event.reader_key, event.article_id)
    answer = {"accepted": n_new, "repeated": len(good) - n_new, "rejected": rejected}
    return Response(orjson.dumps(answer), 202, {"Cache-Control": "no-store"}, "application/json")


def _inbox_event(app: AppContext, event: Event) -> InboxEvent:
    return InboxEvent(reader_key=app.reader_key(event.reader_id), **dict(event))
