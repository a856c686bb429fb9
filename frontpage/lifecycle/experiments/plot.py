"""An estimate with its interval over days, as inline SVG; zero is a line of its own. Same numbers, same text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from markupsafe import Markup

from frontpage.core.pages.plots import picture
from frontpage.lifecycle.experiments.sequence import Estimate

_WIDTH, _HEIGHT = 880, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 12, 30
_MOST_LABELS = 12


def over_days(labels: Sequence[str], estimates: Sequence[Estimate | None], *, in_percent: bool) -> Markup:
    """A line with its band; days without an interval are left out."""
    known = [(at, one) for at, one in enumerate(estimates) if one is not None]
    most = max([abs(end) for _, one in known for end in (one.low, one.high)], default=1.0) * 1.05 or 1.0
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(labels) - 1, 1)
    middle = (_HEIGHT - _TOP - _BOTTOM) / 2

    def place(at: int, value: float) -> str:
        return f"{_LEFT + at * step:.1f},{_TOP + middle * (1 - value / most):.1f}"

    band = [place(at, one.high) for at, one in known] + [place(at, one.low) for at, one in reversed(known)]
    line = [place(at, one.value) for at, one in known]
    parts = [*_marks(most, middle, in_percent=in_percent), *_days(labels, step)]
    parts.append(f'<polygon points="{" ".join(band)}" fill="#1f5fa8" opacity="0.15"/>')
    parts.append(f'<polyline points="{" ".join(line)}" fill="none" stroke="#1f5fa8" stroke-width="2"/>')
    for at, one in known:
        x, y = place(at, one.value).split(",")
        said = f"{labels[at]}: {one.value:.4g} ({one.low:.4g} to {one.high:.4g}), {one.n} readers"
        parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="#1f5fa8"><title>{escape(said)}</title></circle>')
    return picture(_WIDTH, _HEIGHT, parts)


def _marks(most: float, middle: float, *, in_percent: bool) -> Iterator[str]:
    power = 10.0 ** math.floor(math.log10(most / 2))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= most / 3)
    for n in range(-int(most / step), int(most / step) + 1):
        value = n * step
        y = _TOP + middle * (1 - value / most)
        colour = "#888" if n == 0 else "#e3e3e3"
        text = f"{value:+.1%}" if in_percent else f"{value:+.3g}"
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{colour}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'


def _days(labels: Sequence[str], step: float) -> Iterator[str]:
    for at in range(0, len(labels), math.ceil(len(labels) / _MOST_LABELS)):
        yield f'<text x="{_LEFT + at * step:.1f}" y="{_HEIGHT - 8}">{escape(labels[at])}</text>'
