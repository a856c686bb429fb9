"""Errors as RFC 9457 problems: one shape for everything that is not a 2xx."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from frontpage.core.errors import NothingPublishedError, UnavailableError
from serving.http.request_id import request_id

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
UNAVAILABLE = "urn:frontpage:problem:unavailable"
NOTHING_PUBLISHED = "urn:frontpage:problem:nothing-published"
NOT_READY = "urn:frontpage:problem:not-ready"
INVALID_REQUEST = "urn:frontpage:problem:invalid-request"
OVERLOADED = "urn:frontpage:problem:overloaded"
UNAUTHORIZED = "urn:frontpage:problem:unauthorized"
FORBIDDEN = "urn:frontpage:problem:forbidden"
TOO_MANY_REQUESTS = "urn:frontpage:problem:too-many-requests"
UNUSABLE_BODY = "urn:frontpage:problem:unusable-body"


class ProblemError(Exception):
    """An answer that is a problem; `extra` are further members of its JSON object."""

    def __init__(self, status: int, type_: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type_
        self.detail = detail
        self.extra = extra
        self.headers: dict[str, str] = {}


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    app.add_exception_handler(ProblemError, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(NothingPublishedError, _answer_nothing_published)
    app.add_exception_handler(UnavailableError, _answer_unavailable)
    app.add_exception_handler(Exception, _answer_bug)


def unauthorized() -> ProblemError:
    """The 401 for a missing or unknown key; it does not say which."""
    error = ProblemError(401, UNAUTHORIZED, "give a valid key in X-API-Key or as Authorization: Bearer")
    error.headers["WWW-Authenticate"] = "Bearer"
    return error


def forbidden(scope: str) -> ProblemError:
    """The 403 for a key that may do other things."""
    return ProblemError(403, FORBIDDEN, f"this key does not have the scope {str(scope)!r}")


def too_many_requests(detail: str, wait_seconds: int, headers: Mapping[str, str] | None = None) -> ProblemError:
    """The 429 that says when to come again."""
    error = ProblemError(429, TOO_MANY_REQUESTS, f"{detail}; try again in {wait_seconds} s")
    error.headers.update({"Retry-After": str(wait_seconds), **(headers or {})})
    return error


def bad_body(status: int, detail: str) -> ProblemError:
    """The 4xx for a body that cannot even be looked at."""
    return ProblemError(status, UNUSABLE_BODY, detail)


def invalid_request(errors: Sequence[Mapping[str, str]], detail: str = "") -> ProblemError:
    """The 422 that names each `field` and its `detail`."""
    said = detail or "; ".join(f"{error['field']}: {error['detail']}" for error in errors)
    return ProblemError(422, INVALID_REQUEST, said, errors=list(errors))


async def send_problem(error: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem from a middleware, which the handlers above do not see."""
    await _respond(Request(scope), error)(scope, receive, send)


def _respond(request: Request, error: ProblemError) -> Response:
    name = request_id(request.scope)
    body = {
        "type": error.type,
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        "request_id": name,
        **error.extra,
    }
    headers = {"Cache-Control": "no-store", **error.headers}
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(orjson.dumps(body), error.status, headers, MEDIA_TYPE)


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return _respond(request, error)


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"field": _field(part), "detail": part["msg"]} for part in error.errors()]
    return _respond(request, invalid_request(errors))


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = ProblemError(error.status_code, "about:blank", str(error.detail))
    problem.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        problem.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return _respond(request, problem)


async def _answer_nothing_published(request: Request, error: Exception) -> Response:
    return _respond(request, ProblemError(503, NOTHING_PUBLISHED, str(error)))


async def _answer_unavailable(request: Request, error: Exception) -> Response:
    if isinstance(error.__cause__, TimeoutError):
        request.scope["state"]["outcome"] = "timeout"
    return _respond(request, ProblemError(503, UNAVAILABLE, str(error)))


async def _answer_bug(request: Request, _error: Exception) -> Response:
    """The server logs the traceback; the caller gets a request id to ask about."""
    return _respond(request, ProblemError(500, "about:blank", "something is wrong on our side; quote the request id"))


def _methods(request: Request) -> set[str]:
    """What may be done at a path; the framework knows only the methods of the first route that has it."""
    routes = [route for route in request.app.router.routes if route.matches(request.scope)[0] != Match.NONE]
    return {method for route in routes for method in getattr(route, "methods", None) or ()}


def _field(part: Mapping[str, Any]) -> str:
    return ".".join(str(place) for place in part["loc"])
