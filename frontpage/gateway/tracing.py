"""Envoy's span of each request, sent to a collector; no span has a reader's id or a caller's address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from frontpage.core.errors import BadInputError
from frontpage.core.tracing.collector import collector_url, sampled_share

CLUSTER: Final = "collector"
_SERVICE: Final = "frontpage-gateway"
_TIMEOUT: Final = "3s"
_PORT: Final = 80
_MILLION: Final = 1_000_000
_CONFIG: Final = "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig"
_SAMPLERS: Final = "envoy.tracers.opentelemetry.samplers"
_SAMPLER_TYPES: Final = "type.googleapis.com/envoy.extensions.tracers.opentelemetry.samplers.v3"
#: Envoy puts the caller's address and program into spans unless something else stands there.
_HIDDEN: Final = ("peer.address", "user_agent")


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the gateway's spans go (http://HOST:PORT/PATH), and of which share of traces that no caller began."""

    url: str
    host: str
    port: int
    share: float

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self | None:
        """As OpenTelemetry's variables say; None where traces are off, or go into files only.

        Raises BadInputError for a collector that is not asked over plain HTTP.
        """
        url = collector_url(environ)
        if not url:
            return None
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port or _PORT
        except ValueError:
            host = None
        if parts.scheme != "http" or not host:
            raise BadInputError(f"the gateway sends no spans to {url}; name a collector as http://HOST:PORT")
        return cls(url, host, port, sampled_share(environ))


def of_manager(spans: Spans) -> dict[str, Any]:
    """What the connection manager needs; whoever began a trace decides whether it is kept, and ids stay as they are."""
    ids = "type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig"
    keep_ids = {"@type": ids, "pack_trace_reason": False, "use_request_id_for_trace_sampling": False}
    service = {"http_uri": {"uri": spans.url, "cluster": CLUSTER, "timeout": _TIMEOUT}}
    config = {"@type": _CONFIG, "service_name": _SERVICE, "http_service": service, "sampler": _sampler(spans.share)}
    return {
        "request_id_extension": {"typed_config": keep_ids},
        "tracing": {
            "provider": {"name": "envoy.tracers.opentelemetry", "typed_config": config},
            "max_path_tag_length": 0,  # a path holds ids of readers
            "custom_tags": [{"tag": tag, "literal": {"value": "-"}} for tag in _HIDDEN],
        },
    }


def of_route(name: str) -> dict[str, Any]:
    """The name of its spans, told to nobody else."""
    return {"decorator": {"operation": f"gateway {name}", "propagate": False}}


def _sampler(share: float) -> dict[str, Any]:
    percentage = {"numerator": round(share * _MILLION), "denominator": "MILLION"}
    ratio = _typed("trace_id_ratio_based", "TraceIdRatioBasedSamplerConfig", sampling_percentage=percentage)
    return _typed("parent_based", "ParentBasedSamplerConfig", wrapped_sampler=ratio)


def _typed(name: str, kind: str, **options: Any) -> dict[str, Any]:
    return {"name": f"{_SAMPLERS}.{name}", "typed_config": {"@type": f"{_SAMPLER_TYPES}.{kind}", **options}}
