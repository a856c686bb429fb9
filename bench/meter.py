"""What a piece of work used, with its child processes and the database server it talked to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.5


@dataclass(slots=True)
class Meter:
    """Filled by `metered`. Memory is proportional (PSS): what processes share counts once.

    counts_itself: whether this process is part of the work, or only starts it (`bench.apart`).
    """

    counts_itself: bool = True

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    server_cpu_seconds: float = 0.0
    written_bytes: int = 0
    _before: dict[int, tuple[float, int]] = field(default_factory=dict)
    _last: dict[int, tuple[float, int]] = field(default_factory=dict)
    _of_server: set[int] = field(default_factory=set)
    _others: set[int] = field(default_factory=set)

    def sample(self, server: psutil.Process | None) -> None:
        """Look once at every living process of the two trees."""
        peak = 0
        mine = psutil.Process()
        theirs = [] if server is None else [server, *server.children(recursive=True)]
        children = [child for child in mine.children(recursive=True) if child.pid not in self._others]
        ours = [mine, *children] if self.counts_itself else children
        for process in [*ours, *theirs]:
            try:
                peak += process.memory_full_info().pss
                cpu, written = process.cpu_times(), process.io_counters().write_bytes
            except psutil.Error:
                continue  # it ended between listing and looking
            self._last[process.pid] = (cpu.user + cpu.system, written)
            if process in theirs:
                self._of_server.add(process.pid)
        self.peak_bytes = max(self.peak_bytes, peak)

    def begin(self) -> None:
        """Count from here; children of this process that run already are no part of work that is done apart."""
        if not self.counts_itself:
            self._others = {child.pid for child in psutil.Process().children(recursive=True)}
        self.peak_bytes = 0
        self._before = dict(self._last)

    def end(self, seconds: float) -> None:
        """Sum up what the processes used since `begin`."""
        self.wall_seconds = round(seconds, 2)
        used = {
            pid: [now - before for now, before in zip(counters, self._before.get(pid, (0.0, 0)), strict=True)]
            for pid, counters in self._last.items()
        }
        cpu = {pid: counters[0] for pid, counters in used.items()}
        self.cpu_seconds = round(sum(cpu.values()), 2)
        self.server_cpu_seconds = round(sum(seconds for pid, seconds in cpu.items() if pid in self._of_server), 2)
        self.written_bytes = int(sum(counters[1] for counters in used.values()))

    def as_dict(self) -> dict[str, float | int]:
        """The figures by name."""
        names = ("wall_seconds", "cpu_seconds", "server_cpu_seconds", "peak_bytes", "written_bytes")
        return {name: getattr(self, name) for name in names}


@contextmanager
def metered(server_data: Path | None = None, *, counts_itself: bool = True) -> Iterator[Meter]:
    """A meter of the block; `server_data`: data folder of the server to watch as well."""
    meter, done = Meter(counts_itself), threading.Event()
    server = None if server_data is None else psutil.Process(postmaster(server_data))
    meter.sample(server)
    meter.begin()

    def watch() -> None:
        while not done.wait(_SAMPLE_SECONDS):
            meter.sample(server)

    thread = threading.Thread(target=watch, name="meter", daemon=True)
    thread.start()
    started = time.perf_counter()
    try:
        yield meter
    finally:
        seconds = time.perf_counter() - started
        done.set()
        thread.join()
        meter.sample(server)
        meter.end(seconds)


def postmaster(data: Path) -> int:
    """Process id of the server of a data folder."""
    return int((data / "postmaster.pid").read_text().split()[0])
