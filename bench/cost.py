"""`make proof-cost`: a whole refresh of 5 and 50 million readers, on straight lines through what was measured.

Reads docs/measurements/scale.json: seconds of each step, and memory, at the smallest and at the full size, and how
large a run's rows are. A line through both sizes gives what does not depend on readers, and what each one adds. Making
lists is divided among cores; the other steps are statements of one database and are not. Prices are assumed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from bench import record
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.sections.data import RetentionParams

_SOURCE = record.MEASUREMENTS / "scale.json"
_SMALL, _FULL = "15k", "521k"
_READERS = {"521 thousand": 521_000, "5 million": 5_000_000, "50 million": 50_000_000}
#: Lists are to be made within this much of the hour.
_MINUTES_FOR_LISTS = 15.0
#: Assumed: a core of a rented machine with 4 GB, for an hour; and of its disks, a GB for a month.
_DOLLARS_PER_CORE_HOUR, _GB_PER_CORE = 0.05, 4.0
_DOLLARS_PER_GB_MONTH = 0.1
_HOURS_A_MONTH = 730
_SERIAL = ("features_seconds", "gate_seconds", "publish_seconds")

Row = dict[str, float]


@dataclass(frozen=True)
class Line:
    """fixed + each x readers."""

    fixed: float
    each: float

    @classmethod
    def through(cls, small: Row, full: Row, name: str) -> Line:
        """The line through a figure at two sizes."""
        each = (full[name] - small[name]) / (full["readers"] - small["readers"])
        return cls(small[name] - each * small["readers"], each)

    def at(self, n_readers: float) -> float:
        """Its value for so many readers."""
        return self.fixed + self.each * n_readers

    def reaches(self, value: float) -> float:
        """The readers at which it comes to a value."""
        return (value - self.fixed) / self.each


@dataclass(frozen=True)
class Costs:
    """Lines of a refresh: seconds of making lists (on `cores` of them), of everything else, and gigabytes of memory."""

    cores: int
    lists: Line
    serial: Line
    memory: Line
    list_gb: Line

    @classmethod
    def of(cls, measured: dict[str, Row], cores: int) -> Costs:
        """From the rows of scale.json."""
        ends = (measured[_SMALL], measured[_FULL])
        small, full = (row | {"serial": sum(row[name] for name in _SERIAL)} for row in ends)
        published = measured["publish_60k"]
        return cls(
            cores,
            lists=Line.through(small, full, "score_seconds"),
            serial=Line.through(small, full, "serial"),
            memory=Line.through(small, full, "peak_gb"),
            list_gb=Line(0.0, published["run_gb"] / published["rows"] * LIST_LENGTH),
        )

    def row(self, n_readers: int) -> Row:
        """What so many readers take."""
        list_cores = self.lists.at(n_readers) * self.cores / (_MINUTES_FOR_LISTS * 60)
        memory = self.memory.at(n_readers)
        stored = self.list_gb.at(n_readers) * RetentionParams().runs
        rented = max(list_cores, memory / _GB_PER_CORE)
        dollars = rented * _DOLLARS_PER_CORE_HOUR * _HOURS_A_MONTH + stored * _DOLLARS_PER_GB_MONTH
        return {
            "list_core_minutes": round(self.lists.at(n_readers) * self.cores / 60),
            "cores_for_lists": round(list_cores, 1),
            "database_minutes": round(self.serial.at(n_readers) / 60, 1),
            "memory_gb": round(memory, 1),
            "lists_gb": round(stored, 1),
            "dollars_a_month": round(dollars),
        }

    def limits(self) -> Row:
        """Millions of readers at which the first things give way."""
        return {
            "database_takes_an_hour": round(self.serial.reaches(3_600) / 1e6, 1),
            "a_worker_needs_64_gb": round(self.memory.reaches(64) / 1e6, 1),
        }


def main() -> None:
    """Compute and write docs/measurements/cost.json."""
    source = json.loads(_SOURCE.read_text())
    costs = Costs.of(source["figures"], source["machine"]["cores"])
    figures = {name: costs.row(n_readers) for name, n_readers in _READERS.items()} | {"limits": costs.limits()}
    digest = sha256(_SOURCE.read_bytes()).hexdigest()
    print(record.write("cost", figures, digest, "make proof-cost"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
