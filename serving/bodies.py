"""The body of a request: JSON, not larger than it may be, and not slower."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from serving.problems import ProblemError, bad_body

#: A body that has not come whole by then is given up.
BODY_SECONDS = 10.0


async def read_json_body(request: Request, max_bytes: int) -> bytes:
    """The bytes of a JSON body, not parsed. Raises ProblemError: 415, 413, 408, or 400 where the caller went away."""
    _check_headers(request, max_bytes)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request, max_bytes)
    except TimeoutError:
        raise bad_body(408, f"the body did not come within {BODY_SECONDS:.0f} seconds") from None
    except ClientDisconnect:
        raise bad_body(400, "the body did not come whole") from None


def _check_headers(request: Request, max_bytes: int) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise bad_body(415, "send the body as Content-Type: application/json")
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
