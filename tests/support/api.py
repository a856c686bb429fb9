"""The API as a process of its own, with everything it says kept in a file."""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from serving.http.server import bind


def as_api(url: str) -> str:
    """The database as one who may do what the API does, and nothing else."""
    return f"{url}{'&' if '?' in url else '?'}options=-c%20role%3Dfrontpage_serving"


class Api:
    """A running API: `client` calls it, `log` is all that it wrote, `process` can be killed."""

    def __init__(self, process: subprocess.Popen, client: httpx.Client, log: Path) -> None:
        self.process, self.client, self.log = process, client, log

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait(timeout=15)


@contextmanager
def api(url: str, log: Path, *options: str, trusting: str = "", **variables: str) -> Iterator[Api]:
    """`python -m serving` on a free port of loopback until the end of the block; it must end well unless killed.

    trusting: PEM file of the authority that its certificate is from, where it speaks TLS.
    """
    with bind("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "FRONTPAGE_DATABASE_URL": as_api(url), **variables}
    command = [sys.executable, "-m", "serving", "--port", str(port), *options]
    with log.open("a") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        scheme, verify = ("https", ssl.create_default_context(cafile=trusting)) if trusting else ("http", True)
        with httpx.Client(base_url=f"{scheme}://127.0.0.1:{port}", timeout=10, verify=verify) as client:
            until(lambda: _answers(client), 60)
            yield Api(process, client, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0


def until(is_so: Callable[[], bool], seconds: float = 20) -> float:
    """Wait for it; the seconds that took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() < began + seconds, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - began


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health/live").status_code == 200
    except httpx.TransportError:
        return False
