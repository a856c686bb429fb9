"""A route that answers the usual request without FastAPI's dependencies and stacks, which cost more than the answer.

Routing, error handling and OpenAPI stay FastAPI's. What is not quite usual takes FastAPI's way, with the same result.
What this is worth is measured by `make proof-serve-quick` (docs/reference/serving-speed.md).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_NAME = "quick"


@dataclass(frozen=True, slots=True)
class Quick:
    """The quick way of an endpoint. `is_usual` lets pass only what the endpoint's signature would let pass."""

    is_usual: Callable[[Request], bool]
    answer: Callable[[Request], Awaitable[Response]]


def quickly(
    is_usual: Callable[[Request], bool], answer: Callable[[Request], Awaitable[Response]]
) -> Callable[[Any], Any]:
    """Give an endpoint a quick way."""

    def mark(endpoint: Any) -> Any:
        setattr(endpoint, _NAME, Quick(is_usual, answer))
        return endpoint

    return mark


class QuickRoute(APIRoute):
    """A route whose endpoint was marked with `quickly`; one with dependencies always takes FastAPI's way."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        quick: Quick | None = getattr(self.endpoint, _NAME, None)
        if quick is not None and not self.dependencies:
            self.app = _either(quick, self.app)


def _either(quick: Quick, thorough: ASGIApp) -> ASGIApp:
    """The quick way for the usual request, the thorough one for any other; what both raise is handled further out."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        if quick.is_usual(request):
            response = await quick.answer(request)
            await response(scope, receive, send)
        else:
            await thorough(scope, receive, send)

    return app
