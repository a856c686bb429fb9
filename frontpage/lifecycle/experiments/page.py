"""An experiment as one HTML page without scripts: the verdict first, then each interval over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from frontpage.core.pages.templating import filled
from frontpage.lifecycle.experiments.analysis import Analysis, Comparison
from frontpage.lifecycle.experiments.plot import over_days
from frontpage.lifecycle.experiments.sequence import Estimate
from frontpage.lifecycle.experiments.verdict import head, verdict


class _PlottedComparison(NamedTuple):
    """A comparison with its plot; None while there are too few readers for an interval."""

    comparison: Comparison
    plot: Markup | None


def page(judged: Analysis, planned: Sequence[str] = ()) -> str:
    """HTML of an experiment at a moment; the same figures give the same page. planned: what was said at the start."""
    return filled(
        "frontpage.lifecycle", "experiment.html", experiment=judged.experiment, head=head(judged).splitlines(),
        verdict=verdict(judged), is_balanced=judged.is_balanced, ratio_p=judged.ratio_p, planned=planned,
        plotted=[_plotted(judged, one) for one in judged.comparisons] if judged.is_balanced else [],
    )  # fmt: skip


def _plotted(judged: Analysis, one: Comparison) -> _PlottedComparison:
    in_percent = any(lift is not None for lift in one.lifts)
    shown: Sequence[Estimate | None] = one.lifts if in_percent else one.differences
    if all(each is None for each in shown):
        return _PlottedComparison(one, None)
    return _PlottedComparison(one, over_days([f"{day:%m-%d}" for day in judged.days], shown, in_percent=in_percent))
