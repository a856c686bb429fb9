"""What a replay leaves behind: JSON, an HTML page, and a table for the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.evaluation.evaluator import MEASURES
from models.files import write_bytes
from models.replay.page import page
from models.replay.replayed import OURS

NDCG, HIT_RATE, RECALL, DWELL_NDCG = MEASURES
_NONE = "-"


def write_report(figures: dict[str, Any], json_file: Path, html_file: Path) -> None:
    """Both files, each whole or absent; keys of the JSON stay in their order."""
    write_bytes(json_file, (json.dumps(figures, indent=2, ensure_ascii=False) + "\n").encode())
    write_bytes(html_file, page(figures).encode())


def table(figures: dict[str, Any]) -> str:
    """The policies, best first, then reader segments and the ratios, in columns of text."""
    shown = {name: row for name, row in figures["policies"].items() if name not in figures.get("costs", {})}
    policies = sorted(shown.items(), key=lambda item: -item[1][NDCG])
    parts = [
        _columns([_POLICY_TITLES, *(_policy(name, row) for name, row in policies)]),
        _columns([_SEGMENT_TITLES, *(_segment(name, row) for name, row in figures["segments"].items())]),
    ]
    if "costs" in figures:
        parts.append(_columns([_COST_TITLES, *(_cost(name, row) for name, row in figures["costs"].items())]))
    return "\n\n".join([*parts, _verdict(figures)])


_POLICY_TITLES = ("policy", "nDCG@10", "95 %", "hit", "recall", "time", "coverage", "age h", "publ.", "cat.", "overlap")
_SEGMENT_TITLES = ("reads known", "lists", OURS, "best rule", "ratio", "95 %", "ceiling")
_COST_TITLES = ("list rule", "nDCG@10", "rule costs", "95 %", "of ours", "due")


def _policy(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    return (
        name, _number(row[NDCG]), _ends(row[f"{NDCG}_ci95"]), _number(row[HIT_RATE], 3), _number(row[RECALL], 3),
        _number(row[DWELL_NDCG]), _number(row["coverage"], 3), _number(row["mean_age_hours"], 1),
        _number(row["publishers_per_list"], 1), _number(row["categories_per_list"], 1),
        _number(row["overlap_with_last_list"], 2),
    )  # fmt: skip


def _segment(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    ratio = row["ratio_to_best_rule"]
    return (
        name, f"{row['n_lists']:,}", _number(row[NDCG]), _number(row["best_rule_ndcg_at_10"]), _number(ratio, 3),
        _ends(row["ratio_to_best_rule_ci95"], 3), _number(row["ceiling_ndcg_at_10"], 3),
    )  # fmt: skip


def _cost(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    return (
        name, _number(row[NDCG]), _number(row["cost"], 5), _ends(row["cost_ci95"], 5), _number(row["relative_cost"]),
        _number(row.get("share_due"), 3),
    )  # fmt: skip


def _verdict(figures: dict[str, Any]) -> str:
    lists, ceiling = figures["lists"], figures["ceiling"]
    return (
        f"{lists['n_lists']:,} lists of {lists['n_readers']:,} readers; {ceiling['share_listable']:.1%} of what they "
        f"read next could be listed: at most nDCG@10 {_number(ceiling['ceiling_ndcg_at_10'])}\n"
        f"to the best rule of the period ({figures['best_rule']}): {_number(figures['ratio_to_best_rule'], 3)} "
        f"({_ends(figures['ci95'], 3)}); to the best rule of each day: "
        f"{_number(figures['ratio_to_daily_hindsight'], 3)} ({_ends(figures['ratio_to_daily_hindsight_ci95'], 3)})\n"
        "by reading time, to the best rule of the period: "
        f"{_number(figures['ratio_by_reading_time'], 3)} ({_ends(figures['ratio_by_reading_time_ci95'], 3)})"
    )


def _number(value: float | None, decimals: int = 4) -> str:
    return _NONE if value is None else f"{value:.{decimals}f}"


def _ends(ends: list[float] | None, decimals: int = 4) -> str:
    return _NONE if ends is None else f"{ends[0]:.{decimals}f} - {ends[1]:.{decimals}f}"


def _columns(rows: list[tuple[str, ...]]) -> str:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
