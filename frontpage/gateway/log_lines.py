"""Envoy's line for each request, in the names of the API's own: the same ids, the route's name in place of the path."""

from typing import Any, Final

#: Standard output, as a place for lines.
STDOUT: Final = "-"
_TYPES: Final = "type.googleapis.com/envoy.extensions.access_loggers"
#: Field of the Elastic Common Schema -> what Envoy puts there; numbers stay numbers, what is not there is null.
_LINE: Final = {
    "@timestamp": "%START_TIME(%Y-%m-%dT%H:%M:%E6SZ)%",
    "log.level": "info",
    "message": "%REQUEST_HEADER(:METHOD)% %ROUTE_NAME% %RESPONSE_CODE%",
    "ecs.version": "8.11",
    "service.name": "frontpage-gateway",
    "event.dataset": "frontpage.gateway",
    "event.duration": "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:ns)%",
    "event.reason": "%RESPONSE_CODE_DETAILS%",
    "http.request.id": "%REQUEST_HEADER(X-REQUEST-ID)%",
    "http.request.method": "%REQUEST_HEADER(:METHOD)%",
    "http.response.status_code": "%RESPONSE_CODE%",
    "http.response.body.bytes": "%BYTES_SENT%",
    "trace.id": "%TRACE_ID%",
}


def lines_to(place: str) -> dict[str, Any]:
    """What the connection manager needs to write them to `place`, a file or STDOUT; nothing where it is empty."""
    if not place:
        return {}
    kind, options = ("file", {"path": place}) if place != STDOUT else ("stdout", {})
    name = "file.v3.FileAccessLog" if kind == "file" else "stream.v3.StdoutAccessLog"
    config = {"@type": f"{_TYPES}.{name}", **options, "log_format": {"json_format": _LINE}}
    return {"access_log": [{"name": f"envoy.access_loggers.{kind}", "typed_config": config}]}
