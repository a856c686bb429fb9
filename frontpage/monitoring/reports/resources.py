"""What each step takes, against its own past, and the limit of a control group that it would need. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from frontpage.core.pages.templating import filled

_MIB = 2**20
#: Above what was ever needed: a limit ends the step that reaches it.
_SPARE = 1.25
#: Memory limits are rounded up to this.
_ROUND_MIB = 64
#: So much more than usual is marked.
_UNUSUAL = 1.5
_HEAD = ("step", "times", "seconds", "usual", "CPU s", "usual", "memory MiB", "usual", "read MiB", "written MiB",
         "rows/s", "memory limit MiB", "processors")  # fmt: skip


def memory_limit_mib(most_memory_bytes: float) -> int:
    """A quarter more than its largest process ever took, rounded up to 64 MiB.

    >>> memory_limit_mib(100 * 2**20), memory_limit_mib(1)
    (128, 64)
    """
    wanted = most_memory_bytes * _SPARE / _MIB
    return int(-(-wanted // _ROUND_MIB)) * _ROUND_MIB


def table(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Lines of text, a step each."""
    yield " ".join(f"{word:>12}" for word in _HEAD)
    for row in rows:
        yield " ".join(f"{cell:>12}" for cell in _cells(row))


def page(rows: Iterable[Mapping[str, Any]], until: str) -> str:
    """HTML; what took half as much again as usual is marked."""
    rows = list(rows)
    much = {row["verb"]: "much" for row in rows if is_unusual(row)}
    return filled(
        "frontpage.monitoring.reports", "resources.html", until=until, head=_HEAD, rows=map(_cells, rows), much=much
    )


def is_unusual(row: Mapping[str, Any]) -> bool:
    """Whether it took half as much again as usual, in time, processor or memory; only with five of them or more."""
    pairs = (("seconds", "usual_seconds"), ("cpu_seconds", "usual_cpu_seconds"), ("memory_bytes", "usual_memory_bytes"))
    return row["n"] >= 5 and any((row[now] or 0) > _UNUSUAL * (row[usual] or 0) > 0 for now, usual in pairs)


def _cells(row: Mapping[str, Any]) -> list[str]:
    mib = {name: (row[f"{name}_bytes"] or 0) / _MIB for name in ("memory", "usual_memory", "read", "written")}
    figures = (row["seconds"], row["usual_seconds"], row["cpu_seconds"], row["usual_cpu_seconds"], *mib.values(),
               row["rows_per_second"])  # fmt: skip
    limit = memory_limit_mib(row["most_memory_bytes"] or 0)
    processors = f"{row['most_processors'] or 0:.2f}"
    return [row["verb"], str(row["n"]), *(f"{value or 0:,.1f}" for value in figures), str(limit), processors]
