"""Authentication: who may pass, how often, and how many wrong keys an address may try."""

import ipaddress
import re
from typing import Any, Final

from cachetools import FIFOCache
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontpage.core.errors import BadInputError
from frontpage.core.identity.api_keys import Scope as KeyScope
from frontpage.core.identity.api_keys import key_hash
from frontpage.core.settings import Settings
from serving.access.keys import Key, KeyRing, settings_keys
from serving.access.rate_limit import Allowance, RateLimiter
from serving.http.problems import (
    UNAVAILABLE,
    ProblemError,
    forbidden,
    send_problem,
    too_many_requests,
    unauthorized,
)
from serving.http.schemas import Problem

#: Paths below it need a key where any are needed; health, the OpenAPI document and links with their own proof do not.
GUARDED: Final = "/v1/"
#: Requests of a key come back evenly over this long.
WINDOW_SECONDS: Final = 10
#: Wrong keys an address may try at once; they come back evenly over the minute.
FAILURES_PER_MINUTE: Final = 10
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "No valid key"},
    403: {"model": Problem, "description": "The key may do other things"},
    429: {"model": Problem, "description": "Too many requests of this key, or wrong keys from this address"},
}
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
#: Reads with a POST: what is asked for does not fit into a URL.
_READING_PATHS = frozenset({"/v1/readers:batch", "/v1/sessions:recommend"})
#: What decides about other people's mail.
_ADMIN_PATHS = frozenset({"/v1/digest/reports"})
#: What decides about what everybody is shown.
_EDITOR_PATH = re.compile(r"(?s)/v1/(articles/.*/retraction|editorial/.*)")
#: (address, key) pairs remembered as good; beyond it the one met first is forgotten.
_MAX_GOOD = 10_000
#: What a publisher's system writes, and what became of it.
_CATALOGUE_PATH = re.compile(r"/v1/(catalogue/.*|batches/.*)")
_CATALOGUE_PUT = re.compile(r"/v1/(articles|readers)/[^/]+")
_KEY_NAME = "key_name"


def guard(app: FastAPI, settings: Settings, host: str) -> dict[int | str, dict[str, Any]]:
    """Ask for keys where they are needed; the refusals that this adds to each guarded path.

    Web pages of other origins are let in only where FRONTPAGE_CORS_ORIGINS names them.
    """
    app.state.key_ring = KeyRing(settings) if needs_keys(settings, host) else None
    if app.state.key_ring is not None:
        app.add_middleware(AuthMiddleware, ring=app.state.key_ring, requests_per_second=settings.rate_limit_per_second)
    if settings.cors_origin_list:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origin_list,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-API-Key", "X-Request-ID"],
            expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"],
        )
    return {} if app.state.key_ring is None else _REFUSALS


def refuse_without_keys(settings: Settings, host: str, n_stored_keys: int = 0) -> None:
    """Raise BadInputError where a key is needed and none is known: the API would be closed to everybody."""
    if not needs_keys(settings, host) or settings_keys(settings) or n_stored_keys:
        return
    where = f"on {host}" if not is_loopback(host) else f"with FRONTPAGE_ENV={settings.env}"
    raise BadInputError(
        f"the API does not start {where} without keys; set FRONTPAGE_API_KEYS, or start the database and run "
        "`frontpage key create`"
    )


def needs_keys(settings: Settings, host: str) -> bool:
    """Whether every request needs a key: anywhere but on loopback in development, and there where keys are set."""
    return bool(settings_keys(settings)) or settings.env != "development" or not is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def needed_scope(method: str, path: str = "") -> KeyScope:
    """What a key must be allowed: to read, to send events and wishes, or catalogues, to edit, to decide about mail."""
    if path in _ADMIN_PATHS:
        return KeyScope.ADMIN
    if _EDITOR_PATH.fullmatch(path):
        return KeyScope.EDITOR
    if _CATALOGUE_PATH.fullmatch(path) or (method == "PUT" and _CATALOGUE_PUT.fullmatch(path)):
        return KeyScope.CATALOGUE
    return KeyScope.READ if method in _READING or path in _READING_PATHS else KeyScope.EVENTS


class AuthMiddleware:
    """ASGI middleware: 401, 403 or 429 for who may not pass, and `RateLimit` headers for who may.

    Costs a hash and some look-ups. An address that has tried too many wrong keys is refused for a while, so
    guessing is slow; keys that passed from there before go on to pass, so that a neighbour's mistake stops nobody.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing, requests_per_second: int) -> None:
        self._app, self._ring, self._per_second = app, ring, requests_per_second
        self._limiters: dict[int, RateLimiter] = {}
        self._failures = RateLimiter(FAILURES_PER_MINUTE, 60)
        self._good: FIFOCache[tuple[str, bytes], None] = FIFOCache(_MAX_GOOD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        try:
            allowance = self._admit(scope)
        except ProblemError as error:
            await send_problem(error, scope, receive, send)
            return
        await self._app(scope, receive, send if allowance is None else _with_headers(send, allowance.headers()))

    def _admit(self, scope: Scope) -> Allowance | None:
        """What is left to the caller, None without limit. Raises ProblemError for who may not pass."""
        key = self._identify(given_key(scope), _address(scope))
        needed = needed_scope(scope["method"], scope.get("path", ""))
        if not key.allows(needed):
            raise forbidden(needed)
        scope.setdefault("state", {})[_KEY_NAME] = key.name
        per_second = key.requests_per_second or self._per_second
        if not per_second:
            return None
        allowance = self._limiter(per_second).take(key.hash)
        if allowance.retry_seconds is not None:
            raise too_many_requests("this key has used up its requests", allowance.retry_seconds, allowance.headers())
        return allowance

    def _identify(self, given: str, address: str) -> Key:
        if not given:
            raise unauthorized()
        digest = key_hash(given)
        pair = (address, digest)
        wait = self._failures.wait_seconds(address)
        if wait and pair not in self._good:
            raise too_many_requests("too many wrong keys came from this address", wait)
        key = self._ring.find(digest)
        if key is None:
            raise self._refusal(address)
        if pair not in self._good:
            self._good[pair] = None
        return key

    def _refusal(self, address: str) -> ProblemError:
        if not self._ring.is_complete:
            return ProblemError(503, UNAVAILABLE, "the database has not said yet which keys there are; try again soon")
        self._failures.take(address)
        return unauthorized()

    def _limiter(self, per_second: int) -> RateLimiter:
        if per_second not in self._limiters:
            self._limiters[per_second] = RateLimiter(per_second * WINDOW_SECONDS, WINDOW_SECONDS)
        return self._limiters[per_second]


def acting(request: Request) -> str:
    """Who asks, for the audit log: the key's name; without keys, on loopback in development, nobody in particular."""
    return f"api:{request.scope.get('state', {}).get(_KEY_NAME, 'development')}"


def given_key(scope: Scope) -> str:
    """The key of a request, from `X-API-Key` or else `Authorization: Bearer`; empty where there is none."""
    bearer = b""
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            return str(value.decode("latin-1").strip())
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            bearer = value[7:]
    return bearer.decode("latin-1").strip()


def _address(scope: Scope) -> str:
    """Where a request comes from; of IPv6 the /64, which is what one subscriber has."""
    host = (scope.get("client") or ("",))[0]
    return host if ":" not in host else str(ipaddress.ip_network(f"{host.split('%')[0]}/64", strict=False))


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    more = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return send_with_headers
