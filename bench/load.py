"""Load on loopback: wrk against HTTP, pgbench against PostgreSQL, both for some seconds."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from frontpage.core.errors import BadInputError
from frontpage.store.server import bin_dir

CONNECTIONS = 64
_SCRIPT = Path(__file__).with_name("readers.lua")
_UNIT_MS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}


@dataclass(frozen=True)
class Asked:
    """What wrk asks for: `readers` is a file with one per line; `order` is `once` or `zipf`."""

    url: str
    prefix: str
    suffix: str
    readers: Path
    order: str
    headers: Sequence[str] = ()


@dataclass(frozen=True)
class Answered:
    """What came back."""

    per_second: float
    p99_ms: float
    n_requests: int
    n_errors: int


def wrk(asked: Asked, seconds: int, offset: int = 0, pause_ms: int = 0) -> Answered:
    """Ask with 64 connections of two threads. Raises BadInputError where wrk is not installed."""
    if shutil.which("wrk") is None:
        raise BadInputError("wrk is not installed; install the Debian package of that name")
    headers = [part for header in asked.headers for part in ("-H", header)]
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}", "--latency", "--timeout", "10s", *headers,
               "-s", str(_SCRIPT), asked.url, "--", str(asked.readers), asked.prefix, asked.suffix, asked.order,
               str(offset), str(pause_ms)]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    value, unit = _found(r"99%\s+([\d.]+)(us|ms|s)", said)
    return Answered(
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", said)[0]),
        p99_ms=float(value) * _UNIT_MS[unit],
        n_requests=int(_found(r"(\d+) requests in", said)[0]),
        n_errors=sum(map(int, re.findall(r"(?:Non-2xx or 3xx responses: |connect |read |write |timeout )(\d+)", said))),
    )


def _found(pattern: str, said: str) -> tuple[str, ...]:
    match = re.search(pattern, said)
    assert match is not None, said
    return tuple(match.groups())


def pgbench(url: str, scripts: Sequence[Path], seconds: int) -> float:
    """Statements per second of the scripts, picked at random, prepared, with eight clients."""
    files = [part for script in scripts for part in ("-f", str(script))]
    options = ["-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", str(seconds)]
    command = [str(bin_dir() / "pgbench"), url, *options, *files]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(_found(r"tps = ([\d.]+)", said)[0])
