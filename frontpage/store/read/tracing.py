"""Statements as spans, from asyncpg's own log of queries: without it, connections are as they are."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from asyncpg import Connection
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, get_current_span

from frontpage.core.tracing.parts import statement_name

_NANOSECONDS = 1_000_000_000


def with_spans(tracer: Tracer) -> Callable[[Connection], Awaitable[None]]:
    """What a pool does with each new connection, so that its statements are children of the span that asked.

    A statement that answers several requests at once is a child of the first; one that no request asked for has none.
    Values are not kept: they name readers.
    """

    def note(done: Any) -> None:
        asking = get_current_span().get_span_context()
        if not asking.trace_flags.sampled:
            return
        ended = time.time_ns()
        span = tracer.start_span(
            statement_name(done.query), kind=SpanKind.CLIENT, start_time=ended - int(done.elapsed * _NANOSECONDS),
            attributes={"db.system.name": "postgresql", "db.query.text": done.query},
        )  # fmt: skip
        if done.exception is not None:
            span.set_status(Status(StatusCode.ERROR, type(done.exception).__name__))
        span.end(ended)

    async def prepare(connection: Connection) -> None:
        connection.add_query_logger(note)

    return prepare
