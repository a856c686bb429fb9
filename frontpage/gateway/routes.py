"""The table: what passes the gateway, for whom, how much, and for how long. What is not in it is a 404."""

from dataclasses import dataclass
from typing import Final

from frontpage.core.identity.api_keys import Scope

_KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket of each key: `burst` at once, `per_second` come back."""

    per_second: int
    burst: int


@dataclass(frozen=True, slots=True)
class Route:
    """Requests of these methods whose whole path matches `path` (RE2, of PCRE the common part).

    scope: what the key must be allowed; None: no key is asked for. timeout_seconds: for the API's whole answer.
    is_safe: may be sent twice, so it is tried once more where a connection was lost.
    """

    name: str
    methods: tuple[str, ...]
    path: str
    scope: Scope | None
    limit: Limit
    timeout_seconds: float
    max_body_bytes: int = _KIB
    is_safe: bool = False


_READING, _WRITING, _RARE = Limit(200, 400), Limit(100, 200), Limit(5, 20)
_GET: Final = ("GET", "HEAD")

#: In order: the first that matches counts.
ROUTES: Final = (
    Route("pages", _GET, r"/|/docs|/docs/.*|/openapi\.json", None, _READING, 5, is_safe=True),
    Route("lists", _GET, r"/v1/readers/.+/(recommendations|explanations)", Scope.READ, _READING, 2, is_safe=True),
    Route("wishes", _GET, r"/v1/readers/.+/preferences", Scope.READ, _READING, 2, is_safe=True),
    Route("batch", ("POST",), r"/v1/readers:batch", Scope.READ, Limit(20, 40), 10, 1024 * _KIB, is_safe=True),
    Route("articles", _GET, r"/v1/popular|/v1/articles/.+/similar", Scope.READ, _READING, 2, is_safe=True),
    Route("visits", ("POST",), r"/v1/sessions:recommend", Scope.READ, _READING, 5, 64 * _KIB, is_safe=True),
    Route("run", _GET, r"/v1/runs/current", Scope.READ, _READING, 2, is_safe=True),
    Route("events", ("POST",), r"/v1/events", Scope.EVENTS, _WRITING, 10, 2048 * _KIB),
    Route("preferences", ("PUT",), r"/v1/readers/.+/(interests|preferences)", Scope.EVENTS, _WRITING, 5, 64 * _KIB),
    Route(
        "catalogue row",
        ("PUT",),
        r"/v1/(articles|readers)/[^/]+",
        Scope.CATALOGUE,
        _WRITING,
        5,
        2048 * _KIB,
        is_safe=True,
    ),
    Route("catalogues", ("POST",), r"/v1/catalogue/(articles|readers)", Scope.CATALOGUE, _RARE, 15, 8192 * _KIB),
    Route("batches", _GET, r"/v1/batches/[^/]+", Scope.CATALOGUE, _WRITING, 2, is_safe=True),
    Route("reports", ("POST",), r"/v1/articles/.+/reports", Scope.EVENTS, _RARE, 5, 64 * _KIB),
    Route("retraction", ("POST",), r"/v1/articles/.+/retraction", Scope.EDITOR, _RARE, 10, 64 * _KIB),
    Route("bounces", ("POST",), r"/v1/digest/reports", Scope.ADMIN, _RARE, 30, 10 * 1024 * _KIB),
    Route("clicks", _GET, r"/r/[^/]+", None, _READING, 5),
    Route("mails", ("GET", "HEAD", "POST"), r"/(unsubscribe|report)/[^/]+", None, _WRITING, 5, 64 * _KIB),
)

#: Never answered from outside, whatever the table says.
HIDDEN: Final = r"/health/.*|/metrics"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Somebody with a key, known to the gateway and to the API."""

    name: str
    key: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """As the API decides: `admin` may everything."""
        return scope in self.scopes or Scope.ADMIN in self.scopes
