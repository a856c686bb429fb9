"""What a process and its ended children used so far, from the kernel's own accounts: no thread that samples."""

import resource
from dataclasses import dataclass
from pathlib import Path

_IO = Path("/proc/self/io")
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """peak_memory_bytes is that of the largest process; bytes are those that reached the storage layer, Linux only."""

    cpu_seconds: float
    peak_memory_bytes: int
    read_bytes: int
    written_bytes: int

    def since(self, before: "Usage") -> "Usage":
        """What was used since then; a peak is one of the whole process."""
        return Usage(
            self.cpu_seconds - before.cpu_seconds,
            self.peak_memory_bytes,
            self.read_bytes - before.read_bytes,
            self.written_bytes - before.written_bytes,
        )


def used() -> Usage:
    """By this process and those of its children that have ended."""
    accounts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    io = _io()
    return Usage(
        cpu_seconds=sum(each.ru_utime + each.ru_stime for each in accounts),
        peak_memory_bytes=max(each.ru_maxrss for each in accounts) * _KIB,
        read_bytes=io.get("read_bytes", 0),
        written_bytes=io.get("write_bytes", 0),
    )


def _io() -> dict[str, int]:
    try:
        lines = _IO.read_text().splitlines()
    except OSError:
        return {}
    return {name: int(value) for name, _, value in (line.partition(": ") for line in lines)}
