"""The report on data as one page without scripts, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

_LINE = "{:12} {:>9} {:>9} {:>9} {:>20} {:>9}  {}"
_HEAD = _LINE.format("rule", "rows", "with", "without", "worth, nDCG@10", "s a list", "verdict")


def page(found: Mapping[str, Any]) -> str:
    """HTML of what `models.evaluation.data_worth` found; the same figures give the same page."""
    return _template().render(found=found) + "\n"


def table(found: Mapping[str, Any]) -> str:
    """A line for each rule."""
    return "\n".join([_HEAD, *(_line(row) for row in found["rules"])])


def _line(row: Mapping[str, Any]) -> str:
    ndcg, seconds = row.get("ndcg_at_10", {}), row.get("seconds_per_list", {})
    rows = "" if row["n_rows"] is None else f"{row['n_rows']:,}"
    worth = f"{number(ndcg.get('worth'), '+.4f')} {ends(ndcg.get('worth_ci95'), '+.4f')}"
    figures = (number(ndcg.get("with")), number(ndcg.get("without")), worth, number(seconds.get("worth"), "+.2f"))
    return _LINE.format(row["rule"], rows, *figures, row["verdict"]).rstrip()


def number(value: float | None, how: str = ".4f") -> str:
    """A figure, nothing where it is not known."""
    return "" if value is None else format(value, how)


def ends(interval: list[float] | None, how: str = ".4f") -> str:
    """The middle 95 %."""
    return "" if interval is None else f"({interval[0]:{how}} to {interval[1]:{how}})"


@cache
def _template() -> Template:
    pages = Environment(
        loader=PackageLoader("frontpage.lifecycle"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    pages.filters |= {"number": number, "ends": ends}
    return pages.get_template("data_report.html")
