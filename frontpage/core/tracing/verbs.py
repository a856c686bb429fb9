"""A verb and its stages as spans, below whatever called the verb."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from frontpage.core.progress import observed_by
from frontpage.core.tracing.parts import watched_by
from frontpage.core.tracing.provider import tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_SERVICE = "frontpage-steps"
#: How a process hands its place in a trace to those it starts: W3C's headers, as variables.
CARRIED = {"traceparent": "TRACEPARENT", "tracestate": "TRACESTATE"}
#: Verbs are few: each is traced, unless its caller or OTEL_TRACES_SAMPLER decides otherwise.
_EACH = 1.0


@contextmanager
def traced_verb(verb: str, execution_id: str, file: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Its trace's id for the time it takes; empty where traces are off."""
    with tracing(_SERVICE, file, environ, _EACH) as tracer:
        if tracer is None:
            yield ""
            return
        with _span(tracer, verb, execution_id, environ) as span:
            yield f"{span.get_span_context().trace_id:032x}"


@contextmanager
def _span(tracer: Tracer, verb: str, execution_id: str, environ: Mapping[str, str]) -> Iterator[Span]:
    from opentelemetry.trace import Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    from frontpage.core.tracing.recorder import Recorder

    carried = {header: environ.get(variable, "") for header, variable in CARRIED.items()}
    caller = TraceContextTextMapPropagator().extract(carried)
    named = {"frontpage.verb": verb, "frontpage.execution_id": execution_id}
    # The words of an error may hold a secret.
    with tracer.start_as_current_span(
        f"frontpage {verb}", caller, attributes=named, record_exception=False, set_status_on_exception=False
    ) as span:
        stages = _Stages(tracer, span)
        try:
            with observed_by(stages), watched_by(Recorder(tracer, span)):
                yield span
        except BaseException as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            stages.close()


class _Stages:
    """What reports progress is a stage, from its first report to its last; each is a child of the verb."""

    def __init__(self, tracer: Tracer, verb: Span) -> None:
        from opentelemetry.trace import set_span_in_context

        self._tracer, self._within = tracer, set_span_in_context(verb)
        self._open: dict[str, Span] = {}
        self._done: dict[str, int] = {}
        self._lock = threading.Lock()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        with self._lock:
            is_over = total is not None and done >= total
            if what not in self._open and not (is_over and self._done.get(what) == done):
                self._open[what] = self._tracer.start_span(what, self._within)
            self._done[what] = done
            if is_over and what in self._open:
                self._end(what)

    def close(self) -> None:
        """End those that nobody ended: of unknown length, or cut short by a failure."""
        with self._lock:
            for what in [*self._open]:
                self._end(what)

    def _end(self, what: str) -> None:
        span = self._open.pop(what)
        span.set_attribute("frontpage.stage.done", self._done[what])
        span.end()
