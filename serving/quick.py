"""A route that answers the usual request without FastAPI's solving of dependencies, which costs more than the answer.

Routing, error handling and OpenAPI stay FastAPI's. What is not quite usual takes FastAPI's way, with the same result.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

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

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        thorough = super().get_route_handler()
        quick: Quick | None = getattr(self.endpoint, _NAME, None)
        if quick is None or self.dependencies:
            return thorough

        async def handle(request: Request) -> Response:
            return await (quick.answer(request) if quick.is_usual(request) else thorough(request))

        return handle
