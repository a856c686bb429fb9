"""A real Prometheus over figures that a test makes."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from frontpage.monitoring.prometheus import Prometheus
from frontpage.stack.processes import free_port

_START_SECONDS = 60


@pytest.fixture
def backfilled(tmp_path: Path) -> Iterator[Callable[[str], Prometheus]]:
    """Call it with figures as OpenMetrics text: a Prometheus that has them. Skips where none is installed."""
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        pytest.skip("prometheus is not installed (apt-get install prometheus)")
    with ExitStack() as stack:

        def make(text: str) -> Prometheus:
            (tmp_path / "figures.txt").write_text(text)
            made = subprocess.run(
                ["promtool", "tsdb", "create-blocks-from", "--max-block-duration=744h", "openmetrics", "figures.txt",
                 "data"],
                cwd=tmp_path, capture_output=True, text=True,
            )  # fmt: skip
            assert made.returncode == 0, made.stderr
            url = stack.enter_context(
                prometheus(tmp_path, "scrape_configs: []\n", "--storage.tsdb.retention.time=100y")
            )
            return Prometheus(url)

        yield make


@contextmanager
def prometheus(folder: Path, configuration: str, *options: str) -> Iterator[str]:
    """The address of one that keeps its figures in `folder`/data. Skips where none is installed."""
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed (apt-get install prometheus)")
    (folder / "prometheus.yml").write_text(configuration)
    port = free_port(0)
    process = subprocess.Popen(
        ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
         f"--web.listen-address=127.0.0.1:{port}", *options],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/-/ready")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"{url} is not up")
