"""The report of a pilot as one page without scripts, and as CSV."""

from __future__ import annotations

import io
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from frontpage.core.pages.templating import filled
from frontpage.lifecycle.pilot.figures import CONTROL, TREATMENT, Cost, PilotOutcome, table
from frontpage.store.lifecycle.pilots import Pilot

_COLOURS = {TREATMENT: "#1f5fa8", CONTROL: "#d0813c"}


def write(
    folder: Path, pilot: Pilot, as_of: datetime, found: list[PilotOutcome], costs: Cost, daily: pd.DataFrame
) -> Path:
    """`pilot.html` and `pilot.csv` in a folder, made if need be; the page."""
    folder.mkdir(parents=True, exist_ok=True)
    table(found, costs).to_csv(folder / "pilot.csv", index=False)
    made = filled(
        "frontpage.lifecycle", "pilot.html", pilot=pilot, as_of=as_of, outcomes=found, cost=costs,
        days=_daily_svg(daily), intervals=_interval_svg(found),
    )  # fmt: skip
    (folder / "pilot.html").write_text(made, encoding="utf-8")
    return folder / "pilot.html"


def _daily_svg(daily: pd.DataFrame) -> str:
    """Seconds read per reader, day by day, in each arm."""

    def draw(axes: Any) -> None:
        for arm, colour in _COLOURS.items():
            of_arm = daily[daily["arm"] == arm]
            days = [f"{day:%d %b}" for day in of_arm["day"]]
            axes.plot(days, of_arm["seconds_per_reader"], marker="o", color=colour, label=arm)
        axes.set_ylabel("seconds per reader")
        axes.set_ylim(0, 1.1 * max(daily["seconds_per_reader"].max(), 1.0) if len(daily) else 1.0)
        n_days = daily["day"].nunique()
        axes.set_xticks(range(0, n_days, max(1, n_days // 10)))
        axes.legend(frameon=False)

    return _svg(draw, (8, 3))


def _interval_svg(found: list[PilotOutcome]) -> str:
    """Each difference with its interval, relative to the control group's value."""
    known = [each for each in found if each.control.value and not math.isnan(each.change.value)]

    def draw(axes: Any) -> None:
        for place, each in enumerate(reversed(known)):
            low, value, high = (
                100 * part / each.control.value for part in (each.change.low, each.change.value, each.change.high)
            )
            axes.plot([low, high], [place, place], color="#555", linewidth=2)
            axes.plot([value], [place], "o", color=_COLOURS[TREATMENT])
        axes.axvline(0, color="#999", linewidth=1)
        axes.set_yticks(range(len(known)), [each.name for each in reversed(known)])
        axes.set_ylim(-0.5, max(len(known), 1) - 0.5)
        axes.set_xlabel("difference to the control group, per cent")

    return _svg(draw, (8, 0.6 + 0.5 * max(len(known), 1)))


def _svg(draw: Any, size: tuple[float, float]) -> str:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    draw(axes)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
