"""A desk over a real database with a published list, and a browser-like client for each role."""

import json
import re
import secrets
from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi.routing import APIRoute

from frontpage.core.identity.api_keys import key_hash
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.desk.app import create_app
from frontpage.store import keys
from frontpage.store.connect import connect, execute
from tests.integration.serving_world import TEN, World

ROLES = ("viewer", "operator", "editor", "auditor")
Client = Callable[[str], httpx.AsyncClient]


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """Two articles, a reader with a list of both, and a row in quarantine."""
    with connect(settings.database_url) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2"])
        made.reader("ann", region="south")
        made.publish({"ann": ["a1", "a2"]}, {("global", ""): ["a2", "a1"]})
        made.read("ann", "a1")
        execute(connection, _QUARANTINED, {"payload": json.dumps({"title": "<script>alert(1)</script>"}), "at": TEN})
        yield made


@pytest.fixture
def as_role(world: World) -> Client:
    """A client of somebody with a key of that role, logged in; `nobody` is not."""
    app = create_app(world.settings, Params())

    def client(role: str) -> httpx.AsyncClient:
        opened = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://desk.test", headers={"accept": "text/html"}
        )
        opened.desk = app  # type: ignore[attr-defined]
        return opened

    return client


async def logged_in(as_role: Client, world: World, role: str, scopes: list[str] | None = None) -> httpx.AsyncClient:
    """The client after its log-in."""
    client, key = as_role(role), secrets.token_urlsafe(24)
    new = keys.NewKey(f"{role} of the test", key_hash(key), scopes or [role])
    keys.add_key(world.connection, new, "person:test", "a test")
    answer = await client.post("/login", data={"key": key})
    assert answer.status_code == 303, answer.text
    return client


async def token_of(client: httpx.AsyncClient, page: str) -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', (await client.get(page)).text)
    assert found is not None, f"no form on {page}"
    return found[1]


def routes(client: httpx.AsyncClient) -> list[tuple[str, str, frozenset]]:
    """(method, path with values put in, roles) of every route but the log-in's own."""
    found = []
    for route in client.desk.routes:  # type: ignore[attr-defined]
        if isinstance(route, APIRoute) and not route.path.startswith(("/login", "/logout")):
            entrances = [each.call for each in route.dependant.dependencies if hasattr(each.call, "roles")]
            assert entrances, f"{route.path} does not say who may come in"
            path = re.sub(r"\{(\w+)(:path)?\}", lambda name: _VALUES.get(name[1], "1"), route.path)
            found += [(method, path, entrances[0].roles) for method in route.methods]
    return found


_VALUES = {"reader_id": "ann", "article_id": "a1", "label": "category", "table": "articles", "version": "v1"}
_QUARANTINED = """insert into quarantine (source, kind, locator, payload, reason, detail, recorded_at, extract_id)
values ('test', 'articles', 'file:1', %(payload)s, 'missing_field', 'url', %(at)s, 0)"""
