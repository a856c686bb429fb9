"""The API from Python, typed: answers are the models of the routes, problems are errors of core/errors.py.

Here and not in a room of its own, since it is the other side of the same shapes. The server does not import it; it
needs httpx, which the base install does not bring.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from cachetools import LRUCache
from pydantic import BaseModel

from frontpage.core.errors import BadInputError, FrontpageError, UnavailableError
from serving.articles.schemas import PopularAnswer, PopularItem, SimilarAnswer
from serving.articles.sessions import SessionAnswer, SessionItem
from serving.lists.schemas import CurrentRunAnswer, Explanations, RecommendationList, RecommendationLists

_MAX_KNOWN = 1_000
_SECONDS = 5.0
#: How often a request is sent that the API asks to send again, and how long it is waited for at most each time.
_ATTEMPTS, _PATIENCE_SECONDS = 3, 10.0
_AGAIN = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
Answer = TypeVar("Answer", bound=BaseModel)


class Client:
    """One API. Close it, or use it in a `with`; not for several threads at once.

    A request that the API is too busy for is sent again after the time that its Retry-After says, twice at most; a time
    longer than ten seconds is not waited for. wait: sleeps so many seconds.
    Every method raises UnavailableError where the API does not answer or says to try again, BadInputError where it
    refuses the request.
    """

    def __init__(self, url: str, key: str = "", wait: Callable[[float], None] = time.sleep) -> None:
        self._wait = wait
        headers = {"X-API-Key": key} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=_SECONDS)
        self._known: LRUCache[str, tuple[str, RecommendationList]] = LRUCache(_MAX_KNOWN)

    def recommendations(
        self, reader_id: str, limit: int = 10, surface: str | None = None, *, explain: bool = False
    ) -> RecommendationList:
        """A reader's list, or the flagged fallback; one that has not changed is not sent again."""
        asked = {"limit": limit, "surface": surface, "explain": explain or None}
        url = str(httpx.URL(_reader(reader_id, "recommendations"), params=_given(asked)))
        tag, known = self._known.get(url, ("", None))
        response = self._send("GET", url, headers={"If-None-Match": tag} if tag else {})
        if response.status_code == httpx.codes.NOT_MODIFIED and known is not None:
            return known
        answer = RecommendationList.model_validate_json(response.content)
        self._known[url] = response.headers.get("etag", ""), answer
        return answer

    def recommendations_of_many(
        self, reader_ids: Sequence[str], limit: int = 10, surface: str | None = None
    ) -> list[RecommendationList]:
        """The lists of up to 500 readers, in that order."""
        asked = {"reader_ids": list(reader_ids), "limit": limit, "surface": surface}
        return _parsed(RecommendationLists, self._send("POST", "/v1/readers:batch", json=asked)).lists

    def explanations(self, reader_id: str) -> Explanations:
        """A reader's list with all that made it."""
        return _parsed(Explanations, self._send("GET", _reader(reader_id, "explanations")))

    def popular(self, region: str | None = None, category: str | None = None) -> Iterator[PopularItem]:
        """What was read most in the last 24 hours, page by page as it is asked for."""
        cursor: str | None = None
        while True:
            asked = _given({"region": region, "category": category, "limit": 100, "cursor": cursor})
            page = _parsed(PopularAnswer, self._send("GET", "/v1/popular", params=asked))
            yield from page.items
            cursor = page.next
            if cursor is None:
                return

    def similar(self, article_id: str, limit: int = 10) -> SimilarAnswer:
        """Articles for readers of one. Raises BadInputError for an unknown article."""
        path = f"/v1/articles/{quote(article_id, safe='')}/similar"
        return _parsed(SimilarAnswer, self._send("GET", path, params={"limit": limit}))

    def for_visit(
        self,
        articles: Sequence[str] = (),
        region: str | None = None,
        language: str | None = None,
        interests: Sequence[str] = (),
        limit: int = 10,
    ) -> list[SessionItem]:
        """Articles for somebody without a log-in, by those opened just now, the last one last; nothing is kept."""
        asked = {"articles": [*articles], "region": region, "language": language, "interests": [*interests]}
        body = {**_given(asked), "limit": limit}
        return _parsed(SessionAnswer, self._send("POST", "/v1/sessions:recommend", json=body)).items

    def current_run(self) -> CurrentRunAnswer:
        """The run being served."""
        return _parsed(CurrentRunAnswer, self._send("GET", "/v1/runs/current"))

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def _send(self, method: str, url: str, **options: Any) -> httpx.Response:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = self._http.request(method, url, **options)
            except httpx.TransportError as error:
                raise UnavailableError(f"the API does not answer ({type(error).__name__}); try again soon") from error
            seconds = _seconds_to_wait(response)
            if seconds is None or attempt == _ATTEMPTS:
                break
            self._wait(seconds)
        if response.status_code < httpx.codes.BAD_REQUEST:
            return response
        raise _error(response)


def _seconds_to_wait(response: httpx.Response) -> float | None:
    """What Retry-After of a refusal says, where that is worth waiting for; None where nothing is to be sent again."""
    said = response.headers.get("retry-after", "")
    if response.status_code not in _AGAIN or not said.isdigit() or int(said) > _PATIENCE_SECONDS:
        return None
    return float(said)


def _reader(reader_id: str, what: str) -> str:
    return f"/v1/readers/{quote(reader_id, safe='')}/{what}"


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def _parsed(model: type[Answer], response: httpx.Response) -> Answer:
    return model.model_validate_json(response.content)


def _error(response: httpx.Response) -> FrontpageError:
    """The error that a problem stands for; its sentence ends with the request's id."""
    is_problem = response.headers.get("content-type", "").startswith("application/problem+json")
    problem = response.json() if is_problem else {}
    sentence = f"{problem.get('detail', response.reason_phrase)} (request {problem.get('request_id', 'unknown')})"
    again = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT}
    is_passing = response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code in again
    return UnavailableError(sentence) if is_passing else BadInputError(sentence)
