"""One line of JSON for each request, with the field names of the Elastic Common Schema; no reader ids."""

import asyncio
import functools
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
    trace_id: str | None = None


async def write_lines(requests: list[Handled]) -> None:
    """Write a line for each request to standard output, from a thread: whoever reads it may be slow."""
    text = b"".join(map(line, requests))
    await asyncio.get_running_loop().run_in_executor(None, _write_all, text)


def line(request: Handled) -> bytes:
    """The line of a request."""
    own = {
        "@timestamp": request.at,
        "event.duration": int(request.seconds * _NANOSECONDS),
        "http.request.id": request.request_id,
        "http.response.body.bytes": request.n_bytes,
        "frontpage.run_id": request.run_id,
    }
    if request.trace_id:
        own["trace.id"] = request.trace_id
    alike = _alike(request.method, request.route, request.status, request.outcome, request.fallback, request.surface)
    return orjson.dumps(own, option=orjson.OPT_UTC_Z)[:-1] + alike


@functools.lru_cache(maxsize=1_000)
def _alike(method: str, route: str, status: int, outcome: str, fallback: str | None, surface: str | None) -> bytes:
    """The members that many lines have in common; they close the object and the line."""
    members = {
        "log.level": "error" if status >= 500 else "info",
        "message": f"{method} {route} {status}",
        "ecs.version": _ECS_VERSION,
        "service.name": "frontpage-api",
        "process.pid": os.getpid(),
        "event.dataset": "frontpage.requests",
        "event.outcome": "success" if status < 400 else "failure",
        "http.request.method": method,
        "http.response.status_code": status,
        "url.path": route,
        "frontpage.outcome": outcome,
        "frontpage.fallback": fallback,
        "frontpage.surface": surface,
    }
    return b"," + orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)[1:]


def _write_all(text: bytes) -> None:
    left = memoryview(text)
    while left:
        left = left[os.write(_STDOUT, left) :]
