"""Served quality as one HTML page without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from frontpage.lifecycle.served.figures import COLUMNS, MIN_VERSIONS, Row
from frontpage.core.pages.plots import Series, legend, lines

_COLOURS = ("#1f5fa8", "#d0813c", "#4c9a5b", "#8a5fb0", "#777777")
STYLE = """<style>body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:66rem;padding:0 1rem;color:#222}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{margin:2.2rem 0 .4rem;font-size:1.15rem}p{margin:.4rem 0;max-width:52rem}
.note{color:#666}table{border-collapse:collapse;width:100%;font-size:13px}
td,th{padding:.25rem .4rem;text-align:right;white-space:nowrap;border-bottom:1px solid #e3e3e3}
td:first-child,th:first-child{text-align:left}th{font-weight:600;border-bottom:1px solid #999}
td{font-variant-numeric:tabular-nums}svg{width:100%;height:auto;display:block;margin:.4rem 0}
svg text{font-size:12px;fill:#444}.g{stroke:#e3e3e3}.legend span{margin-right:1.4rem}
.legend i{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem;border-radius:2px;vertical-align:-1px}
@media(max-width:48rem){table{display:block;overflow-x:auto}}</style>"""
_DAY = "day"


def page(
    rows: Sequence[Row], versions: Sequence[Row], correlated: Mapping[str, Mapping[str, float]], period: str
) -> str:
    """HTML of `outcomes.served` and `outcomes.by_version`; the same figures give the same page."""
    parts = ['<!doctype html><html lang="en"><meta charset="utf-8"><title>What was served</title>', STYLE]
    parts += ["<h1>What was served, judged</h1>", f'<p class="note">{escape(period)}</p>']
    for name, title in (
        ("ndcg_at_10", "nDCG@10 by day"),
        ("seconds_per_reader_day", "Seconds of reading per reader-day"),
    ):
        parts += _over_days(rows, name, title)
    parts += ["<h2>By variant, surface and segment</h2>", _table(COLUMNS, [row for row in rows if row["way"] != _DAY])]
    parts += _agreement(versions, correlated)
    return "\n".join([*parts, "</html>\n"])


def _over_days(rows: Sequence[Row], name: str, title: str) -> Iterator[str]:
    by_day = [row for row in rows if row["way"] == _DAY]
    days = sorted({row["value"] for row in by_day})
    if not days:
        return
    variants = sorted({row["variant"] for row in by_day})
    known = {(row["variant"], row["value"]): row[name] for row in by_day}
    series = [
        Series(variant, _COLOURS[place % len(_COLOURS)], [known.get((variant, day)) for day in days])
        for place, variant in enumerate(variants)
    ]
    yield f"<h2>{escape(title)}</h2>"
    yield legend(series)
    yield lines(days, series)


def _agreement(versions: Sequence[Row], correlated: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield "<h2>Does the offline figure foretell the online one?</h2>"
    if not correlated:
        yield f"<p>That cannot be said yet: it takes {MIN_VERSIONS} versions with lists that were read.</p>"
    for name, found in correlated.items():
        yield f"<p>{escape(name)}: Pearson {found['pearson']:.2f}, Spearman {found['spearman']:.2f}</p>"
    if versions:
        yield _table(tuple(versions[0]), versions)


def _table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(row[name])}</td>' for name in columns)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return (
        f"{value:.4g}" if isinstance(value, float) else escape(f"{value:,}" if isinstance(value, int) else str(value))
    )
