"""The replay as one HTML page without scripts: the answer first, then days, segments, policies, costs, trainings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from frontpage.core.pages.plots import Series
from frontpage.core.pages.templating import filled
from models.evaluation.evaluator import MEASURES
from models.replay.replayed import OURS

NDCG, HIT_RATE, RECALL, DWELL_NDCG = MEASURES
_OURS, _RULE, _DAILY = "#1f5fa8", "#d0813c", "#777777"
#: Ways to divide the lists, in the order of the page, and what they are called there.
_WAYS = {
    "segments": "reads known of the reader", "weekdays": "weekday (UTC)", "months": "month",
    "regions": "region known at the cutoff",
}  # fmt: skip

Row = Mapping[str, Any]


class _Plotted(NamedTuple):
    """nDCG@10 of groups as a plot, and the same as a table."""

    by: str
    labels: Sequence[str]
    series: Sequence[Series]
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def page(figures: Row) -> str:
    """HTML of `models.replay.figures.figures`; the same figures give the same page."""
    return filled(
        "models.replay", "replay.html", figures=figures, ours=figures["policies"][OURS], days=_days(figures),
        policies=_policies(figures), costs=_costs(figures), groups=list(_groups(figures)),
        classes={OURS: "ours", figures["best_rule"]: "rule"}, ndcg=NDCG, times=_times, ends=_ends, time=_time,
    )  # fmt: skip


def _days(figures: Row) -> _Plotted:
    days = figures["days"]
    series = [
        Series("best rule of each day", _DAILY, _of(days, "daily_hindsight_ndcg_at_10"), is_dashed=True),
        Series(f"best rule of the period ({figures['best_rule']})", _RULE, _of(days, "best_rule_ndcg_at_10")),
        Series(OURS, _OURS, _of(days, NDCG), _of(days, f"{NDCG}_ci95")),
    ]
    titles = ("day", "lists", OURS, "95 %", "best rule", "best of day", "its nDCG@10", "to best rule",
              "to best of day", "ceiling")  # fmt: skip
    return _Plotted("day", list(days), series, titles, [_day(name, row) for name, row in days.items()])


def _day(name: str, row: Row) -> Sequence[str]:
    return (
        name, f"{row['n_lists']:,}", _number(row[NDCG]), _ends(row[f"{NDCG}_ci95"], 3),
        _number(row["best_rule_ndcg_at_10"]), row["best_of_day"], _number(row["daily_hindsight_ndcg_at_10"]),
        _number(row["ratio_to_best_rule"], 3), _number(row["ratio_to_daily_hindsight"], 3),
        _number(row["ceiling_ndcg_at_10"], 3),
    )  # fmt: skip


def _groups(figures: Row) -> Iterator[_Plotted]:
    """By each way to divide lists that is known, in the order of the page."""
    for way, what in _WAYS.items():
        if way in figures:
            yield _by(figures, figures[way], what)


def _by(figures: Row, rows: Row, what: str) -> _Plotted:
    series = [
        Series(OURS, _OURS, _of(rows, NDCG), _of(rows, f"{NDCG}_ci95")),
        Series(figures["best_rule"], _RULE, _of(rows, "best_rule_ndcg_at_10"), _of(rows, "best_rule_ndcg_at_10_ci95")),
    ]
    notes = [f"{_times(row['ratio_to_best_rule'])}, {row['n_lists']:,} lists" for row in rows.values()]
    titles = ("", "lists", "readers", OURS, "95 %", "hit rate", "recall", "by time", "to best rule", "95 %", "ceiling")
    return _Plotted(what, list(rows), series, titles, [_group(name, row) for name, row in rows.items()], notes)


def _group(name: str, row: Row) -> Sequence[str]:
    return (
        name, f"{row['n_lists']:,}", f"{row['n_readers']:,}", _number(row[NDCG]), _ends(row[f"{NDCG}_ci95"], 3),
        _number(row[HIT_RATE], 3), _number(row[RECALL], 3), _number(row[DWELL_NDCG]),
        _number(row["ratio_to_best_rule"], 3), _ends(row["ratio_to_best_rule_ci95"], 2),
        _number(row["ceiling_ndcg_at_10"], 3),
    )  # fmt: skip


def _policies(figures: Row) -> list[Sequence[str]]:
    shown = {name: row for name, row in figures["policies"].items() if name not in figures.get("costs", {})}
    return [_policy(name, row) for name, row in sorted(shown.items(), key=lambda item: -item[1][NDCG])]


def _policy(name: str, row: Row) -> Sequence[str]:
    return (
        name, _number(row[NDCG]), _ends(row[f"{NDCG}_ci95"], 3), _number(row[HIT_RATE], 3), _number(row[RECALL], 3),
        _number(row[DWELL_NDCG]), _number(row["ratio_to_best_rule"], 3), _share(row["coverage"]),
        _number(row["mean_age_hours"], 1), _number(row["publishers_per_list"], 1),
        _number(row["categories_per_list"], 1), _number(row["similarity_within_list"], 2),
        _share(row["overlap_with_last_list"]),
    )  # fmt: skip


def _costs(figures: Row) -> list[Sequence[str]]:
    return [
        (name, _number(row[NDCG]), _number(row["cost"], 5), _ends(row["cost_ci95"], 5),
         _share(row["relative_cost"], 2), _share(row.get("share_due")))
        for name, row in figures.get("costs", {}).items()
    ]  # fmt: skip


def _of(rows: Row, key: str) -> list[Any]:
    return [row[key] for row in rows.values()]


def _number(value: float | None, decimals: int = 4) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f} ×"


def _share(value: float | None, decimals: int = 1) -> str:
    return "–" if value is None else f"{value:.{decimals}%}"


def _ends(ends: Sequence[float] | None, decimals: int = 4) -> str:
    return "–" if ends is None else f"{ends[0]:.{decimals}f} to {ends[1]:.{decimals}f}"


def _time(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")[:16]
