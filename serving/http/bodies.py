"""The body of a request: of the right kind, not larger than it may be, and not slower."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request

from serving.http.problems import ProblemError, bad_body, invalid_request
from serving.http.schemas import Problem

#: What a request with a body may be refused for, beside what it says.
BODY_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "The body is not what it should be, or did not come whole"},
    408: {"model": Problem, "description": "The body came too slowly"},
    413: {"model": Problem, "description": "The body is too large"},
    415: {"model": Problem, "description": "The body is of another kind"},
}

#: A body that has not come whole by then is given up.
BODY_SECONDS = 10.0
#: Unless a route says otherwise.
MAX_BYTES = 2 * 1024 * 1024


async def read_json_body(request: Request, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a JSON body, not parsed. Raises ProblemError as `read_body` does."""
    return await read_body(request, ["application/json"], max_bytes)


async def read_body(request: Request, media_types: Sequence[str], max_bytes: int) -> bytes:
    """The bytes of a body of one of these types. Raises ProblemError: 415, 413, 408, or 400 where the caller left."""
    _check_headers(request, media_types, max_bytes)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request, max_bytes)
    except TimeoutError:
        raise bad_body(408, f"the body did not come within {BODY_SECONDS:.0f} seconds") from None
    except ClientDisconnect:
        raise bad_body(400, "the body did not come whole") from None


def _check_headers(request: Request, media_types: Sequence[str], max_bytes: int) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in media_types:
        raise bad_body(415, f"send the body as Content-Type: {' or '.join(media_types)}")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise bad_body(415, "send the body without Content-Encoding")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > max_bytes:
        raise _too_large(max_bytes)


async def _read(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _too_large(max_bytes: int) -> ProblemError:
    return bad_body(413, f"the body is larger than {max_bytes} bytes")


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """The request body for OpenAPI."""
    return {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}


def parsed(adapter: TypeAdapter[Any], body: bytes) -> Any:
    """The body as what it should be. Raises ProblemError for what is not JSON (400) or not that (422)."""
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        raise _refusal(error) from None


def _refusal(error: ValidationError) -> ProblemError:
    parts = error.errors(include_url=False, include_context=False, include_input=False)
    if parts[0]["type"] == "json_invalid":
        return bad_body(400, parts[0]["msg"])
    return invalid_request(
        [{"field": ".".join(map(str, part["loc"])) or "body", "detail": part["msg"]} for part in parts]
    )
