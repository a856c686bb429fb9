"""`make proof-scale`: a whole refresh at several sizes, against the bare kernels of the same run; and parts alone.

Worlds of 15,000 to 521,000 readers over 144,000 articles a day, and the largest also with three days of
articles live, and with 14 days of articles and reads under the parameters that ship; a refresh an hour after another,
and publishing. What was measured is kept after each size, so a proof
that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from bench import hour_later, publish, record
from bench.refresh import home_of, measure
from bench.scale_world import FULL_READERS, Size
from frontpage.core.params import Params

#: Name of a column of the table -> the world.
SIZES = {
    "15k": Size(15_000),
    "60k": Size(60_000),
    "240k": Size(240_000),
    "521k": Size(FULL_READERS),
    "521k_3_days_live": Size(FULL_READERS, n_days=3, live_days=3),
    "521k_shipped": Size(FULL_READERS, n_days=14, live_days=int(Params().lists.max_age_days)),
}
#: Sizes that differ in readers alone.
_GROWTH = ("15k", "60k", "240k", "521k")
#: Name of a column -> readers whose lists are published.
_PUBLISH = {"publish": FULL_READERS, "publish_60k": 60_000}
#: Name of a column -> the world of a refresh an hour after another.
_LATER = {"hour_later_521k": SIZES["521k"]}
_ALL = (*SIZES, *_LATER, *_PUBLISH)


def row_of(measured: dict[str, Any]) -> dict[str, float]:
    """The figures of a size that the docs show."""
    ours, reference = measured["ours"], measured["reference"]
    return {
        "readers": measured["readers"],
        "live_articles": measured["live_articles"],
        "rows": measured["rows"],
        **{f"{name}_seconds": round(step["wall_seconds"], 1) for name, step in ours["steps"].items()},
        "refresh_seconds": round(ours["seconds"], 1),
        **{f"kernel_{name}_seconds": round(seconds, 1) for name, seconds in reference["seconds"].items()},
        "kernels_seconds": round(reference["total_seconds"], 1),
        "ratio": round(measured["ratio"], 2),
        "peak_gb": round(ours["peak_rss_bytes"] / 1e9, 2),
        "written_gb": round(ours["written_bytes"] / 1e9, 2),
    }


def publish_row(measured: dict[str, Any]) -> dict[str, float]:
    """The figures of publishing that the docs show."""
    p99 = measured["readers_p99_ms"]
    return {
        "rows": measured["rows"],
        "seconds": round(measured["ours"]["seconds"], 1),
        "bare_copy_seconds": round(measured["reference"]["seconds"], 1),
        "run_gb": round(measured["run_bytes"] / 1e9, 2),
        "ratio": round(measured["ratio"], 2),
        "readers_p99_ms_idle": round(p99["idle"], 1),
        "readers_p99_ms_publishing": round(p99["publishing"], 1),
    }


def later_row(measured: dict[str, Any]) -> dict[str, float]:
    """The figures of a refresh an hour after another that the docs show."""
    later, whole = measured["ours"], measured["reference"]
    return {
        "readers": measured["readers"],
        "share_due": round(measured["share_due"], 3),
        **{f"{name}_seconds": round(step["wall_seconds"], 1) for name, step in later["steps"].items()},
        "seconds": round(later["seconds"], 1),
        **{f"whole_{name}_seconds": round(step["wall_seconds"], 1) for name, step in whole["steps"].items()},
        "whole_refresh_seconds": round(whole["seconds"], 1),
        "ratio": round(measured["ratio"], 3),
    }


def growth(figures: dict[str, dict[str, float]]) -> dict[str, float]:
    """The exponents of time and memory over readers, fitted through the sizes that are there; nothing of one alone."""
    rows = [figures[name] for name in _GROWTH if name in figures]
    if len(rows) < 2:
        return {}

    def exponent(name: str) -> float:
        readers, values = np.log([row["readers"] for row in rows]), np.log([row[name] for row in rows])
        return round(float(np.polyfit(readers, values, 1)[0]), 2)

    return {"exponent": exponent("refresh_seconds"), "memory_exponent": exponent("peak_gb")}


def main() -> None:
    """Measure the sizes asked for that are not there yet, and write docs/measurements/scale.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="*", choices=_ALL, default=_ALL)
    parser.add_argument("--home", type=Path, default=home_of())
    given = parser.parse_args()
    kept = given.home / "scale.json"
    measured = json.loads(kept.read_text()) if kept.is_file() else {}
    for name in given.sizes:
        if name not in measured:
            measured[name] = _measured(given.home, name)
            kept.write_text(json.dumps(measured, indent=2) + "\n")
    figures = {name: row_of(measured[name]) for name in SIZES if name in measured}
    figures |= {name: later_row(measured[name]) for name in _LATER if name in measured}
    figures |= {name: publish_row(measured[name]) for name in _PUBLISH if name in measured}
    checksums = " ".join(measured[name]["checksum"][:16] for name in SIZES if name in measured)
    print(record.write("scale", figures | {"growth": growth(figures)}, checksums, "make proof-scale"))  # noqa: T201


def _measured(home: Path, name: str) -> dict[str, Any]:
    if name in _PUBLISH:
        return publish.measure(home / f"publish-{_PUBLISH[name]}", _PUBLISH[name])
    return hour_later.measure(home, _LATER[name]) if name in _LATER else measure(home, SIZES[name])


if __name__ == "__main__":
    main()
