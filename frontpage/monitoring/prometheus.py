"""What Prometheus is asked for, over its HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from frontpage.core.errors import BadInputError, UnavailableError

_TIMEOUT_SECONDS = 60.0
_ERROR = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its labels, and pairs of seconds since 1970 and value."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


class Prometheus:
    """One server.

    Raises UnavailableError where it does not answer, BadInputError for a query it does not understand.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def now(self, query: str, at: datetime | None = None) -> list[Line]:
        """The newest value of each series; of a range such as `x[1h]`, all its values."""
        asked = {"query": query} | ({"time": str(at.timestamp())} if at else {})
        return [_line(row) for row in self._get("query", asked)["result"]]

    def over(self, query: str, since: datetime, until: datetime, step_seconds: float) -> list[Line]:
        """Values of each series at every step."""
        asked = {
            "query": query,
            "start": str(since.timestamp()),
            "end": str(until.timestamp()),
            "step": str(step_seconds),
        }
        return [_line(row) for row in self._get("query_range", asked)["result"]]

    def _get(self, what: str, asked: Mapping[str, str]) -> Any:
        try:
            answer = httpx.post(f"{self.url}/api/v1/{what}", data=dict(asked), timeout=_TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"Prometheus at {self.url} does not answer ({error}); `make monitoring` starts one, "
                "FRONTPAGE_PROMETHEUS_URL names another"
            ) from error
        if answer.status_code >= _ERROR:
            raise BadInputError(f"Prometheus refuses {asked['query']!r}: {answer.text[:200]}")
        return answer.json()["data"]


def _line(row: Mapping[str, Any]) -> Line:
    pairs = row["values"] if "values" in row else [row["value"]]
    return Line(row["metric"], tuple((float(at), float(value)) for at, value in pairs))
