"""What surrounds every request: its id, headers that every answer has, limits, and what is written down of it."""

import time
from http import HTTPStatus

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.context import AppContext
from serving.http.problems import OVERLOADED, ProblemError, bad_body, send_problem
from serving.http.request_id import HEADER, give_request_id
from serving.http.telemetry.request_log import Handled
from serving.http.telemetry.tracing import Traced

#: A body that comes with a request which needs none, and is not read.
MAX_BODY_BYTES = 1_000_000
#: Answers are data: a browser must not guess otherwise, run, frame or tell of them.
_POLICY = b"content-security-policy"
_SECURITY_OF_PAGES = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_SECURITY = (*_SECURITY_OF_PAGES, (_POLICY, b"default-src 'none'; frame-ancestors 'none'"))
_NAME = HEADER.lower().encode()
#: Probes and metrics are answered however busy the worker is.
_ALWAYS = ("/health/", "/metrics")
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_UNKNOWN_ROUTE = "(no such path)"


class Api(FastAPI):
    """FastAPI with RequestMiddleware around everything else, so that an answer to a bug has it too."""

    def build_middleware_stack(self) -> ASGIApp:
        """The application as the server calls it."""
        inner, context = super().build_middleware_stack(), self.state.context
        return RequestMiddleware(Traced(inner, context) if context.is_traced else inner, context)


class RequestMiddleware:
    """ASGI middleware; the outermost."""

    def __init__(self, app: ASGIApp, context: AppContext) -> None:
        self._app, self._context = app, context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, give_request_id(scope))
        load = self._context.load
        refusal = self._refusal(scope)
        load.n_concurrent += 1
        try:
            if refusal is None:
                await self._app(scope, receive, answer.send)
            else:
                await send_problem(refusal, scope, receive, answer.send)
        finally:
            load.n_concurrent -= 1
            self._write_down(scope, answer)

    def _refusal(self, scope: Scope) -> ProblemError | None:
        if self._context.load.is_full and not scope["path"].startswith(_ALWAYS):
            scope["state"]["outcome"] = "shed"
            return ProblemError(503, OVERLOADED, "more requests than can be answered; try again soon")
        return _too_large() if scope["method"] in _BODILESS and _length(scope) > MAX_BODY_BYTES else None

    def _write_down(self, scope: Scope, answer: "_Answer") -> None:
        state = scope["state"]
        seconds = time.perf_counter() - answer.started
        route = scope.get("route")
        path = route.path_format if route else _UNKNOWN_ROUTE
        outcome = state.get("outcome") or _outcome(answer.status)
        self._context.metrics.answered(path, outcome, seconds, state.get("sampled_trace_id"))
        if state.get("n_items"):
            self._context.metrics.delivered(state["n_items"], answer.n_bytes, seconds)
        self._context.request_log.add(
            Handled(
                self._context.now(), scope["method"], path, answer.status, outcome, seconds, answer.n_bytes,
                answer.request_id, state.get("run_id"), state.get("fallback"), state.get("surface"),
                state.get("trace_id"),
            )
        )  # fmt: skip


class _Answer:
    """What went out for one request."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.started = time.perf_counter()
        self.status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        self.n_bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message["headers"]
            has_policy = any(name == _POLICY for name, _ in given)  # a page of ours has one of its own
            ours = _SECURITY_OF_PAGES if has_policy else _SECURITY
            message["headers"] = [*given, (_NAME, self.request_id.encode()), *ours]
        else:
            self.n_bytes += len(message.get("body", b""))
        await self._send(message)


def _length(scope: Scope) -> int:
    """How long the body says it is, 0 where it does not say."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0


def _too_large() -> ProblemError:
    return bad_body(413, f"this request needs no body, and may have one of {MAX_BODY_BYTES} bytes at most")


def _outcome(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return "success"
    return "client_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failure"
