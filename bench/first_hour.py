"""`make proof-first-hour`: `make run` from nothing, at its default size: seconds to each edition, and peak memory."""

import contextlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from bench import record
from bench.meter import Meter, postmaster
from frontpage.stack import processes

N_RUNS = 3
LIMIT_SECONDS = 1800
_SAMPLE_SECONDS = 2.0
_LINE = re.compile(r"^\[ *(\d+) s\] {5}(\w+) +(\d+) s  success$", re.MULTILINE)


def main() -> None:
    """Three runs one after the other, each in a folder of its own; the medians and each run."""
    runs = []
    for number in range(N_RUNS):
        runs.append(_run())
        sys.stdout.write(f"{number + 1} of {N_RUNS}: {runs[-1]}\n")
        sys.stdout.flush()
    names = ("first_edition_seconds", "personal_edition_seconds", "peak_gb", "train_seconds")
    medians = {name: statistics.median(run[name] for run in runs) for name in names}
    figures = {"median": medians, **{f"run {number}": run for number, run in enumerate(runs, 1)}}
    record.write("first-hour", figures, "simulated", record.command("first-hour", is_full=True))
    sys.stdout.write(f"{figures}\n")


def _run() -> dict[str, float]:
    """Seconds from the command to the tenth line of each edition, peak memory with its database server's, `train`."""
    home = Path(tempfile.mkdtemp(prefix="frontpage-first-hour-"))
    home.chmod(0o755)
    ports = [f"{name}={processes.free_port(0)}" for name in ("API_PORT", "AIRFLOW_PORT", "MLFLOW_PORT")]
    env = {**os.environ, "FRONTPAGE_HOME": str(home)}
    started = time.monotonic()
    process = subprocess.Popen(
        ["env", "--default-signal=INT", "make", "run", *ports],
        cwd=record.ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    tenth: list[float] = []
    ended = threading.Event()

    def listen() -> None:
        for line in process.stdout or ():
            lines.append(line)
            if re.match(r"^ *10\. \S", line):
                tenth.append(round(time.monotonic() - started, 1))
            if re.search(r"\] up$", line):
                ended.set()
        ended.set()

    threading.Thread(target=listen, daemon=True).start()
    meter = Meter(counts_itself=False)
    while not ended.wait(_SAMPLE_SECONDS):
        meter.sample(_server(home))
        if time.monotonic() - started > LIMIT_SECONDS:
            break
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C reaches the whole foreground group of a terminal
    process.wait(120)
    subprocess.run(["make", "stop"], cwd=record.ROOT, env=env, check=True, capture_output=True)
    text = "".join(lines)
    if len(tenth) != 2:
        raise SystemExit(f"two editions expected, {len(tenth)} seen:\n{text}")
    shutil.rmtree(home)
    return {
        "first_edition_seconds": tenth[0],
        "personal_edition_seconds": tenth[1],
        "peak_gb": round(meter.peak_bytes / 1e9, 2),
        "train_seconds": next(int(seconds) for _, task, seconds in _LINE.findall(text) if task == "train"),
    }


def _server(home: Path) -> psutil.Process | None:
    """The database server, once there is one."""
    with contextlib.suppress(OSError, ValueError, psutil.Error):  # not there yet, or made at this moment
        return psutil.Process(postmaster(home / "postgres"))
    return None


if __name__ == "__main__":
    main()
