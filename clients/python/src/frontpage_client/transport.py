"""Requests over one connection: sent again where that is right, problems as errors."""

import json
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from frontpage_client.decoding import decoded
from frontpage_client.errors import Refused, Unavailable
from frontpage_client.models import Problem

_BUSY = (429, 503)
_BAD_REQUEST, _SERVER_ERROR = 400, 500
ATTEMPTS, PATIENCE_SECONDS = 3, 10.0


class Answer(NamedTuple):
    """What came back; `tag` is its ETag."""

    status: int
    tag: str
    body: bytes


class Transport:
    """One API, one key. wait: sleeps so many seconds."""

    def __init__(self, url: str, key: str, seconds: float, wait: Callable[[float], None]) -> None:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=seconds)
        self._prefix, self._wait = parts.path.rstrip("/"), wait
        self._headers = {"Accept": "application/json", **({"X-API-Key": key} if key else {})}

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def send(
        self, method: str, path: str, asked: Mapping[str, Any] | None = None, body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """An answer below 400. Raises Unavailable or Refused."""
        given = {name: _text(value) for name, value in (asked or {}).items() if value is not None}
        target = f"{self._prefix}{path}{'?' if given else ''}{urlencode(given)}"
        sent = None if body is None else json.dumps(body).encode()
        own = {**self._headers, **({"Content-Type": "application/json"} if sent else {}), **(headers or {})}
        for attempt in range(1, ATTEMPTS + 1):
            response, content = self._once(method, target, sent, own)
            seconds = _seconds_to_wait(response)
            if seconds is None or attempt == ATTEMPTS:
                break
            self._wait(seconds)
        if response.status < _BAD_REQUEST:
            return Answer(response.status, response.headers.get("etag", ""), content)
        raise _error(response.status, content)

    def _once(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        """One request; a connection that was closed meanwhile is opened anew, once: whatever is sent counts once."""
        was_open = self._connection.sock is not None
        try:
            return self._asked(method, target, body, headers)
        except (OSError, HTTPException) as error:
            self._connection.close()
            if was_open and not isinstance(error, TimeoutError):
                return self._once(method, target, body, headers)
            raise Unavailable(f"the API does not answer ({type(error).__name__}); try again soon") from error

    def _asked(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        self._connection.request(method, target, body, headers)
        response = self._connection.getresponse()
        return response, response.read()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds_to_wait(response: HTTPResponse) -> float | None:
    """What Retry-After of a refusal says, where that is worth waiting for; None where nothing is to be sent again."""
    said = response.headers.get("retry-after", "")
    if response.status not in _BUSY or not said.isdigit() or int(said) > PATIENCE_SECONDS:
        return None
    return float(said)


def _error(status: int, content: bytes) -> Refused | Unavailable:
    try:
        problem: Problem | None = decoded(Problem, json.loads(content))
    except (ValueError, TypeError, KeyError):
        problem = None
    if status in _BUSY or status >= _SERVER_ERROR:
        return Unavailable(problem.detail if problem else f"the API answers {status}; try again soon")
    return Refused(status, problem)
