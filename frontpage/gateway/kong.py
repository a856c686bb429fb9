"""Kong's declarative file from the same table, for whoever has Kong. It was not run here: no Kong could be had."""

from collections.abc import Sequence
from typing import Any

from frontpage.core.identity.api_keys import Scope
from frontpage.gateway.routes import ROUTES, KeyHolder, Route

_MILLISECONDS = 1000


def configuration(api_url: str, clients: Sequence[KeyHolder], routes: Sequence[Route] = ROUTES) -> dict[str, Any]:
    """Format 3.0 (`deck` or `KONG_DECLARATIVE_CONFIG`), with the clients' keys in it: a secret.

    A service for each route, since Kong keeps time-outs and retries there.
    """
    return {
        "_format_version": "3.0",
        "services": [_service(route, api_url) for route in routes],
        "consumers": [_consumer(client) for client in clients],
        "plugins": [
            {"name": "correlation-id", "config": {"header_name": "X-Request-ID", "echo_downstream": True}},
            {"name": "prometheus"},
        ],
    }


def _service(route: Route, api_url: str) -> dict[str, Any]:
    timeout = int(route.timeout_seconds * _MILLISECONDS)
    return {
        "name": route.name,
        "url": api_url,
        "connect_timeout": _MILLISECONDS,
        "read_timeout": timeout,
        "write_timeout": timeout,
        "retries": 1 if route.is_safe else 0,
        "routes": [_route(route)],
    }


def _route(route: Route) -> dict[str, Any]:
    limiting = {"second": route.limit.per_second, "limit_by": "ip" if route.scope is None else "consumer"}
    size = {"allowed_payload_size": max(route.max_body_bytes // 1024, 1), "size_unit": "kilobytes"}
    plugins: list[dict[str, Any]] = [
        {"name": "rate-limiting", "config": {**limiting, "policy": "local"}},
        {"name": "request-size-limiting", "config": size},
    ]
    if route.scope is not None:
        allowed = sorted({route.scope, Scope.ADMIN})
        plugins += [
            {"name": "key-auth", "config": {"key_names": ["X-API-Key"], "key_in_query": False, "key_in_body": False}},
            {"name": "acl", "config": {"allow": [str(scope) for scope in allowed]}},
        ]
    return {
        "name": route.name,
        "methods": list(route.methods),
        "paths": [f"~(?:{route.path})$"],
        "strip_path": False,
        "path_handling": "v1",
        "plugins": plugins,
    }


def _consumer(client: KeyHolder) -> dict[str, Any]:
    return {
        "username": client.name,
        "keyauth_credentials": [{"key": client.key}],
        "acls": [{"group": str(scope)} for scope in sorted(client.scopes)],
    }
