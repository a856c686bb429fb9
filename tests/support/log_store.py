"""A real OpenSearch node and a real rsyslogd over folders of a test."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from frontpage.monitoring.shipping import INDEX, index_template, rsyslog
from frontpage.stack.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
JARS = ROOT / "build" / "opensearch" / "jars"
_MAIN = "org.codelibs.opensearch.runner.OpenSearchRunner"
_RSYSLOGD = "/usr/sbin/rsyslogd"
_START_SECONDS = 180


def java() -> str:
    """A Java of version 21 or later; skips the test where there is none, or no jars, or no rsyslogd."""
    if not JARS.is_dir():
        pytest.skip("no OpenSearch below build/opensearch (`make opensearch`)")
    if not Path(_RSYSLOGD).exists():
        pytest.skip("rsyslog is not installed (apt-get install rsyslog rsyslog-elasticsearch)")
    found = [*Path("/usr/lib/jvm").glob("*/bin/java"), *([Path(there)] if (there := shutil.which("java")) else [])]
    usable = [path for path in found if _version(path) >= 21]
    return str(usable[0]) if usable else pytest.skip("OpenSearch 3 needs Java 21 or later")


class Node:
    """One node of OpenSearch; started again, it has what it had."""

    def __init__(self, java: str, folder: Path) -> None:
        self._java, self._folder = java, folder
        self._base = free_port(0)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """Its first node takes the one after the base."""
        return self._base + 1

    @property
    def url(self) -> str:
        """Of the Elasticsearch API."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        command = [self._java, "-Xmx512m", "-cp", f"{JARS}/*", _MAIN, "-basePath", str(self._folder), "-numOfNode", "1",
                   "-baseHttpPort", str(self._base), "-clusterName", "frontpage"]  # fmt: skip
        with (self._folder.parent / "opensearch.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, (self._folder.parent / "opensearch.log").read_text()[-2000:]
            time.sleep(1)

    def stop(self) -> None:
        """It is away, its data stay."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def provision(self) -> None:
        """Load our index template."""
        httpx.put(f"{self.url}/_index_template/{INDEX}", json=index_template(), timeout=60).raise_for_status()

    def count(self) -> int:
        """Lines that can be found."""
        answer = httpx.post(f"{self.url}/{INDEX}-*/_refresh", timeout=60)
        counted = httpx.get(f"{self.url}/{INDEX}-*/_count", timeout=60)
        return int(counted.json()["count"]) if answer.is_success and counted.is_success else 0

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/_cluster/health", timeout=2).is_success
        except httpx.HTTPError:
            return False


class Shipper:
    """rsyslogd by our configuration over the logs of a home."""

    def __init__(self, home: Path, folder: Path, port: int) -> None:
        self._folder = folder
        (folder / "spool").mkdir(parents=True)
        (folder / "rsyslog.conf").write_text(rsyslog(str(home), "127.0.0.1", port, str(folder / "spool")))

    def start(self) -> None:
        """In the foreground of a process of ours."""
        command = [_RSYSLOGD, "-n", "-f", str(self._folder / "rsyslog.conf"), "-i", str(self._folder / "pid")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        """It keeps what it has not shipped."""
        self._process.terminate()
        self._process.wait(60)


def _version(java: Path) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    word = said.partition('"')[2].partition('"')[0].partition(".")[0]
    return int(word) if word.isdigit() else 0
