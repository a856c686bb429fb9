"""What the processes of an installation take, by part: processor, memory, storage. From the kernel's accounts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

#: The parts that should run, with the pid of each.
Parts = Callable[[], Mapping[str, int]]


@dataclass(slots=True)
class Taken:
    """Of one part with its living children; zeros where it is gone."""

    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    read_bytes: int = 0
    written_bytes: int = 0
    n_processes: int = 0


def taken(pid: int) -> Taken:
    """By that process and its children."""
    total = Taken()
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            _add(total, one)
    return total


def _add(total: Taken, process: psutil.Process) -> None:
    with contextlib.suppress(psutil.Error), process.oneshot():
        if process.status() == psutil.STATUS_ZOMBIE:
            return
        cpu, io = process.cpu_times(), process.io_counters()
        total.cpu_seconds += cpu.user + cpu.system
        total.memory_bytes += process.memory_info().rss
        total.read_bytes += io.read_bytes
        total.written_bytes += io.write_bytes
        total.n_processes += 1
