"""One line of JSON for each request, with the field names of the Elastic Common Schema; no reader ids."""

import asyncio
import os
from datetime import datetime
from typing import NamedTuple

import orjson

_ECS_VERSION = "8.11"
_STDOUT = 1
_NANOSECONDS = 1_000_000_000


class Handled(NamedTuple):
    """What there is to say of a request: `route` is the path with names in place of ids."""

    at: datetime
    method: str
    route: str
    status: int
    outcome: str
    seconds: float
    n_bytes: int
    request_id: str
    run_id: int | None
    fallback: str | None
    surface: str | None


async def write_lines(requests: list[Handled]) -> None:
    """Write a line for each request to standard output, from a thread: whoever reads it may be slow."""
    text = b"".join(map(line, requests))
    await asyncio.get_running_loop().run_in_executor(None, _write_all, text)


def line(request: Handled) -> bytes:
    """The line of a request."""
    members = {
        "@timestamp": request.at,
        "log.level": "error" if request.status >= 500 else "info",
        "message": f"{request.method} {request.route} {request.status}",
        "ecs.version": _ECS_VERSION,
        "service.name": "frontpage-api",
        "process.pid": os.getpid(),
        "event.dataset": "frontpage.requests",
        "event.duration": int(request.seconds * _NANOSECONDS),
        "event.outcome": "success" if request.status < 400 else "failure",
        "http.request.id": request.request_id,
        "http.request.method": request.method,
        "http.response.status_code": request.status,
        "http.response.body.bytes": request.n_bytes,
        "url.path": request.route,
        "frontpage.outcome": request.outcome,
        "frontpage.run_id": request.run_id,
        "frontpage.fallback": request.fallback,
        "frontpage.surface": request.surface,
    }
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _write_all(text: bytes) -> None:
    left = memoryview(text)
    while left:
        left = left[os.write(_STDOUT, left) :]
