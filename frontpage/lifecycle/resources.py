"""CPU, memory and I/O that a piece of work used, with its child processes."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import psutil

_SAMPLE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Resources:
    """What was used between start and end of the work, by this process and its children.

    peak_rss_bytes is the highest sum of resident memory over the samples (every 0.2 s, first and last included).
    I/O counts bytes that reached the storage layer; a child that came and went between two samples is missed.
    """

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_rss_bytes: int = 0
    read_bytes: int = 0
    written_bytes: int = 0

    def as_dict(self) -> dict[str, float]:
        """Field name -> number, for the training table and the trackers."""
        return asdict(self)


@dataclass(slots=True)
class Meter:
    """Handed out by `measure`; `resources` is complete once the block has ended."""

    resources: Resources = field(default_factory=Resources)


@dataclass(slots=True)
class _Sampler:
    """Keeps the last counters seen of each process, so that children which ended still count."""

    root: psutil.Process = field(default_factory=psutil.Process)
    started: float = field(default_factory=time.perf_counter)
    counters: dict[int, tuple[float, int, int]] = field(default_factory=dict)
    first: dict[int, tuple[float, int, int]] = field(default_factory=dict)
    peak_rss_bytes: int = 0

    def sample(self) -> None:
        """Look at every living process of the tree once."""
        rss = 0
        for process in [self.root, *self.root.children(recursive=True)]:
            try:
                rss += process.memory_info().rss
                self.counters[process.pid] = _counters(process)
            except psutil.Error:
                continue  # it ended between listing and looking; its last counters stay
        self.peak_rss_bytes = max(self.peak_rss_bytes, rss)

    def resources(self) -> Resources:
        """Counters now less those at the start, over all processes seen."""
        zero = (0.0, 0, 0)
        used = [
            [now - before for now, before in zip(counters, self.first.get(pid, zero), strict=True)]
            for pid, counters in self.counters.items()
        ]
        cpu, read, written = (sum(column) for column in zip(*used, strict=True))
        wall = time.perf_counter() - self.started
        return Resources(round(wall, 3), round(float(cpu), 3), self.peak_rss_bytes, int(read), int(written))


@contextmanager
def measure() -> Iterator[Meter]:
    """Meter of the block it opens; `meter.resources` is set at its end, also after an exception."""
    meter, sampler, done = Meter(), _Sampler(), threading.Event()
    sampler.sample()
    sampler.first = dict(sampler.counters)
    thread = threading.Thread(target=_watch, args=(sampler, done), name="resource-meter", daemon=True)
    thread.start()
    try:
        yield meter
    finally:
        done.set()
        thread.join()
        sampler.sample()
        meter.resources = sampler.resources()


def _watch(sampler: _Sampler, done: threading.Event) -> None:
    while not done.wait(_SAMPLE_SECONDS):
        sampler.sample()


def _counters(process: psutil.Process) -> tuple[float, int, int]:
    cpu = process.cpu_times()
    try:
        io = process.io_counters()
    except psutil.Error:  # another user's process: its I/O is not ours to read
        return cpu.user + cpu.system, 0, 0
    return cpu.user + cpu.system, io.read_bytes, io.write_bytes
