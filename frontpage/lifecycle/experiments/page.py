"""An experiment as one HTML page without scripts: the verdict first, then each interval over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from frontpage.lifecycle.experiments.analysis import Analysis, Comparison
from frontpage.lifecycle.experiments.plot import over_days
from frontpage.lifecycle.experiments.sequence import Estimate
from frontpage.lifecycle.experiments.verdict import head, verdict
from frontpage.lifecycle.served.page import STYLE


def page(judged: Analysis, planned: Sequence[str] = ()) -> str:
    """HTML of an experiment at a moment; the same figures give the same page. planned: what was said at the start."""
    name = escape(judged.experiment.name)
    parts = [f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>', STYLE, f"<h1>{name}</h1>"]
    parts += [f'<p class="note">{escape(line)}</p>' for line in head(judged).splitlines()]
    parts += [f"<p><b>{escape(said)}</b></p>" for said in verdict(judged)]
    if judged.is_balanced:
        for one in judged.comparisons:
            parts += _over_time(judged, one)
    share = "the same shares as planned" if judged.is_balanced else "other shares than planned"
    parts += [
        "<h2>Can it be trusted?</h2>",
        f"<p>The arms have {share} (p = {judged.ratio_p:.3g}, over all looks).</p>",
    ]
    parts += [f"<p>{escape(said)}</p>" for said in planned]
    parts.append(
        '<p class="note">Intervals are confidence sequences: they may be looked at on any day, and the chance that any '
        f"of them is ever wrong is at most {judged.experiment.level:.0%} over all metrics and arms.</p></html>\n"
    )
    return "\n".join(parts)


def _over_time(judged: Analysis, one: Comparison) -> Iterator[str]:
    labels = [f"{day:%m-%d}" for day in judged.days]
    in_percent = any(lift is not None for lift in one.lifts)
    shown: Sequence[Estimate | None] = one.lifts if in_percent else one.differences
    yield f"<h2>{escape(one.metric.replace('_', ' '))}: {escape(one.arm)}</h2>"
    if all(each is None for each in shown):
        yield "<p>Too few readers yet for an interval.</p>"
        return
    control = escape(judged.experiment.arms[0].name)
    yield f'<p class="note">Means as measured: {control} {one.means[0]:.4g}, {escape(one.arm)} {one.means[1]:.4g}.</p>'
    yield over_days(labels, shown, in_percent=in_percent)
