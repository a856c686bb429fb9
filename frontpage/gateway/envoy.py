"""Envoy's configuration from the table (checked by `envoy --mode validate`, and run in tests/gateway)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from frontpage.gateway.log_lines import lines_to
from frontpage.gateway.routes import HIDDEN, ROUTES, KeyHolder, Limit, Route
from frontpage.gateway.tls import of_gateway, to_api
from frontpage.gateway.tracing import CLUSTER, Spans, of_manager, of_route

_TYPES: Final = "type.googleapis.com/envoy.extensions"
_FILTERS: Final = {
    "envoy.filters.http.api_key_auth": "filters.http.api_key_auth.v3.ApiKeyAuth",
    "envoy.filters.http.local_ratelimit": "filters.http.local_ratelimit.v3.LocalRateLimit",
    "envoy.filters.http.buffer": "filters.http.buffer.v3.Buffer",
    "envoy.filters.http.router": "filters.http.router.v3.Router",
}
_KEYS, _LIMIT, _BUFFER, _ROUTER = _FILTERS
#: Nobody has this name, and an empty list of clients would mean all of them.
_NOBODY: Final = "(nobody)"
_N_KEYS: Final = 10_000
#: Shorter than the API keeps a silent connection open, or a request might meet its end.
_IDLE_SECONDS: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gateway listens, and where the API is.

    certificates: a folder with the gateway's own certificate as an SDS file `tls.yaml`, or none: plain HTTP.
    trust: a folder with an SDS file `ca.yaml` of whom the API's certificate has to be from, or none: plain HTTP to it.
    spans: where its spans go, or none.
    log: the file that gets a line for each request, `-` for Envoy's standard output, or none.
    """

    port: int
    api_host: str
    api_port: int
    metrics_port: int
    admin_port: int
    host: str = "127.0.0.1"
    certificates: str = ""
    trust: str = ""
    spans: Spans | None = None
    log: str = ""


def configuration(place: Place, clients: Sequence[KeyHolder], routes: Sequence[Route] = ROUTES) -> dict[str, Any]:
    """The whole file, with the clients' keys in it: a secret."""
    return {
        "node": {"id": "gateway", "cluster": "frontpage"},
        "admin": {"address": _address("127.0.0.1", place.admin_port)},
        "static_resources": {
            "listeners": [_listener(place, clients, routes), _metrics(place)],
            "clusters": [_api(place), _own(place), *([_collector(place.spans)] if place.spans else [])],
        },
    }


def _listener(place: Place, clients: Sequence[KeyHolder], routes: Sequence[Route]) -> dict[str, Any]:
    manager = {
        "stat_prefix": "gateway",
        "codec_type": "AUTO",
        "use_remote_address": True,
        "normalize_path": True,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "generate_request_id": True,
        "preserve_external_request_id": True,
        "always_set_request_id_in_response": True,
        "request_headers_timeout": "10s",
        "request_timeout": "30s",
        "stream_idle_timeout": "60s",
        "server_header_transformation": "PASS_THROUGH",
        "common_http_protocol_options": {"idle_timeout": "60s", "headers_with_underscores_action": "REJECT_REQUEST"},
        "http_filters": [
            _filter(_KEYS, credentials=_credentials(clients), key_sources=_KEY_SOURCES),
            _filter(_LIMIT, stat_prefix="limit"),
            _filter(_BUFFER, max_request_bytes=1024),
            _filter(_ROUTER),
        ],
        "route_config": {"virtual_hosts": [_virtual_host(clients, routes)]},
        **(of_manager(place.spans) if place.spans else {}),
        **lines_to(place.log),
    }
    chain: dict[str, Any] = {"filters": [_manager(manager)]}
    if place.certificates:
        chain["transport_socket"] = of_gateway(place.certificates)
    return {
        "name": "gateway",
        "address": _address(place.host, place.port),
        "per_connection_buffer_limit_bytes": 32768,
        "filter_chains": [chain],
    }


_KEY_SOURCES: Final = [{"header": "X-API-Key"}, {"header": "Authorization"}]


def _virtual_host(clients: Sequence[KeyHolder], routes: Sequence[Route]) -> dict[str, Any]:
    hidden = {"name": "hidden", "match": {"safe_regex": {"regex": HIDDEN}}, **_refusal()}
    unknown = {"name": "unknown", "match": {"prefix": "/"}, **_refusal()}
    served = [_route(route, clients) for route in routes]
    return {"name": "api", "domains": ["*"], "routes": [hidden, *served, unknown]}


def _refusal() -> dict[str, Any]:
    """404 for everybody, with or without a key."""
    return {"direct_response": {"status": 404}, "typed_per_filter_config": {_KEYS: _OFF}}


_OFF: Final = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}


def _route(route: Route, clients: Sequence[KeyHolder]) -> dict[str, Any]:
    methods = "|".join(route.methods)
    by_method = {"name": ":method", "string_match": {"safe_regex": {"regex": methods}}}
    action = {"cluster": "api", "timeout": f"{route.timeout_seconds:g}s", "retry_policy": _again(route)}
    return {
        "name": route.name,
        **of_route(route.name),
        "match": {"safe_regex": {"regex": route.path}, "headers": [by_method]},
        "route": action,
        "typed_per_filter_config": {
            _KEYS: _allowed(route, clients),
            _LIMIT: _bucket(route),
            _BUFFER: {**_typed(_BUFFER, "PerRoute"), "buffer": {"max_request_bytes": route.max_body_bytes}},
        },
    }


