"""The gateway for real: Envoy from its table, before the API on a database with a published list."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.gateway.routes import ROUTES
from frontpage.store.connect import connect
from frontpage.store.server import Server
from tests.integration.serving_world import World
from tests.support.api import api, until
from tests.support.databases import admin
from tests.support.envoy import KEYS, envoy, key, with_key
from tests.support.fault_proxy import fault_proxy

pytestmark = pytest.mark.slow
LIST = "/v1/readers/ann/recommendations"


@pytest.fixture(scope="module")
def database(postgres: Server) -> Iterator[str]:
    admin(postgres, "create database test_gateway template template_frontpage")
    url = postgres.url("test_gateway")
    with connect(url) as connection:
        world = World(connection, Settings(database_url=url))
        world.articles(["a1", "a2"])
        world.reader("ann")
        world.publish({"ann": ["a1", "a2"]}, {("global", ""): ["a2"]})
    yield url
    admin(postgres, "drop database test_gateway with (force)")


@pytest.fixture(scope="module")
def bare(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API's own address; it knows the same keys."""
    log = tmp_path_factory.mktemp("api") / "api.log"
    with api(database, log, FRONTPAGE_API_KEYS=",".join(map(key, KEYS))) as running:
        yield str(running.client.base_url).rstrip("/")


@pytest.fixture(scope="module")
def gateway(bare: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with envoy(tmp_path_factory.mktemp("gateway"), bare) as client:
        until(lambda: '"fallback":null' in client.get(LIST, headers=with_key("app")).text, 60)
        yield client


def test_a_list_passes_with_a_key(gateway: httpx.Client):
    """Unchanged, with the caller's request id, kept by nobody in between; with a bearer's key too."""
    answer = gateway.get(LIST, headers={**with_key("app"), "X-Request-ID": "mine-17"})
    assert [item["article_id"] for item in answer.json()["items"]] == ["a1", "a2"]
    assert answer.headers["X-Request-ID"] == "mine-17"
    assert "private" in answer.headers["Cache-Control"]
    assert gateway.get(LIST, headers={"Authorization": f"Bearer {key('page')}"}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer wrong"}])
def test_401_without_a_known_key(gateway: httpx.Client, headers: dict[str, str]):
    assert gateway.get(LIST, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("client", "method", "path"),
    [
        ("page", "POST", "/v1/events"),
        ("desk", "GET", LIST),
        ("app", "POST", "/v1/articles/a1/retraction"),
        ("desk", "POST", "/v1/digest/reports"),
    ],
)
def test_403_beyond_a_key_s_scopes(gateway: httpx.Client, client: str, method: str, path: str):
    """Said by the gateway, so that the API never hears of it."""
    assert gateway.request(method, path, headers=with_key(client)).status_code == 403


def test_429_for_one_key_stops_no_other(gateway: httpx.Client):
    """A bucket of 20, five of which come back in a second."""
    asked = Counter(
        gateway.post("/v1/articles/a1/reports", headers=with_key("app"), json={}).status_code for _ in range(60)
    )
    assert asked[429] > 0
    assert asked[422] >= 20
    refused = gateway.post("/v1/articles/a1/reports", headers=with_key("app"), json={})
    assert refused.headers["x-ratelimit-limit"].startswith("20")
    assert gateway.post("/v1/articles/a1/reports", headers=with_key("post"), json={}).status_code == 422
    assert gateway.get(LIST, headers=with_key("app")).status_code == 200


def test_413_for_a_body_beyond_the_route_s(gateway: httpx.Client):
    """64 KiB for wishes, two MiB for events: the same body is too large for one and not for the other."""
    body = json.dumps({"interests": ["x" * 100_000]})
    sent = {"content": body, "headers": {**with_key("app"), "Content-Type": "application/json"}}
    assert gateway.put("/v1/readers/ann/interests", **sent).status_code == 413
    assert gateway.post("/v1/events", **sent).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["/health/live", "/health/ready", "/metrics", "/v1/../metrics", "/v1/%2e%2e/metrics", "/v1/unknown", "/stats"],
)
def test_404_for_what_is_not_in_the_table(gateway: httpx.Client, path: str):
    """Health and metrics are nobody's outside, whatever key they have."""
    raw = httpx.Request(
        "GET", httpx.URL(str(gateway.base_url)).copy_with(raw_path=path.encode()), headers=with_key("post")
    )
    assert gateway.send(raw).status_code == 404


def test_a_method_that_is_not_in_the_table_is_not_answered(gateway: httpx.Client):
    assert gateway.delete(LIST, headers=with_key("post")).status_code == 404


def test_pages_need_no_key(gateway: httpx.Client):
    assert gateway.get("/openapi.json").status_code == 200


def test_metrics_are_on_a_port_of_their_own(gateway: httpx.Client):
    """With the requests of each route; no other page of Envoy's administration."""
    port = gateway.headers["x-metrics-port"]
    page = httpx.get(f"http://127.0.0.1:{port}/stats/prometheus", timeout=10)
    assert "envoy_cluster_upstream_rq" in page.text
    assert httpx.get(f"http://127.0.0.1:{port}/config_dump", timeout=10).status_code == 404


def test_504_where_the_api_says_nothing(bare: str, tmp_path: Path):
    """After the route's two seconds, not the client's twenty."""
    with fault_proxy(bare.replace("//", "//a:b@")) as proxy:
        through = proxy.url.replace("a:b@", "")
        with envoy(tmp_path, through) as client:
            until(lambda: client.get(LIST, headers=with_key("app")).status_code == 200, 30)
            proxy.swallow()
            began = time.monotonic()
            assert client.get(LIST, headers=with_key("app")).status_code == 504
            assert 1.5 < time.monotonic() - began < 8


def test_only_what_is_safe_is_sent_twice(tmp_path: Path):
    """Before a server that ends each connection after the request: a read comes twice, an event once."""
    heard: Counter[bytes] = Counter()
    with _rude(heard) as port, envoy(tmp_path, f"http://127.0.0.1:{port}") as client:
        assert client.get(LIST, headers=with_key("app")).status_code == 503
        assert client.post("/v1/events", headers=with_key("app"), json=[]).status_code == 503
    assert (heard[b"GET /v1"], heard[b"POST /v1"]) == (2, 1)


@contextmanager
def _rude(heard: Counter[bytes]) -> Iterator[int]:
    """Reads a request and closes the connection; counts by method and first part of the path."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                heard[b"/".join(connection.recv(65_536).split(b"/")[:2])] += 1

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_the_table_agrees_with_the_api():
    """Each route of the API is let through for the scope that the API asks for, or hidden on purpose.

    The newspaper is for development, where there is no gateway.
    """
    import re

    from serving.access.security import needed_scope
    from serving.app import create_app

    app = create_app(Settings(database_url="postgresql://a:b@127.0.0.1:1/x"))
    for route in app.routes:
        path = re.sub(r"\{[^}]*\}", "x", route.path)
        for method in route.methods:
            mine = next((one for one in ROUTES if method in one.methods and re.fullmatch(one.path, path)), None)
            if path.startswith(("/health/", "/newspaper")) or path == "/metrics":
                assert mine is None, path
            elif not (method == "HEAD" and mine is None):
                assert mine is not None, f"{method} {path} is not in frontpage/gateway/routes.py"
                assert mine.scope == (needed_scope(method, path) if path.startswith("/v1/") else None), path
