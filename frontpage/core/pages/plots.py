"""Plots as inline SVG: lines over time, and bars with intervals. The same numbers give the same text; no scripts.

Ours, since matplotlib's SVG has no titles: a point would not say its day and its figure to who stops at it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

_WIDTH, _HEIGHT = 880, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 34
_BAR, _GAP, _NAMES = 13, 11, 170
#: At most so many labels under a plot.
_MOST_LABELS = 12

_Point = tuple[float, float]
_Place = Callable[[int, float], _Point]


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one bar of each group: values in order, None where there is none; intervals where known."""

    name: str
    colour: str
    values: Sequence[float | None]
    intervals: Sequence[Sequence[float] | None] = ()
    is_dashed: bool = False


def lines(labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lines over labelled steps, from zero up; an interval is a band behind its line."""
    highest = _highest(series)
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(labels) - 1, 1)

    def place(at: int, value: float) -> _Point:
        return _LEFT + at * step, _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / highest)

    parts = [*_grid(highest), *_labels(labels, step)]
    for one in series:
        parts += _band(one, place)
    for one in series:
        parts += _line(one, labels, place)
    return picture(_WIDTH, _HEIGHT, parts)


def bars(labels: Sequence[str], series: Sequence[Series], notes: Sequence[str]) -> Markup:
    """Groups of level bars from zero on, whiskers for intervals, a note at the end of each group."""
    highest, group = _highest(series), len(series) * _BAR + _GAP
    height = len(labels) * group + 20
    scale = (_WIDTH - _NAMES - 150) / highest
    parts = [
        f'<line x1="{_NAMES + mark * scale:.1f}" y1="0" x2="{_NAMES + mark * scale:.1f}" y2="{height - 18}" class="g"/>'
        f'<text x="{_NAMES + mark * scale:.1f}" y="{height - 4}" text-anchor="middle">{mark:g}</text>'
        for mark in _marks(highest)
    ]
    for row, label in enumerate(labels):
        middle = row * group + len(series) * _BAR / 2 + 4
        parts.append(f'<text x="{_NAMES - 8}" y="{middle:.1f}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<text x="{_WIDTH - 4}" y="{middle:.1f}" text-anchor="end">{escape(notes[row])}</text>')
        for line, one in enumerate(series):
            parts += _bar(one, row, row * group + line * _BAR, scale)
    return picture(_WIDTH, height, parts)


def picture(width: int, height: int, parts: Iterable[str]) -> Markup:
    """The SVG of parts that have their texts escaped."""
    drawn = f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'
    return Markup(drawn)  # noqa: S704 - ours, with texts escaped


def _bar(one: Series, row: int, top: float, scale: float) -> Iterator[str]:
    value = one.values[row]
    if value is None:
        return
    yield (
        f'<rect x="{_NAMES}" y="{top}" width="{value * scale:.1f}" height="{_BAR - 2}" fill="{one.colour}">'
        f"<title>{escape(one.name)} {value:.4f}</title></rect>"
    )
    ends = one.intervals[row] if one.intervals else None
    if ends is not None:
        y, (low, high) = top + (_BAR - 2) / 2, (_NAMES + end * scale for end in ends)
        yield f'<path d="M{low:.1f} {y}H{high:.1f}M{low:.1f} {y - 3}v6M{high:.1f} {y - 3}v6" class="w"/>'


def _line(one: Series, labels: Sequence[str], place: _Place) -> Iterator[str]:
    known = [(at, value) for at, value in enumerate(one.values) if value is not None]
    dash = ' stroke-dasharray="5 4"' if one.is_dashed else ""
    path = _path([place(at, value) for at, value in known])
    yield f'<polyline points="{path}" fill="none" stroke="{one.colour}" stroke-width="2"{dash}/>'
    for at, value in known:
        x, y = place(at, value)
        said = f"{escape(labels[at])}: {escape(one.name)} {value:.4f}"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{one.colour}"><title>{said}</title></circle>'


def _band(one: Series, place: _Place) -> Iterator[str]:
    known = [(at, ends) for at, ends in enumerate(one.intervals) if ends is not None]
    above = [place(at, ends[1]) for at, ends in known]
    below = [place(at, ends[0]) for at, ends in reversed(known)]
    yield f'<polygon points="{_path([*above, *below])}" fill="{one.colour}" opacity="0.13"/>'


def _path(points: Sequence[_Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _grid(highest: float) -> Iterator[str]:
    for mark in _marks(highest):
        y = _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - mark / highest)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" class="g"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{mark:g}</text>'


def _labels(labels: Sequence[str], step: float) -> Iterator[str]:
    every = math.ceil(len(labels) / _MOST_LABELS)
    for at in range(0, len(labels), every):
        x = _LEFT + at * step
        anchor = "start" if at == 0 else "end" if at == len(labels) - 1 else "middle"
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 12}" text-anchor="{anchor}">{escape(labels[at])}</text>'


def _marks(highest: float) -> list[float]:
    """Four to eight round numbers from zero to a little below the highest."""
    rough = highest / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [round(step * n, 10) for n in range(int(highest / step) + 1)]


def _highest(series: Sequence[Series]) -> float:
    values = [value for one in series for value in one.values if value is not None]
    ends = [ends[1] for one in series for ends in one.intervals if ends is not None]
    return max([*values, *ends, 1e-3]) * 1.05
