"""The report on data as one page without scripts, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontpage.core.pages.templating import filled

_LINE = "{:12} {:>9} {:>9} {:>9} {:>20} {:>9}  {}"
_HEAD = _LINE.format("rule", "rows", "with", "without", "worth, nDCG@10", "s a list", "verdict")


def page(found: Mapping[str, Any]) -> str:
    """HTML of what `models.evaluation.data_worth` found; the same figures give the same page."""
    return filled("frontpage.lifecycle", "data_report.html", found=found)


def table(found: Mapping[str, Any]) -> str:
    """A line for each rule."""
    return "\n".join([_HEAD, *(_line(row) for row in found["rules"])])


def _line(row: Mapping[str, Any]) -> str:
    ndcg, seconds = row.get("ndcg_at_10", {}), row.get("seconds_per_list", {})
    rows = "" if row["n_rows"] is None else f"{row['n_rows']:,}"
    worth = f"{_number(ndcg.get('worth'), '+.4f')} {_ends(ndcg.get('worth_ci95'), '+.4f')}"
    figures = (_number(ndcg.get("with")), _number(ndcg.get("without")), worth, _number(seconds.get("worth"), "+.2f"))
    return _LINE.format(row["rule"], rows, *figures, row["verdict"]).rstrip()


def _number(value: float | None, how: str = ".4f") -> str:
    return "" if value is None else format(value, how)


def _ends(interval: list[float] | None, how: str) -> str:
    """The middle 95 %."""
    return "" if interval is None else f"({interval[0]:{how}} to {interval[1]:{how}})"
