"""Parts of a verb as spans, below the part they belong to or below the verb. Imported only where traces are on."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span, set_span_in_context

from frontpage.core.tracing.parts import statement_name

#: A verb that says more than this to the database shows the first ones: what waits to be sent is bounded.
MAX_STATEMENTS: Final = 1_000


class Recorder:
    """Of one verb."""

    def __init__(self, tracer: Tracer, verb: Span) -> None:
        self._tracer, self._within = tracer, set_span_in_context(verb)
        self._n_statements = 0
        self._lock = threading.Lock()

    def part(self, name: str, said: Mapping[str, int | str]) -> AbstractContextManager[None]:
        """A span with what is said of it."""
        return self._span(name, SpanKind.INTERNAL, {f"frontpage.{key}": value for key, value in said.items()})

    def statement(self, text: str) -> AbstractContextManager[None]:
        """A span, or none beyond MAX_STATEMENTS."""
        with self._lock:
            self._n_statements += 1
            if self._n_statements > MAX_STATEMENTS:
                return nullcontext()
        said = {"db.system.name": "postgresql", "db.query.text": text}
        return self._span(statement_name(text) or "statement", SpanKind.CLIENT, said)

    @contextmanager
    def _span(self, name: str, kind: SpanKind, said: Mapping[str, int | str]) -> Iterator[None]:
        """Threads of a worker know of no span but those that began in them."""
        within = None if get_current_span().get_span_context().is_valid else self._within
        # The words of an error may hold a secret.
        with self._tracer.start_as_current_span(
            name, within, kind, said, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
