"""One of two replicas stops, or cannot serve: Envoy for real, before two HTTP servers."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from frontpage.core.errors import UnavailableError
from frontpage.gateway.replicas import healthy_replicas
from tests.support.api import until
from tests.support.envoy import envoy, free_port, with_key

pytestmark = pytest.mark.slow


class Replica(ThreadingHTTPServer):
    """Takes everything, on any free port; `is_ready` is what it says of itself."""

    daemon_threads = True
    is_ready = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(BaseHTTPRequestHandler):
    server: Replica

    def do_GET(self) -> None:
        is_well = self.server.is_ready or self.path != "/health/ready"
        self.send_response(200 if is_well else 503)
        self.send_header("X-Replica", str(self.server.server_port))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def replica() -> Iterator[Replica]:
    """One that runs until the block ends."""
    with Replica() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def replicas_of(gateway: httpx.Client) -> int:
    """As the gateway's metrics say."""
    return healthy_replicas(int(gateway.headers["x-metrics-port"]))


def send(gateway: httpx.Client) -> httpx.Response:
    """An event, which may never be sent twice."""
    return gateway.post("/v1/events", headers=with_key("app"), json=[])


def test_what_a_stopped_replica_never_got_is_sent_to_the_other(tmp_path: Path):
    """Before the gateway has noticed, and events too: a refused connection took nothing."""
    with replica() as stays:
        with (
            replica() as stops,
            envoy(tmp_path, f"http://127.0.0.1:{stays.server_port}", beside=stops.server_port) as gateway,
        ):
            until(lambda: replicas_of(gateway) == 2, 30)
            stops.shutdown()
            stops.server_close()
            answers = [send(gateway) for _ in range(40)]
            assert {one.status_code for one in answers} == {200}
            assert {one.headers["X-Replica"] for one in answers} == {str(stays.server_port)}
            page = httpx.get(f"http://127.0.0.1:{gateway.headers['x-metrics-port']}/stats/prometheus", timeout=10).text
            assert 'envoy_cluster_upstream_rq_retry_success{envoy_cluster_name="api"} 0' not in page
            until(lambda: replicas_of(gateway) == 1, 30)


def test_a_replica_that_cannot_serve_gets_no_request(tmp_path: Path):
    """While the other can; where none can, what they say is better than nothing."""
    with replica() as first, replica() as second:
        first.is_ready = False
        with envoy(tmp_path, f"http://127.0.0.1:{first.server_port}", beside=second.server_port) as gateway:
            until(lambda: replicas_of(gateway) == 1, 30)
            assert {send(gateway).headers["X-Replica"] for _ in range(20)} == {str(second.server_port)}
            second.is_ready = False
            until(lambda: replicas_of(gateway) == 0, 30)
            assert {send(gateway).status_code for _ in range(20)} == {200}


def test_without_a_gateway_one_sentence_says_so():
    """Exit code 5, as for everything that does not answer."""
    port = free_port()
    with pytest.raises(UnavailableError, match=f"no gateway answers on port {port}"):
        healthy_replicas(port)
    asked = [sys.executable, "-m", "frontpage.gateway.replicas", str(port)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1)
