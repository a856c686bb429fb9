"""OpenTelemetry's own variables, for programs that do not read them themselves: where spans go, and of which traces."""

from collections.abc import Mapping
from typing import Final

from frontpage.core.errors import BadInputError
from frontpage.core.tracing.provider import REQUEST_SHARE, is_over_http

_PATH: Final = "/v1/traces"
_DEFAULT: Final = "http://localhost:4318"
_SAMPLER, _ARGUMENT = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
_ALL, _NONE, _RATIO = "always_on", "always_off", "traceidratio"


def collector_url(environ: Mapping[str, str]) -> str:
    """The whole address that spans are sent to; empty where none are. Raises BadInputError as `is_on` does.

    >>> collector_url({})
    ''
    >>> collector_url({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://there:4318/"})
    'http://there:4318/v1/traces'
    """
    if not is_over_http(environ):
        return ""
    whole = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return whole or (environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or _DEFAULT).rstrip("/") + _PATH


def sampled_share(environ: Mapping[str, str], otherwise: float = REQUEST_SHARE) -> float:
    """Of traces that no caller began, from 0 to 1. Raises BadInputError for a sampler or a share that is none.

    >>> sampled_share({"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.2"})
    0.2
    """
    sampler = environ.get(_SAMPLER, "").removeprefix("parentbased_")
    given = environ.get(_ARGUMENT) or "1"
    try:
        share = {"": otherwise, _ALL: 1.0, _NONE: 0.0}.get(sampler)
        share = float(given) if share is None and sampler == _RATIO else share
    except ValueError:
        share = None
    if share is None or not 0 <= share <= 1:
        raise BadInputError(
            f"{_SAMPLER}={environ.get(_SAMPLER)} with {given}: give {_ALL}, {_NONE}, or {_RATIO} and a share"
        )
    return share
