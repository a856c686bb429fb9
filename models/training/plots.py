"""Pictures of a training: curves as PNG, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.explaining.explain import Explained
from models.ranking.ranker import Matrix

_DPI = 110


def curve(values: Sequence[float], title: str, x_label: str, y_label: str, path: Path) -> Path:
    """One line over steps 1, 2, ...; the path."""
    figure = _figure(6)
    axes = figure.add_subplot()
    axes.plot(range(1, len(values) + 1), values, marker="o")
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.grid(alpha=0.3)
    return _save(figure, path)


def cutoffs_plot(values: Mapping[str, Sequence[float]], cutoffs: Sequence[str], path: Path) -> Path:
    """nDCG@10 of each ranker over the evaluation cutoffs; the path."""
    figure = _figure(7)
    axes = figure.add_subplot()
    for name, line in values.items():
        axes.plot(range(len(cutoffs)), line, marker="o", label=name)
    axes.set_xticks(range(len(cutoffs)), cutoffs, rotation=20)
    axes.set(title="held-out cutoffs", ylabel="nDCG@10", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    return _save(figure, path)


def intervals_plot(
    names: Sequence[str], values: Sequence[float], intervals: Sequence[tuple[float, float]], title: str, path: Path
) -> Path:
    """One figure with its interval for each name, the first one on top; the path."""
    figure = _figure(7, 1.5 + 0.28 * len(names))
    axes, rows = figure.add_subplot(), range(len(names))
    axes.hlines(rows, [low for low, _ in intervals], [high for _, high in intervals])
    axes.plot(values, rows, "o")
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    axes.set(title=title)
    axes.grid(alpha=0.3, axis="x")
    return _save(figure, path)


def shap_summary(explained: Explained, matrix: Matrix, path: Path) -> Path:
    """SHAP's summary plot: what moves the scores of a version, and which way; the path."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np
    import shap

    shap.summary_plot(
        explained.contributions,
        matrix,
        feature_names=[name.replace("_", " ") for name in explained.names],
        max_display=20,
        show=False,
        rng=np.random.default_rng(0),
    )
    _save(plt.gcf(), path)
    plt.close("all")
    return path


def _figure(width_inches: float, height_inches: float = 3.5) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width_inches, height_inches), layout="constrained")


def _save(figure: Any, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DPI, bbox_inches="tight", metadata={"Software": None})
    return path
