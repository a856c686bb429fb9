"""The replay as one HTML page without scripts: the answer first, then days, segments, policies, costs, trainings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from models.evaluation.evaluator import MEASURES
from models.replay.replayed import OURS
from models.replay.svg import Series, bars, legend, lines

NDCG, HIT_RATE, RECALL, DWELL_NDCG = MEASURES
_OURS, _RULE, _DAILY = "#1f5fa8", "#d0813c", "#777777"
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Replay</title><style>
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:66rem;padding:0 1rem;color:#222}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{margin:2.2rem 0 .4rem;font-size:1.15rem}p{margin:.4rem 0;max-width:52rem}
.big{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}
.big div{flex:1 1 8rem;border:1px solid #ddd;border-radius:6px;padding:.6rem .9rem}
.big b{display:block;font-size:1.5rem}.big small,.note{color:#666}
table{border-collapse:collapse;width:100%;font-size:13px}
td,th{padding:.25rem .4rem;text-align:right;white-space:nowrap;border-bottom:1px solid #e3e3e3}
td:first-child,th:first-child{text-align:left}th{font-weight:600;border-bottom:1px solid #999;
vertical-align:bottom;white-space:normal}
td{font-variant-numeric:tabular-nums}
td.l,th.l{text-align:left;white-space:normal}tr.ours td{font-weight:600;background:#eef4fb}
tr.rule td{background:#fdf3e9}svg{width:100%;height:auto;display:block;margin:.4rem 0}svg text{font-size:12px;fill:#444}
.g{stroke:#e3e3e3}.w{stroke:#111;fill:none;stroke-width:1.2}.legend span{margin-right:1.4rem}
.legend i{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem;border-radius:2px;vertical-align:-1px}
summary{cursor:pointer;font-weight:600;margin:1rem 0 .4rem}@media(max-width:48rem){table{display:block;overflow-x:auto}}
</style>"""

Row = Mapping[str, Any]


def page(figures: Row) -> str:
    """HTML of `models.replay_figures.figures`; the same figures give the same page."""
    parts = [_HEAD, *_answer(figures), *_days(figures), *_by(figures, "segments", "reads known of the reader")]
    parts += [*_policies(figures), *_costs(figures), *_by(figures, "weekdays", "weekday (UTC)")]
    if "months" in figures:
        parts += _by(figures, "months", "month")
    parts += [*_by(figures, "regions", "region known at the cutoff"), *_trainings(figures), "</html>\n"]
    return "\n".join(parts)


def _answer(figures: Row) -> Iterator[str]:
    cadence, lists, ceiling = figures["cadence"], figures["lists"], figures["ceiling"]
    ours, best = figures["policies"][OURS], figures["best_rule"]
    yield "<h1>What readers would have been served</h1>"
    yield (
        f'<p class="note">{_time(cadence["from"])} to {_time(cadence["to"])} UTC, '
        f"a list every {cadence['refresh_hours']:g} h, a training every {cadence['retrain_hours']:g} h: "
        f"{cadence['n_cutoffs']:,} cutoffs, {lists['n_lists']:,} lists of "
        f"{lists['n_readers']:,} readers who then read {lists['n_answers']:,} articles for the first time.</p>"
    )
    yield '<div class="big">'
    yield _card(_number(ours[NDCG]), "nDCG@10", ours[f"{NDCG}_ci95"], 4)
    yield _card(_times(figures["ratio_to_best_rule"]), f"to {best}, the best rule of the period", figures["ci95"])
    ends = figures["ratio_to_daily_hindsight_ci95"]
    yield _card(_times(figures["ratio_to_daily_hindsight"]), "to the best rule of each day", ends)
    if (by_time := figures["ratio_by_reading_time"]) is not None:
        ends = figures["ratio_by_reading_time_ci95"]
        yield _card(_times(by_time), f"to {best}, by reading time", ends)
    yield _card(_share(ceiling["share_listable"]), "of what was read next could be listed", None)
    yield _card(_number(ceiling["ceiling_ndcg_at_10"]), "nDCG@10 of who knew the future", None)
    yield "</div>"
    yield (
        "<p>Both rules are chosen in hindsight, on the very reads they are judged by; ours is not. Intervals hold 95 % "
        "of 1,000 draws of as many readers, each with all of their lists.</p>"
    )


def _days(figures: Row) -> Iterator[str]:
    days = figures["days"]
    series = [
        Series("best rule of each day", _DAILY, _of(days, "daily_hindsight_ndcg_at_10"), is_dashed=True),
        Series(f"best rule of the period ({figures['best_rule']})", _RULE, _of(days, "best_rule_ndcg_at_10")),
        Series(OURS, _OURS, _of(days, NDCG), _of(days, f"{NDCG}_ci95")),
    ]
    yield "<h2>nDCG@10 by day</h2>"
    yield legend(series[::-1])
    yield lines(list(days), series)
    yield "<details><summary>Days as a table</summary>"
    titles = (
        "day",
        "lists",
        OURS,
        "95 %",
        "best rule",
        "best of day",
        "its nDCG@10",
        "to best rule",
        "to best of day",
        "ceiling",
    )
    yield _table(titles, (_day(name, row) for name, row in days.items()))
    yield "</details>"


def _day(name: str, row: Row) -> Sequence[str]:
    return (
        name, f"{row['n_lists']:,}", _number(row[NDCG]), _ends(row[f"{NDCG}_ci95"], 3),
        _number(row["best_rule_ndcg_at_10"]), row["best_of_day"], _number(row["daily_hindsight_ndcg_at_10"]),
        _ratio(row["ratio_to_best_rule"]), _ratio(row["ratio_to_daily_hindsight"]),
        _number(row["ceiling_ndcg_at_10"], 3),
    )  # fmt: skip


