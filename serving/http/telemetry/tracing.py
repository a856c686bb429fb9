"""A span for each request, child of the caller's `traceparent`; its id goes into the request's log line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.context import AppContext

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span

_SERVER_ERROR = 500
_HEADERS = (b"traceparent", b"tracestate")


class Traced:
    """ASGI middleware around the application; there only where traces are on."""

    def __init__(self, app: ASGIApp, context: AppContext) -> None:
        from opentelemetry.trace import SpanKind, use_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._app, self._context = app, context
        self._kind, self._use_span, self._propagator = SpanKind.SERVER, use_span, TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tracer = self._context.tracer
        if scope["type"] != "http" or tracer is None:
            await self._app(scope, receive, send)
            return
        span = tracer.start_span(scope["method"], self._caller(scope), self._kind)
        _name(span, scope)
        # The words of an error may name a reader.
        with self._use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            if span.is_recording():
                await self._answer(span, scope, receive, send)
            else:  # nearly all: nothing is written of it
                await self._app(scope, receive, send)

    def _caller(self, scope: Scope) -> Context | None:
        """Whose child the span is; None where nobody says."""
        given = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _HEADERS}
        return self._propagator.extract(given) if given else None

    async def _answer(self, span: Span, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                _mark(span, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            _describe(span, scope)


def _name(span: Span, scope: Scope) -> None:
    """Its trace, for the log line; a second time where it is kept, for the histogram of latency."""
    trace_id = f"{span.get_span_context().trace_id:032x}"
    scope["state"]["trace_id"] = trace_id
    if span.is_recording():
        scope["state"]["sampled_trace_id"] = trace_id


def _mark(span: Span, status: int) -> None:
    from opentelemetry.trace import Status, StatusCode

    if status >= _SERVER_ERROR:
        span.set_status(Status(StatusCode.ERROR))


def _describe(span: Span, scope: Scope) -> None:
    """The route with names in place of ids, and what the log line names, too."""
    state, route = scope["state"], scope.get("route")
    span.set_attribute("http.request.method", scope["method"])
    span.set_attribute("http.request.id", state["request_id"])
    if route:
        span.update_name(f"{scope['method']} {route.path_format}")
        span.set_attribute("http.route", route.path_format)
    if state.get("run_id") is not None:
        span.set_attribute("frontpage.run_id", state["run_id"])
