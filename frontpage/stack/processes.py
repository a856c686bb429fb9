"""Child processes with a record each, so that another command can find and end exactly these and no others."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import psutil

from frontpage.core.errors import BadInputError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from frontpage.stack.layout import Layout

#: Every process of an installation, and whatever it starts, carries its home in this variable.
MARK = "FRONTPAGE_STACK"
_SAME_START_SECONDS = 1.0
_KILL_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_WAIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Child:
    """One process we started: its identity is pid and start time, since pids are used again."""

    name: str
    pid: int
    created: float
    #: Only where this very command started it: its exit code is nobody else's to ask for.
    process: subprocess.Popen[bytes] | None = field(default=None, compare=False, repr=False)


def start(layout: Layout, name: str, command: Sequence[str], env: Mapping[str, str]) -> Child:
    """Start a process in a session of its own, its output in `logs/NAME.log`, its record in `run/NAME.pid`."""
    layout.logs.mkdir(parents=True, exist_ok=True)
    with log_of(layout, name).open("w") as log:
        process = subprocess.Popen(
            command, env={**env, MARK: str(layout.home)},
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    return replace(record(layout, name, process.pid), process=process)


def record(layout: Layout, name: str, pid: int) -> Child:
    """Keep the identity of a running process in `run/NAME.pid`."""
    created = psutil.Process(pid).create_time()
    child = Child(name, pid, created)
    layout.run.mkdir(parents=True, exist_ok=True)
    (layout.run / f"{name}.pid").write_text(json.dumps({"name": name, "pid": pid, "created": created}))
    return child


def forget(layout: Layout, name: str) -> None:
    """Remove the record."""
    (layout.run / f"{name}.pid").unlink(missing_ok=True)


def recorded(layout: Layout) -> dict[str, Child]:
    """All records by name, whether the processes live or not."""
    return {path.stem: Child(**json.loads(path.read_text())) for path in sorted(layout.run.glob("*.pid"))}


def is_alive(child: Child) -> bool:
    """Whether that very process still runs."""
    return _process(child) is not None


def check(layout: Layout, children: Iterable[Child]) -> None:
    """Raise UnavailableError with the name and last words of the first child that has ended."""
    for child in children:
        if not is_alive(child):
            raise UnavailableError(
                f"{child.name} ended ({last_line(layout, child.name)}); its log is {log_of(layout, child.name)}"
            )


def log_of(layout: Layout, name: str) -> Path:
    """The file with everything a process said."""
    return layout.logs / f"{name}.log"


def last_line(layout: Layout, name: str) -> str:
    """The last line a process said that is not blank."""
    path = log_of(layout, name)
    lines = path.read_text(errors="replace").split("\n") if path.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def stop(layout: Layout, names: Iterable[str], grace_seconds: float) -> None:
    """End the processes and all their descendants: first asked, after `grace_seconds` forced."""
    known = recorded(layout)
    children = [known[name] for name in names if name in known]
    end([process for child in children for process in _tree(child)], grace_seconds)
    for child in children:
        forget(layout, child.name)


def end(processes: Sequence[psutil.Process], grace_seconds: float) -> None:
    """Ask all to stop, wait, and kill those that have not."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _left(processes, grace_seconds):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _left(processes, _KILL_SECONDS)


def strays(layout: Layout) -> list[psutil.Process]:
    """Processes that carry our mark, except this one and those that started it."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    home = str(layout.home)
    return [process for process in psutil.process_iter() if process.pid not in ours and _mark(process) == home]


def require_free(port: int, what: str, variable: str) -> None:
    """Raise BadInputError where something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise BadInputError(f"port {port} for {what} is taken; choose another with {variable}=") from error


def free_port(preferred: int) -> int:
    """The preferred port if nothing listens there, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise UnavailableError("this machine has no free TCP port")


def wait_for(child: Child, layout: Layout, seconds: float, look: Callable[[], None] = lambda: None) -> None:
    """Wait until a process of ours that ends by itself has done so, and forget it. look: called every second meanwhile.

    Raises UnavailableError with its last words where it failed, or where it takes longer than `seconds`.
    """
    assert child.process is not None, "only who started it can wait for it"
    deadline = time.monotonic() + seconds
    while (exit_code := _exit_code(child.process, _WAIT_SECONDS)) is None:
        look()
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"{child.name} did not end within {seconds:.0f} s; its log is {log_of(layout, child.name)}"
            )
    if exit_code:
        raise UnavailableError(
            f"{child.name} failed ({last_line(layout, child.name)}); its log is {log_of(layout, child.name)}"
        )
    forget(layout, child.name)


def _exit_code(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """None where it still runs after so long."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _left(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still run after at most so long."""
    deadline = time.monotonic() + seconds
    while (left := [process for process in processes if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
    return left


def _runs(process: psutil.Process) -> bool:
    """Whether it has not ended; one that nobody has collected yet (a zombie) has."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _process(child: Child) -> psutil.Process | None:
    try:
        process = psutil.Process(child.pid)
        same = abs(process.create_time() - child.created) < _SAME_START_SECONDS
    except psutil.NoSuchProcess:
        return None
    return process if same and _runs(process) else None


def _tree(child: Child) -> list[psutil.Process]:
    process = _process(child)
    if process is None:
        return []
    with contextlib.suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []


def _mark(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""