def _by(figures: Row, way: str, what: str) -> Iterator[str]:
    rows = figures[way]
    series = [
        Series(OURS, _OURS, _of(rows, NDCG), _of(rows, f"{NDCG}_ci95")),
        Series(figures["best_rule"], _RULE, _of(rows, "best_rule_ndcg_at_10"), _of(rows, "best_rule_ndcg_at_10_ci95")),
    ]
    notes = [f"{_times(row['ratio_to_best_rule'])}, {row['n_lists']:,} lists" for row in rows.values()]
    yield f"<h2>nDCG@10 by {what}</h2>"
    yield legend(series)
    yield bars(list(rows), series, notes)
    yield "<details><summary>As a table</summary>"
    titles = ("", "lists", "readers", OURS, "95 %", "hit rate", "recall", "by time", "to best rule", "95 %", "ceiling")
    yield _table(titles, (_group(name, row) for name, row in rows.items()))
    yield "</details>"


def _group(name: str, row: Row) -> Sequence[str]:
    return (
        name, f"{row['n_lists']:,}", f"{row['n_readers']:,}", _number(row[NDCG]), _ends(row[f"{NDCG}_ci95"], 3),
        _number(row[HIT_RATE], 3), _number(row[RECALL], 3), _number(row[DWELL_NDCG]), _ratio(row["ratio_to_best_rule"]),
        _ends(row["ratio_to_best_rule_ci95"], 2), _number(row["ceiling_ndcg_at_10"], 3),
    )  # fmt: skip


def _policies(figures: Row) -> Iterator[str]:
    shown = {name: row for name, row in figures["policies"].items() if name not in figures.get("costs", {})}
    ordered = sorted(shown.items(), key=lambda item: -item[1][NDCG])
    yield "<h2>Policies, at the same cutoffs</h2>"
    titles = ("policy", "nDCG@10", "95 %", "hit rate", "recall", "by time", "to best rule", "coverage", "age h",
              "publishers", "categories", "alike", "overlap")  # fmt: skip
    classes = {OURS: "ours", figures["best_rule"]: "rule"}
    yield _table(titles, (_policy(name, row) for name, row in ordered), [classes.get(name, "") for name, _ in ordered])
    yield (
        '<p class="note">by time: nDCG@10 with reading time as gain. coverage: of the live articles, how many stand in '
        "any list of a cutoff. publishers, categories: different ones in a list. alike: mean cosine of two texts of "
        "a list. overlap: how much of a list stood in the reader's last one.</p>"
    )


def _policy(name: str, row: Row) -> Sequence[str]:
    return (
        name, _number(row[NDCG]), _ends(row[f"{NDCG}_ci95"], 3), _number(row[HIT_RATE], 3), _number(row[RECALL], 3),
        _number(row[DWELL_NDCG]), _ratio(row["ratio_to_best_rule"]), _share(row["coverage"]),
        _number(row["mean_age_hours"], 1), _number(row["publishers_per_list"], 1),
        _number(row["categories_per_list"], 1), _number(row["similarity_within_list"], 2),
        _share(row["overlap_with_last_list"]),
    )  # fmt: skip


def _costs(figures: Row) -> Iterator[str]:
    if "costs" not in figures:
        return
    yield "<h2>What each list rule costs</h2>"
    yield "<p>nDCG@10 without the rule less nDCG@10 with it, list by list; below zero the rule helps.</p>"
    rows = (
        (
            name,
            _number(row[NDCG]),
            _number(row["cost"], 5),
            _ends(row["cost_ci95"], 5),
            _share(row["relative_cost"], 2),
            _share(row.get("share_due")),
        )
        for name, row in figures["costs"].items()
    )
    yield _table(("lists", "nDCG@10", "the rule costs", "95 %", "of ours", "readers due"), rows)


def _trainings(figures: Row) -> Iterator[str]:
    yield f"<details><summary>Trainings: {len(figures['trainings'])}</summary>"
    yield '<table><tr><th>as of</th><th class="l">served from then on</th><th class="l">gate</th></tr>'
    for one in figures["trainings"]:
        cells = (one["serves"], "; ".join(one["gate"]))
        yield f"<tr><td>{_time(one['as_of'])}</td>{''.join(f'<td class=l>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</table></details>"


def _table(titles: Sequence[str], rows: Any, classes: Sequence[str] = ()) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    made = []
    for place, row in enumerate(rows):
        name = f' class="{classes[place]}"' if classes and classes[place] else ""
        made.append(f"<tr{name}>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>")
    return f"<table><tr>{head}</tr>{''.join(made)}</table>"


def _card(number: str, what: str, ends: Sequence[float] | None, decimals: int = 3) -> str:
    return f"<div><b>{number}</b>{escape(what)}<br><small>{_ends(ends, decimals) if ends else '&nbsp;'}</small></div>"


def _of(rows: Row, key: str) -> list[Any]:
    return [row[key] for row in rows.values()]


def _number(value: float | None, decimals: int = 4) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f} ×"


def _share(value: float | None, decimals: int = 1) -> str:
    return "–" if value is None else f"{value:.{decimals}%}"


def _ends(ends: Sequence[float] | None, decimals: int = 4) -> str:
    return "–" if ends is None else f"{ends[0]:.{decimals}f} to {ends[1]:.{decimals}f}"


def _time(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")[:16]
