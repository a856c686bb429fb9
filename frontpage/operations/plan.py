"""How large an installation has to be, from what was measured (docs/measurements/scale.json, serve.json, day.json).

Between two measured numbers of readers every figure is taken on the line between them, beyond the largest on the line
through the last two. Measured on one machine of two cores with 175 thousand live articles.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from frontpage.core.errors import BadInputError

MEASUREMENTS: Final = Path(__file__).resolve().parents[2] / "docs" / "measurements"
_SIZES: Final = ("15k", "60k", "240k", "521k")
_GB_OF_LIST_KEPT_RUNS: Final = 4
_BUSY_HOUR_SHARE, _VISITS_A_DAY = 0.1, 3.0
_CORES_MEASURED: Final = 2
#: List prices of three clouds in 2026 lie around it: a core with 4 GB for a month, and a GB of SSD.
DOLLARS_A_CORE, DOLLARS_A_GB = 30.0, 0.12


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a number of readers needs. refresh_minutes: on `cores` cores for computing."""

    readers: int
    refresh_minutes: float
    pipeline_cores: int
    pipeline_gb: float
    written_gb_an_edition: float
    requests_per_second: float
    api_cores: int
    disk_gb: float
    dollars_a_month: float
    first_to_give_way: str

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"{self.readers} readers: a refresh takes {self.refresh_minutes:.1f} minutes",
            f"pipeline: {self.pipeline_cores} cores, {self.pipeline_gb:.1f} GB of memory",
            f"API: {self.requests_per_second:.0f} lists a second in the busy hour, {self.api_cores} cores",
            f"disk: {self.disk_gb:.0f} GB for PostgreSQL; {self.written_gb_an_edition:.1f} GB written an edition",
            f"about {self.dollars_a_month:.0f} dollars a month at {DOLLARS_A_CORE:.0f} a core and {DOLLARS_A_GB} a GB",
            f"what gives way first: {self.first_to_give_way}",
        ]


def plan(readers: int, articles_per_day: int, refresh_minutes: int, folder: Path = MEASUREMENTS) -> Capacity:
    """For `readers`, of whom all get a list at each refresh. articles_per_day scales the part that looks at articles.

    Raises BadInputError for numbers below one, and where the measurements are not there.
    """
    if min(readers, articles_per_day, refresh_minutes) < 1:
        raise BadInputError("readers, articles a day and minutes between refreshes have to be at least 1")
    measured, served = _figures(folder / "scale.json"), _figures(folder / "serve.json")["ours"]
    seconds = at(measured, "refresh_seconds", readers) * _article_factor(measured, readers, articles_per_day)
    cores = _CORES_MEASURED * max(1, int(np.ceil(seconds / 60 / refresh_minutes)))
    per_second = readers * _VISITS_A_DAY * _BUSY_HOUR_SHARE / 3600
    api_cores = max(1, int(np.ceil(per_second / (served["half_per_s"] / _CORES_MEASURED))))
    memory, written = at(measured, "peak_gb", readers), at(measured, "written_gb", readers)
    disk = _GB_OF_LIST_KEPT_RUNS * written + 20
    minutes = seconds / 60 * _CORES_MEASURED / cores
    return Capacity(
        readers, minutes, cores, memory, written, per_second, api_cores, disk,
        DOLLARS_A_CORE * (cores + api_cores) + DOLLARS_A_GB * disk,
        _first(minutes / refresh_minutes, per_second / (api_cores * served["half_per_s"] / _CORES_MEASURED)),
    )  # fmt: skip


def at(measured: Mapping[str, Mapping[str, float]], figure: str, readers: int) -> float:
    """A figure for so many readers, on the line between measured ones."""
    known = sorted((measured[size]["readers"], measured[size][figure]) for size in measured)
    counts, values = (np.array(column, dtype=float) for column in zip(*known, strict=True))
    if readers <= counts[-1]:
        return float(np.interp(readers, counts, values))
    slope = (values[-1] - values[-2]) / (counts[-1] - counts[-2])
    return float(values[-1] + slope * (readers - counts[-1]))


def _article_factor(measured: Mapping[str, Mapping[str, float]], readers: int, articles_per_day: int) -> float:
    """More articles make the search for candidates longer, which is the part `kernel_topk` of the kernels' time."""
    usual = measured["521k"]["live_articles"]  # articles of the measured worlds are live for one day
    share = at(measured, "kernel_topk_seconds", readers) / at(measured, "kernels_seconds", readers)
    return 1 + share * max(articles_per_day / usual - 1, -0.9)


def _first(refresh_load: float, api_load: float) -> str:
    return (
        "the refresh: it would still run when the next is due"
        if refresh_load >= api_load
        else "the API in the busy hour"
    )


def _figures(path: Path) -> dict[str, Any]:
    try:
        figures: dict[str, Any] = json.loads(path.read_text())["figures"]
    except OSError as error:
        raise BadInputError(f"there is no measurement {path}; run this in a checkout") from error
    return {name: values for name, values in figures.items() if name in _SIZES or name == "ours"}
