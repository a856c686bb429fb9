"""Lines of the log store by id, and the story that they are part of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.monitoring.shipping import INDEX

#: Fields that name something which other lines name, too.
NAMES = ("http.request.id", "trace.id", "frontpage.run_id", "frontpage.execution_id", "frontpage.caller_run")
_OF_REQUESTS = ("http.request.id", "trace.id")
_MOST_LINES = 500
_MOST_NAMES = 20
_STEPS = 3
_TIMEOUT_SECONDS = 30.0
_ERROR = 400


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; `origin` is its part or, where that is not known, its file."""

    at: str
    origin: str
    message: str
    names: tuple[tuple[str, str], ...]


class LogStore:
    """An index behind the Elasticsearch API.

    Raises BadInputError where none is set, UnavailableError where it is away.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def story(self, name: str) -> list[LogLine]:
        """Lines that hold this id, and those with the ids found in them, three steps far; the oldest first.

        From an answer of the API that leads to the run it came from, the steps that made it, and the task they ran in.
        """
        asked: set[tuple[str, str]] = {(field, name) for field in NAMES}
        lines: dict[str, LogLine] = {}
        todo = asked
        for _ in range(_STEPS):
            found = self._with_any(todo)
            lines |= found
            todo = {pair for line in found.values() for pair in line.names} - asked
            if not todo:
                break
            asked = asked | todo
        return sorted(lines.values(), key=lambda line: line.at)

    def _with_any(self, names: Iterable[tuple[str, str]]) -> dict[str, LogLine]:
        """Lines that have any of these values in the field beside it."""
        terms = [_term(field, value) for field, value in sorted(names)[:_MOST_NAMES]]
        query = {"size": _MOST_LINES, "sort": [{"@timestamp": "asc"}], "query": {"bool": {"should": terms}}}
        return {hit["_id"]: _line(hit["_source"]) for hit in self._search(query)}

    def _search(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not self._url:
            raise BadInputError("no log store is set; FRONTPAGE_LOG_STORE_URL names one (docs/monitoring.md)")
        try:
            url = f"{self._url}/{INDEX}-*/_search"
            answer = httpx.post(url, json=query, params={"ignore_unavailable": "true"}, timeout=_TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise UnavailableError(f"the log store at {self._url} does not answer ({error})") from error
        if answer.status_code >= _ERROR:
            raise BadInputError(f"the log store refuses the search: {answer.text[:200]}")
        return list(answer.json()["hits"]["hits"])


def _term(field: str, value: str) -> dict[str, Any]:
    """Of a run that was served a million times, the lines of its making, not those of all its requests."""
    if field in _OF_REQUESTS:
        return {"term": {field: value}}
    return {"bool": {"filter": {"term": {field: value}}, "must_not": {"term": {"event.dataset": "frontpage.requests"}}}}


def _line(source: Mapping[str, Any]) -> LogLine:
    names = tuple((field, str(source[field])) for field in NAMES if source.get(field) not in (None, ""))
    origin = source.get("service.name") or source.get("frontpage.verb") or source.get("log.file.path")
    return LogLine(str(source.get("@timestamp", "")), str(origin), str(source.get("message", "")).strip(), names)
