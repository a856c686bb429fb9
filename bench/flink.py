"""A real Flink on this machine, for proofs and tests: a job server with an embedded Flink, and workers apart from it.

The workers are processes of a pool of their own. Beam's default for a local Flink, LOOPBACK, would make them threads of
whoever submits the pipeline, and nothing would be shown by killing one.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from bench.record import ROOT
from serving.http.server import bind

#: A worker that is lost ends its Flink task; without a restart strategy that would end the job.
_CONFIGURATION = """\
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 3
restart-strategy.fixed-delay.delay: 1 s
"""
_JAVA = ("java", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_START_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Flink:
    """A job server and a pool of workers, by port and process."""

    job_port: int
    pool_port: int
    pool: int

    def options(self, n_slots: int) -> list[str]:
        """Beam's options for a pipeline on so many slots, each with a worker process of its own."""
        return [
            "--runner=FlinkRunner", f"--job_endpoint=localhost:{self.job_port}",
            "--environment_type=EXTERNAL", f"--environment_config=localhost:{self.pool_port}",
            f"--parallelism={n_slots}", f"--sdk_worker_parallelism={n_slots}",
        ]  # fmt: skip

    def workers(self) -> list[psutil.Process]:
        """The worker processes of the pipeline that is running, oldest first."""
        return sorted(psutil.Process(self.pool).children(), key=lambda worker: worker.create_time())


def missing() -> str:
    """What this machine lacks for a local Flink; empty where it lacks nothing."""
    lacking = [program for program in ("java", "mvn") if shutil.which(program) is None]
    return f"no local Flink: {' and '.join(lacking)} not found" if lacking else ""


@contextmanager
def local_flink(folder: Path) -> Iterator[Flink]:
    """Job server and pool, with their logs in `folder`; both end with the block."""
    jar = _builder().build()
    job_port, pool_port = _free_port(), _free_port()
    (folder / "flink-conf.yaml").write_text(_CONFIGURATION)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the pool starts workers as `python`
    with ExitStack() as ends:
        server = [
            *_JAVA, "-jar", str(jar), "--flink-master", "[local]", "--flink-conf-dir", str(folder),
            "--job-port", str(job_port), "--artifact-port", "0", "--expansion-port", "0",
        ]  # fmt: skip
        pool = [sys.executable, "-m", "apache_beam.runners.worker.worker_pool_main", f"--service_port={pool_port}"]
        _start(ends, server, folder / "flink.log", job_port, {})
        pid = _start(ends, pool, folder / "workers.log", pool_port, {"PATH": path})
        yield Flink(job_port, pool_port, pid)


def _start(ends: ExitStack, command: list[str], log: Path, port: int, variables: dict[str, str]) -> int:
    """The pid of a process with a session of its own, once it listens; the session's processes end with `ends`."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **variables}, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
    ends.callback(_end, process)
    deadline = time.monotonic() + _START_SECONDS
    while not any(one.laddr.port == port for one in _listening(process.pid)):
        assert process.poll() is None, f"{command[0]} ended; see {log}"
        assert time.monotonic() < deadline, f"{command[0]} does not listen; see {log}"
        time.sleep(0.2)
    return process.pid


def _listening(pid: int) -> list[Any]:
    connections = psutil.Process(pid).net_connections(kind="tcp")
    return [one for one in connections if one.status == psutil.CONN_LISTEN]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process and the ones it started, which are its session."""
    for sign, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 20)):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, sign)
            process.wait(timeout=patience)


def _free_port() -> int:
    with bind("127.0.0.1", 0) as probe:
        return int(probe.getsockname()[1])


def _builder() -> ModuleType:
    """deploy/flink/build.py, which is no package's module."""
    specification = importlib.util.spec_from_file_location("flink_build", ROOT / "deploy" / "flink" / "build.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
