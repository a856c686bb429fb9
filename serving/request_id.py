"""X-Request-ID: taken from the caller where it is well formed, else made here; on every answer."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_STATE = "request_id"


class RequestIdMiddleware:
    """Names each request, before anything else sees it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = _name(Headers(scope=scope).get(HEADER, ""))
        scope.setdefault("state", {})[_STATE] = name

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        await self._app(scope, receive, send_named)


def request_id(scope: Mapping[str, Any]) -> str:
    """The name of the request being answered."""
    return str(scope.get("state", {}).get(_STATE, ""))


def _name(given: str) -> str:
    return given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
