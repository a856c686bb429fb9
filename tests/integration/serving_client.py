"""The API without a socket: the application between its start and its stop, and what its answers must look like."""

import asyncio
from urllib.parse import quote

import httpx

from frontpage.core.settings import Settings
from serving.app import create_app
from serving.http.schemas import Problem
from serving.lists.schemas import RecommendationList
from tests.support.api import as_api

#: Word of what a test has just committed has come by then.
WORD_SECONDS = 0.05


async def hear(_request: httpx.Request) -> None:
    """Give the application the time that word of a change takes."""
    await asyncio.sleep(WORD_SECONDS)


class running:
    """A client of the application between its start and its stop."""

    def __init__(self, settings: Settings) -> None:
        assert settings.database_url is not None
        self.app = create_app(settings.model_copy(update={"database_url": as_api(settings.database_url)}))
        self.transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(
            transport=self.transport, base_url="http://frontpage.test", event_hooks={"request": [hear]}
        )

    async def __aenter__(self) -> httpx.AsyncClient:
        self.lifespan = self.app.router.lifespan_context(self.app)
        await self.lifespan.__aenter__()
        return self.client

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()
        await self.lifespan.__aexit__(None, None, None)


def path(reader_id: str) -> str:
    """Where a reader's list is."""
    return f"/v1/readers/{quote(reader_id, safe='')}/recommendations"


async def listed(client: httpx.AsyncClient, reader_id: str, **parameters: int) -> tuple[str | None, list[str]]:
    """(fallback, article ids) of an answer that holds to its schema."""
    response = await client.get(path(reader_id), params=parameters)
    assert response.status_code == 200, response.text
    answer = RecommendationList.model_validate(response.json())
    assert answer.reader_id == reader_id
    return answer.fallback, [item.article_id for item in answer.items]


async def problem(client: httpx.AsyncClient, url: str, **options: object) -> Problem:
    """The problem that a request is answered with."""
    response = await client.get(url, **options)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == response.json()["request_id"] != ""
    answer = Problem.model_validate(response.json())
    assert answer.status == response.status_code
    return answer
