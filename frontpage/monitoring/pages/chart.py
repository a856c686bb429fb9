"""A panel's lines as inline SVG. Pure; no scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from frontpage.monitoring.panels import Panel
from frontpage.monitoring.prometheus import Line

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 460, 170, 58, 20
_COLOURS = ("#1f5fa8", "#b4541e", "#2e7d4f", "#7b4ba0", "#a8871f", "#8a8a8a", "#3c8f9c", "#a03c5d")
_STEPS = {
    "s": ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (0.001, "ms")),
    "bytes": ((2**30, "GB"), (2**20, "MB"), (2**10, "kB"), (1, "B")),
    "percentunit": ((0.01, "%"),),
}
_STEPS["Bps"] = tuple((step, f"{name}/s") for step, name in _STEPS["bytes"])
_COUNTS = ((1e6, "M"), (1e3, "k"), (1, ""))


def said(value: float, unit: str) -> str:
    """A value with its unit.

    >>> said(5400, "s"), said(0.25, "percentunit"), said(12_000, "short")
    ('1.5 h', '25 %', '12 k')
    """
    steps = _STEPS.get(unit, _COUNTS)
    step, name = next(((step, name) for step, name in steps if abs(value) >= step), steps[-1])
    return f"{value / step:.3g} {name}".strip()


def svg(panel: Panel, lines: Sequence[Line]) -> str:
    """The picture, from zero up; the eight lines that end highest, with their newest values below."""
    shown = sorted((line for line in lines if line.points), key=lambda line: -line.points[-1][1])[: len(_COLOURS)]
    if not shown:
        return "<p class=none>no data</p>"
    times = [at for line in shown for at, _ in line.points]
    highest = max([value for line in shown for _, value in line.points] + [1e-9]) * 1.05
    first, span = min(times), max(max(times) - min(times), 1.0)

    def place(at: float, value: float) -> str:
        x = _LEFT + (at - first) / span * (_WIDTH - _LEFT - 8)
        return f"{x:.1f},{8 + (_HEIGHT - _BOTTOM - 8) * (1 - max(value, 0) / highest):.1f}"

    parts = [_mark(share, said(highest * share, panel.unit)) for share in (0.0, 0.5, 1.0)]
    parts += [
        f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" points="{_path(line, place)}"/>'
        for line, colour in zip(shown, _COLOURS, strict=False)
    ]
    keys = [_key(panel, line, colour) for line, colour in zip(shown, _COLOURS, strict=False)]
    label = escape(panel.title, quote=True)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
        f'<p class="legend">{"".join(keys)}</p>'
    )


def _path(line: Line, place: Callable[[float, float], str]) -> str:
    return " ".join(place(at, value) for at, value in line.points)


def _mark(share: float, text: str) -> str:
    y = 8 + (_HEIGHT - _BOTTOM - 8) * (1 - share)
    return (
        f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - 8}" y2="{y:.1f}" class="g"/>'
        f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    )


def _key(panel: Panel, line: Line, colour: str) -> str:
    name = " ".join(line.labels.get(label, "") for label in panel.legend.split()).strip() or "now"
    value = said(line.points[-1][1], panel.unit)
    return f'<span><i style="background:{colour}"></i>{escape(name)} {value}</span>'
