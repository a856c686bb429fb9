"""`make proof-live`: what more live articles cost, by a refresh of 15,000 readers over one day's and over three days'.

A reader's part of the work hardly hangs on how many there are, for the nearest in content are looked for in clusters.
What remains is each article's own part: its states, its vector, its place in every order.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import record
from bench.refresh import home_of, measure
from bench.scale import row_of
from bench.scale_world import Size

N_READERS = 15_000
#: Name of a column of the table -> the world.
SIZES = {"1_day": Size(N_READERS), "3_days": Size(N_READERS, n_days=3, live_days=3)}


def main() -> None:
    """Measure both, and write docs/measurements/live.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=home_of())
    home = parser.parse_args().home
    measured = {name: measure(home, size) for name, size in SIZES.items()}
    figures = {name: row_of(found) for name, found in measured.items()}
    one, three = (figures[name] for name in SIZES)
    figures["growth"] = {
        "articles": round(three["live_articles"] / one["live_articles"], 2),
        "refresh": round(three["refresh_seconds"] / one["refresh_seconds"], 2),
        "kernels": round(three["kernels_seconds"] / one["kernels_seconds"], 2),
    }
    checksums = " ".join(found["checksum"][:16] for found in measured.values())
    print(record.write("live", figures, checksums, "make proof-live"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
