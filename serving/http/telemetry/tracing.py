"""A span for each request, child of the caller's `traceparent`; its id goes into the request's log line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.context import AppContext

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_SERVER_ERROR = 500
_HEADERS = (b"traceparent", b"tracestate")


class Traced:
    """ASGI middleware around the application; there only where traces are on."""

    def __init__(self, app: ASGIApp, context: AppContext) -> None:
        self._app, self._context = app, context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tracer = self._context.tracer
        if scope["type"] != "http" or tracer is None:
            await self._app(scope, receive, send)
            return
        await self._answer(tracer, scope, receive, send)

    async def _answer(self, tracer: Tracer, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        caller = TraceContextTextMapPropagator().extract(
            {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _HEADERS}
        )
        # The words of an error may name a reader.
        with tracer.start_as_current_span(
            scope["method"], caller, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            _name(span, scope)

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
