"""Where traces go: by OpenTelemetry's own variables, or into a file. Imports OpenTelemetry only where they are on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from frontpage.core.errors import BadInputError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

_EXPORTER, _SAMPLER, _OFF = "OTEL_TRACES_EXPORTER", "OTEL_TRACES_SAMPLER", "OTEL_SDK_DISABLED"
_PATIENCE = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
#: Over HTTP both; Airflow takes the first name for gRPC.
_OVER_HTTP: Final = ("otlp", "otlp_proto_http")
#: Of requests whose trace no caller began, one in a hundred; OTEL_TRACES_SAMPLER says otherwise.
REQUEST_SHARE: Final = 0.01
#: A collector that is away holds nobody up for longer.
_SECONDS = 3.0


def is_on(file: str, environ: Mapping[str, str]) -> bool:
    """Whether traces go anywhere. Raises BadInputError for an exporter that is not ours."""
    return not _is_off(environ) and (bool(file) or is_over_http(environ))


def is_over_http(environ: Mapping[str, str]) -> bool:
    """Whether they are sent to a collector. Raises BadInputError for an exporter that is not ours."""
    name = environ.get(_EXPORTER) or "none"
    if name not in ("none", *_OVER_HTTP):
        raise BadInputError(f"{_EXPORTER}={name}: give {_OVER_HTTP[1]} (OTLP over HTTP) or none")
    return name != "none" and not _is_off(environ)


@contextmanager
def tracing(service: str, file: str, environ: Mapping[str, str], share: float) -> Iterator[Tracer | None]:
    """What makes spans during the block, handed over at its end; None where traces are off.

    file: gets each span as a line of JSON; empty: none. share: of traces that nobody else began, from 0 to 1, unless
    OTEL_TRACES_SAMPLER says otherwise; what a caller has decided on holds.
    Raises BadInputError for an exporter that is not ours, or where OpenTelemetry is not installed.
    """
    if not is_on(file, environ):
        yield None
        return
    provider = _provider(service, file, environ, share)
    try:
        yield provider.get_tracer("frontpage")
    finally:
        provider.shutdown()


def _is_off(environ: Mapping[str, str]) -> bool:
    return environ.get(_OFF, "").lower() == "true"


def _provider(service: str, file: str, environ: Mapping[str, str], share: float) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError as error:
        raise BadInputError(f"traces are on, but {error.name} is not there; install frontpage[traces]") from error
    from frontpage.core.tracing.files import FileExporter

    sampler = None if environ.get(_SAMPLER) else ParentBased(TraceIdRatioBased(share))
    provider = TracerProvider(sampler, Resource.create({"service.name": service}), shutdown_on_exit=False)
    if is_over_http(environ):
        patience = None if any(map(environ.get, _PATIENCE)) else _SECONDS
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=patience)))
    if file:
        provider.add_span_processor(BatchSpanProcessor(FileExporter(file)))
    return provider