def _again(route: Route) -> dict[str, Any]:
    """Once more, with another replica where there is one: what was never sent, and what may be sent twice."""
    other = "envoy.retry_host_predicates.previous_hosts"
    kind = f"{_TYPES}.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    return {
        "retry_on": "connect-failure,refused-stream,reset" if route.is_safe else "connect-failure",
        "num_retries": 1,
        "retry_host_predicate": [{"name": other, "typed_config": {"@type": kind}}],
        # Replicas are drawn by lot: so often, that one that was asked already comes out next to never.
        "host_selection_retry_max_attempts": 10,
    }


def _allowed(route: Route, clients: Sequence[KeyHolder]) -> dict[str, Any]:
    if route.scope is None:
        return dict(_OFF)
    names = [client.name for client in clients if client.may(route.scope)]
    return {**_typed(_KEYS, "PerRoute"), "allowed_clients": names or [_NOBODY]}


def _bucket(route: Route) -> dict[str, Any]:
    """Each key has its own; requests without one, on routes that ask for none, share the address's."""
    per_key = {"entries": [{"key": "key"}], "token_bucket": _tokens(route.limit)}
    per_address = {"entries": [{"key": "remote_address"}], "token_bucket": _tokens(route.limit)}
    by_key = {"actions": [{"request_headers": {"header_name": "x-api-key", "descriptor_key": "key"}}]}
    by_bearer = {"actions": [{"request_headers": {"header_name": "authorization", "descriptor_key": "key"}}]}
    by_address: dict[str, Any] = {"actions": [{"remote_address": {}}]}
    everything = {"numerator": 100, "denominator": "HUNDRED"}
    return {
        **_typed(_LIMIT),
        "stat_prefix": "limit",
        # The route's own bucket only keeps the whole of all keys within what the API can bear.
        "token_bucket": _tokens(Limit(route.limit.per_second * 20, route.limit.burst * 20)),
        "filter_enabled": {"default_value": everything},
        "filter_enforced": {"default_value": everything},
        "enable_x_ratelimit_headers": "DRAFT_VERSION_03",
        "max_dynamic_descriptors": _N_KEYS,
        "rate_limits": [by_address] if route.scope is None else [by_key, by_bearer],
        "descriptors": [per_address if route.scope is None else per_key],
    }


def _tokens(limit: Limit) -> dict[str, Any]:
    return {"max_tokens": limit.burst, "tokens_per_fill": limit.per_second, "fill_interval": "1s"}


def _credentials(clients: Sequence[KeyHolder]) -> list[dict[str, str]]:
    return [{"key": client.key, "client": client.name} for client in clients]


def _api(place: Place) -> dict[str, Any]:
    """The API's replicas: asked for their health, limited in number of requests, left out for a while where broken.

    Those that cannot serve lists get no request while half of them can; else all get some.
    """
    protocol = {
        "@type": f"{_TYPES}.upstreams.http.v3.HttpProtocolOptions",
        "common_http_protocol_options": {"idle_timeout": f"{_IDLE_SECONDS}s"},
        "explicit_http_config": {"http_protocol_options": {}},
    }
    threshold = {"max_connections": 1000, "max_pending_requests": 500, "max_requests": 1000, "max_retries": 20}
    return {
        "name": "api",
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "lb_policy": "LEAST_REQUEST",
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": protocol},
        "circuit_breakers": {"thresholds": [threshold]},
        "outlier_detection": {"consecutive_gateway_failure": 5, "base_ejection_time": "5s", "max_ejection_percent": 50},
        "health_checks": [
            {
                "timeout": "1s",
                "interval": "2s",
                "no_traffic_interval": "2s",
                "unhealthy_threshold": 2,
                "healthy_threshold": 1,
                "http_health_check": {"path": "/health/ready"},
            }
        ],
        "load_assignment": _endpoints("api", place.api_host, place.api_port),
        **({"transport_socket": to_api(place.trust, place.api_host)} if place.trust else {}),
    }


def _metrics(place: Place) -> dict[str, Any]:
    """What Prometheus collects, and nothing else of Envoy's administration."""
    route = {"match": {"path": "/stats/prometheus"}, "route": {"cluster": "own"}}
    manager = {
        "stat_prefix": "metrics",
        "http_filters": [_filter(_ROUTER)],
        "route_config": {"virtual_hosts": [{"name": "own", "domains": ["*"], "routes": [route]}]},
    }
    return {
        "name": "metrics",
        "address": _address(place.host, place.metrics_port),
        "filter_chains": [{"filters": [_manager(manager)]}],
    }


def _own(place: Place) -> dict[str, Any]:
    return {
        "name": "own",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": _endpoints("own", "127.0.0.1", place.admin_port),
    }


def _collector(spans: Spans) -> dict[str, Any]:
    return {
        "name": CLUSTER,
        "type": "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": _endpoints(CLUSTER, spans.host, spans.port),
    }


def _manager(options: dict[str, Any]) -> dict[str, Any]:
    kind = f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager"
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": {"@type": kind, **options}}


def _filter(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "typed_config": {**_typed(name), **options}}


def _typed(name: str, suffix: str = "") -> dict[str, Any]:
    return {"@type": f"{_TYPES}.{_FILTERS[name]}{suffix}"}


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _endpoints(name: str, host: str, port: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _address(host, port)}}
    return {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
