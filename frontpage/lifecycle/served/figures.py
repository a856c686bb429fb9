"""What served lists were worth, as the database sums it up, and how well offline figures foretell online ones."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from frontpage.core.cells import as_text

#: Fewer versions correlate by chance.
MIN_VERSIONS = 3
COLUMNS = (
    "variant", "way", "value", "n_lists", "n_readers", "n_reader_days", "read_rate", "seconds_per_reader_day",
    "ndcg_at_10", "n_judged", "best_position", "median_seconds_to_read",
)  # fmt: skip
ONLINE = ("served_ndcg_at_10", "read_rate", "seconds_per_reader_day")

Row = Mapping[str, Any]


def correlations(versions: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Of nDCG@10 on held-out reads with each of ONLINE over versions: Pearson's and Spearman's; empty with too few."""
    if len(versions) < MIN_VERSIONS:
        return {}
    offline = np.array([row["offline_ndcg_at_10"] for row in versions])
    found = {}
    for name in ONLINE:
        online = np.array([row[name] for row in versions], dtype=np.float64)
        if np.ptp(offline) > 0 and np.ptp(online) > 0:
            found[name] = {
                "pearson": float(stats.pearsonr(offline, online).statistic),
                "spearman": float(stats.spearmanr(offline, online).statistic),
            }
    return found


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as lines of text, with a head."""
    head = f"{'variant':16} {'by':9} {'':22} {'lists':>9} {'readers':>8} "
    head += f"{'read rate':>9} {'s/reader-day':>12} {'nDCG@10':>8}"
    return [head, *(_line(row) for row in rows)]


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Every row and column; no text of a feed is a formula there."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(as_text(row) for row in rows)


def _line(row: Row) -> str:
    way = "" if row["way"] == "all" else row["way"]
    quality = "-" if row["ndcg_at_10"] is None else f"{row['ndcg_at_10']:.4f}"
    return (
        f"{row['variant']:16.16} {way:9} {row['value']:22.22} {row['n_lists']:9,} {row['n_readers']:8,} "
        f"{row['read_rate']:9.3f} {row['seconds_per_reader_day']:12.1f} {quality:>8}"
    )
