"""The Python client against the live server, and answers that stay what they were (tests/integration/golden)."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from frontpage_client import Client, Refused, Unavailable

from frontpage.core.settings import Settings
from frontpage.store.connect import connect
from tests.support.api import api, until

from .serving_world import World

GOLDEN = Path(__file__).parent / "golden" / "v1"
#: What differs from run to run.
_MADE_ANEW = {"generated_at", "checksum", "run_id"}
PATHS = {
    "list": "/v1/readers/ann/recommendations",
    "list_explained": "/v1/readers/ann/recommendations?explain=true&limit=1",
    "fallback": "/v1/readers/nobody/recommendations",
    "explanations": "/v1/readers/ann/explanations",
    "popular": "/v1/popular?limit=1",
    "similar": "/v1/articles/a1/similar",
    "run": "/v1/runs/current",
}


@pytest.fixture
def url(database: str, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """A running server over a small world."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "g1"])
        for name in ("ann", "bob"):
            made.reader(name, region="north")
            made.read(name, "a1")
        made.read("bob", "a2")
        made.publish({"ann": ["a2", "a1"]}, {("global", ""): ["g1"]})
    with api(database, tmp_path / "log", FRONTPAGE_CLOCK="2026-03-01T11:00:00Z") as running:
        until(lambda: running.client.get("/health/ready").status_code == 200)
        yield str(running.client.base_url)


def stable(answer: object) -> object:
    """The answer with what is made anew each time left out of its values; the published time of a run too."""
    if isinstance(answer, list):
        return [stable(part) for part in answer]
    if not isinstance(answer, dict):
        return answer
    hidden = _MADE_ANEW | ({"published_at"} if "as_of" in answer else set())
    return {name: "..." if name in hidden else stable(value) for name, value in answer.items()}


def test_answers_are_those_of_version_1(url):
    """Field for field; a change of an answer must be a new version. UPDATE_GOLDEN=1 writes them for a new one."""
    for name, path in PATHS.items():
        answer = stable(httpx.get(f"{url}{path}").json())
        file = GOLDEN / f"{name}.json"
        if os.environ.get("UPDATE_GOLDEN"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(answer, indent=2) + "\n")
        assert answer == json.loads(file.read_text()), name


def test_the_client_reads_everything(url):
    """Typed answers; an unchanged list is remembered; problems are errors that say what to do."""
    with Client(url) as client:
        ann = client.recommendations("ann", surface="home")
        assert [item.article_id for item in ann.items] == ["a2", "a1"]
        assert client.recommendations("ann", surface="home") is ann
        assert client.recommendations("nobody/é", limit=1).fallback == "global"
        assert client.recommendations("ann", explain=True).items[0].reasons[0].contribution == 0.5
        assert [one.reader_id for one in client.recommendations_of_many(["bob", "ann"])] == ["bob", "ann"]
        assert client.explanations("ann").items[0].candidate_source == "popular"
        assert [(item.article_id, item.n_reads) for item in client.popular()] == [("a1", 2), ("a2", 1)]
        assert client.similar("a1").items[0].because == "co_read"
        visit = client.for_visit(["a1"], region="north")
        assert [(item.article_id, item.because) for item in visit] == [("a2", "read_together"), ("g1", "new")]
        assert [item.article_id for item in client.for_visit(limit=1)] == ["a1"]
        assert client.current_run().run_id == ann.run_id
        with pytest.raises(Refused, match="no article has this id"):
            client.similar("unknown")
        with pytest.raises(Refused, match=r"query\.limit"):
            client.recommendations("ann", limit=99)


def _problem(status: int) -> dict[str, object]:
    return {"type": "about:blank", "title": "Busy", "status": status, "detail": "busy", "request_id": "1"}


class _Busy(BaseHTTPRequestHandler):
    """Refuses with what the first of `refusals` says; then answers."""

    refusals: ClassVar[list[tuple[int, str]]] = []

    def do_GET(self) -> None:
        status, retry_after = self.refusals.pop(0) if self.refusals else (200, "")
        body = json.loads((GOLDEN / "similar.json").read_text()) if status == 200 else _problem(status)
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if status == 200 else "application/problem+json")
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_a_busy_api_is_asked_again_when_it_says():
    """After the seconds of Retry-After, three times in all; not where it is too long, or nothing is said."""
    waited: list[float] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Client(f"http://127.0.0.1:{server.server_port}", wait=waited.append) as client:
            _Busy.refusals[:] = [(503, "2"), (429, "1")]
            assert client.similar("a1").article_id == "a1"
            assert waited == [2.0, 1.0]
            for refusals in ([(503, "1")] * 3, [(503, "600")], [(500, "1")], [(503, "")]):
                _Busy.refusals[:] = refusals
                with pytest.raises(Unavailable, match="busy"):
                    client.similar("a1")
        server.shutdown()
    assert waited == [2.0, 1.0, 1.0, 1.0]


def test_an_api_that_is_not_there_is_unavailable():
    """A refused connection is an error that says to try again."""
    with Client("http://127.0.0.1:1") as client, pytest.raises(Unavailable, match="try again"):
        client.current_run()
