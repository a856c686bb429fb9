"""What executions took: processors, gigabytes, estimated energy and money, in all and for 1,000 lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frontpage.core.params import earlier_params
from frontpage.core.sections.watching import BusinessParams

_HOUR = 3_600
_GB = 1e9
_LISTS = 1_000


@dataclass(frozen=True, slots=True)
class Footprint:
    """gb_seconds: memory of the largest process for as long as the work took."""

    cpu_seconds: float
    gb_seconds: float
    written_bytes: float

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Footprint:
        """That of a row of `execution` which has ended; what could not be measured counts as nothing."""
        gb_seconds = (row["peak_memory_bytes"] or 0) / _GB * (row["seconds"] or 0)
        return cls(row["cpu_seconds"] or 0, gb_seconds, row["written_bytes"] or 0)

    def figures(self, prices: BusinessParams, share: float = 1.0) -> dict[str, float]:
        """A share of it: CPU-hours, GB-hours of memory, GB written, Wh by estimate, cost.

        >>> Footprint(3_600, 7_200, 5e8).figures(BusinessParams(wh_per_cpu_second=0.001, wh_per_gb_hour=0.4))
        {'cpu_hours': 1.0, 'gb_hours': 2.0, 'gb_written': 0.5, 'wh': 4.4, 'cost': 0.05}
        """
        cpu_hours, gb_hours = share * self.cpu_seconds / _HOUR, share * self.gb_seconds / _HOUR
        gb_written = share * self.written_bytes / _GB
        values = {
            "cpu_hours": cpu_hours,
            "gb_hours": gb_hours,
            "gb_written": gb_written,
            "wh": prices.watt_hours(self.cpu_seconds, self.gb_seconds) * share,
            "cost": prices.cost(cpu_hours, gb_hours, gb_written),
        }
        return {name: float(f"{value:.4g}") for name, value in values.items()}


def report(row: Mapping[str, Any], edition: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an execution took, and for 1,000 of the lists that it made or helped to make; nothing before it has ended.

    row: of `execution`, with its params, whose prices count. edition: those lists, and what everything that made them
    took; None where there are none.
    """
    if row["ended_at"] is None:
        return {}
    prices = prices_of(row["params"])
    own = Footprint.of(row)
    told: dict[str, Any] = {"took": own.figures(prices)}
    if edition and edition["lists"]:
        share = _LISTS / edition["lists"]
        whole = Footprint(edition["cpu_seconds"], edition["gb_seconds"], edition["written_bytes"])
        told["took_per_1000_lists"] = own.figures(prices, share)
        told["edition"] = {name: edition[name] for name in ("run", "lists", "executions")}
        told["edition_per_1000_lists"] = whole.figures(prices, share)
    return told


def prices_of(params: Mapping[str, Any] | None) -> BusinessParams:
    """Those of recorded parameters; what an earlier release did not know has its default."""
    return earlier_params({"business": (params or {}).get("business", {})}).business
