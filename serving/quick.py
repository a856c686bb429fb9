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


def guarded_by(guard: Callable[[Request], Awaitable[None]]) -> Callable[[Any], Any]:
    """Give a dependency that only lets pass or raises a form that takes the request itself."""

    def mark(dependency: Any) -> Any:
        setattr(dependency, _NAME, guard)
        return dependency

    return mark


class QuickRoute(APIRoute):
    """A route whose endpoint was marked with `quickly`.

    Each dependency of the route and its routers must be marked with `guarded_by`; one that is not makes every request
    take FastAPI's way, so a guard cannot be passed by.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        thorough = super().get_route_handler()
        quick: Quick | None = getattr(self.endpoint, _NAME, None)
        guards = [guard for part in self.dependencies if (guard := getattr(part.dependency, _NAME, None))]
        if quick is None or len(guards) < len(self.dependencies):
            return thorough

        async def handle(request: Request) -> Response:
            if not quick.is_usual(request):
                return await thorough(request)
            for guard in guards:
                await guard(request)
            return await quick.answer(request)

        return handle
