"""`POST /v1/digest/reports`: bounces and complaints that a mail service hands over, instead of a mailbox."""

from typing import Annotated, Any, Final

import asyncpg
import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from frontpage.store.write.mails import append_report
from serving.context import AppContext, context_of, writer_of
from serving.http.bodies import BODY_REFUSALS, read_body
from serving.http.problems import bad_body

#: Some services name no better type than the second.
MEDIA_TYPES: Final = ("message/rfc822", "application/octet-stream")
#: A report holds no more than the head of the mail that it is about.
MAX_BYTES: Final = 1_000_000
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {kind: {"schema": {"type": "string", "minLength": 1, "format": "binary"}} for kind in MEDIA_TYPES},
}


class ReportTaken(BaseModel):
    """A mail that came back is on disk."""

    repeated: bool = Field(description="the same mail was waiting already")


def reports() -> APIRouter:
    """The route that takes reports in."""
    router = APIRouter(prefix="/v1")
    router.add_api_route(
        "/digest/reports", take_report, methods=["POST"], status_code=202, response_model=ReportTaken,
        responses=BODY_REFUSALS, openapi_extra={"requestBody": _BODY},
    )  # fmt: skip
    return router


async def take_report(
    request: Request,
    app: Annotated[AppContext, Depends(context_of)],
    writer: Annotated[asyncpg.Pool, Depends(writer_of)],
) -> Response:
    """Take in a mail that came back: a delivery status notification (RFC 3464) or a feedback report (RFC 5965).

    202 means: on disk. The next `frontpage bounces` or digest reads it as it reads the mailbox: what is no report about
    a mail of ours changes nothing.
    """
    raw = await read_body(request, MEDIA_TYPES, MAX_BYTES)
    if not raw:
        raise bad_body(400, "the body is empty; send the whole mail")
    is_new = await append_report(writer, raw, app.now())
    return Response(orjson.dumps({"repeated": not is_new}), 202, {"Cache-Control": "no-store"}, "application/json")
