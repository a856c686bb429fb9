"""The API, method by method."""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from frontpage_client.decoding import decoded
from frontpage_client.models import (
    Accepted,
    ArticleRow,
    BatchAnswer,
    BatchTaken,
    CurrentRunAnswer,
    Event,
    Explanations,
    PickedInterests,
    PopularAnswer,
    PopularItem,
    PreferencesAnswer,
    ReaderRow,
    RecommendationList,
    RecommendationLists,
    SessionAnswer,
    SessionItem,
    SimilarAnswer,
)
from frontpage_client.transport import Transport

Model = TypeVar("Model")
Item = TypeVar("Item")
_MAX_KNOWN, _MAX_ROWS = 1_000, 1_000
_NOT_MODIFIED = 304


class Client:
    """One API. Close it, or use it in a `with`; not for several threads at once.

    Every method raises Unavailable where the API does not answer or is too busy for longer than is worth waiting for,
    Refused where it refuses the request. seconds: of one answer. wait: sleeps so many seconds.
    """

    def __init__(
        self, url: str, key: str = "", seconds: float = 5.0, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport = Transport(url, key, seconds, wait)
        self._known: dict[str, tuple[str, RecommendationList]] = {}

    def recommendations(
        self, reader_id: str, limit: int = 10, surface: str | None = None, *, explain: bool = False,
        personalised: bool = True, region: str | None = None,
    ) -> RecommendationList:  # fmt: skip
        """A reader's list, or the flagged fallback; one that has not changed is not sent again."""
        asked = {"limit": limit, "surface": surface, "explain": explain or None, "region": region,
                 "personalised": None if personalised else False}  # fmt: skip
        path = _of("readers", reader_id, "/recommendations")
        name = f"{path} {asked}"
        tag, known = self._known.get(name, ("", None))
        answer = self._transport.send("GET", path, asked, headers={"If-None-Match": tag} if tag else {})
        if answer.status == _NOT_MODIFIED and known is not None:
            return known
        made: RecommendationList = decoded(RecommendationList, json.loads(answer.body))
        while len(self._known) >= _MAX_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[name] = answer.tag, made
        return made

    def recommendations_of_many(
        self, reader_ids: Sequence[str], limit: int = 10, surface: str | None = None
    ) -> list[RecommendationList]:
        """The lists of up to 500 readers, in that order."""
        body = {"reader_ids": list(reader_ids), "limit": limit, "surface": surface}
        return self._ask(RecommendationLists, "POST", "/v1/readers:batch", body=body).lists

    def explanations(self, reader_id: str) -> Explanations:
        """A reader's list with all that made it."""
        return self._ask(Explanations, "GET", _of("readers", reader_id, "/explanations"))

    def popular(self, region: str | None = None, category: str | None = None) -> Iterator[PopularItem]:
        """What was read most in the last 24 hours, page by page as it is asked for."""
        cursor: str | None = None
        while True:
            asked = {"region": region, "category": category, "limit": 100, "cursor": cursor}
            page = self._ask(PopularAnswer, "GET", "/v1/popular", asked)
            yield from page.items
            cursor = page.next
            if cursor is None:
                return

    def similar(self, article_id: str, limit: int = 10) -> SimilarAnswer:
        """Articles for readers of one."""
        return self._ask(SimilarAnswer, "GET", _of("articles", article_id, "/similar"), {"limit": limit})

    def for_visit(
        self, articles: Sequence[str] = (), region: str | None = None, language: str | None = None,
        interests: Sequence[str] = (), limit: int = 10,
    ) -> list[SessionItem]:  # fmt: skip
        """Articles for somebody without a log-in, by those opened just now, the last one last; nothing is kept."""
        asked = {"articles": [*articles], "region": region, "language": language, "interests": [*interests]}
        body = {**{name: value for name, value in asked.items() if value is not None}, "limit": limit}
        return self._ask(SessionAnswer, "POST", "/v1/sessions:recommend", body=body).items

    def current_run(self) -> CurrentRunAnswer:
        """The run being served."""
        return self._ask(CurrentRunAnswer, "GET", "/v1/runs/current")

    def send_events(self, events: Sequence[Event]) -> Accepted:
        """Up to 1,000 events; what cannot be used is in `rejected`."""
        return self._ask(Accepted, "POST", "/v1/events", body=[*events])

    def preferences(self, reader_id: str) -> PreferencesAnswer:
        """What a reader asked of us."""
        return self._ask(PreferencesAnswer, "GET", _of("readers", reader_id, "/preferences"))

    def set_preferences(self, reader_id: str, **wishes: Any) -> PreferencesAnswer:
        """Replace the wishes that are named."""
        return self._ask(PreferencesAnswer, "PUT", _of("readers", reader_id, "/preferences"), body=wishes)

    def set_interests(self, reader_id: str, interests: Sequence[str]) -> PickedInterests:
        """Replace the categories that a reader picked."""
        body = {"interests": [*interests]}
        return self._ask(PickedInterests, "PUT", _of("readers", reader_id, "/interests"), body=body)

    def put_article(self, article_id: str, row: Mapping[str, Any]) -> BatchTaken:
        """An article, or a new version of one."""
        return self._write("PUT", _of("articles", article_id), row)

    def put_reader(self, reader_id: str, row: Mapping[str, Any]) -> BatchTaken:
        """What is known of a reader."""
        return self._write("PUT", _of("readers", reader_id), row)

    def put_articles(self, rows: Iterable[ArticleRow]) -> list[BatchTaken]:
        """Any number of articles, in batches."""
        return [self._write("POST", "/v1/catalogue/articles", part) for part in _parts(rows)]

    def put_readers(self, rows: Iterable[ReaderRow]) -> list[BatchTaken]:
        """Any number of readers, in batches."""
        return [self._write("POST", "/v1/catalogue/readers", part) for part in _parts(rows)]

    def batch(self, batch_id: str) -> BatchAnswer:
        """What became of a batch."""
        return self._ask(BatchAnswer, "GET", _of("batches", batch_id))

    def close(self) -> None:
        """End the connection."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def _ask(
        self, model: type[Model], method: str, path: str, asked: Mapping[str, Any] | None = None, body: Any = None
    ) -> Model:
        made: Model = decoded(model, json.loads(self._transport.send(method, path, asked, body).body))
        return made

    def _write(self, method: str, path: str, body: Any) -> BatchTaken:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        taken: BatchTaken = decoded(BatchTaken, json.loads(self._transport.send(method, path, None, body, key).body))
        return taken


def _of(what: str, name: str, rest: str = "") -> str:
    return f"/v1/{what}/{quote(name, safe='')}{rest}"


def _parts(rows: Iterable[Item]) -> Iterator[list[Item]]:
    left = iter(rows)
    while part := list(islice(left, _MAX_ROWS)):
        yield part
