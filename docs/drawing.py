"""Diagrams as SVG: boxes in a grid with arrows between them, and messages between lifelines. No scripts, no fonts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

_BOX, _CELL = (136.0, 44.0), (158.0, 88.0)
_LANE, _STEP = 150.0, 34.0
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" font-family="system-ui, sans-serif" '
    'font-size="13" role="img" aria-label="{2}">'
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z" fill="#475569"/></marker></defs>'
    "<style>.b{{fill:#f8fafc;stroke:#475569;stroke-width:1.3}} .l{{stroke:#475569;stroke-width:1.3;fill:none}} "
    ".m{{marker-end:url(#a)}} .d{{stroke-dasharray:4 4}} text{{text-anchor:middle;fill:#0f172a}} "
    ".s{{font-size:10.5px;fill:#475569;paint-order:stroke;stroke:#fff;stroke-width:4px}}</style>"
    '<rect width="{0:.0f}" height="{1:.0f}" fill="#ffffff"/>'
)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A box at a column and a row, which need not be whole; `note` is its second line."""

    column: float
    row: float
    note: str = ""

    @property
    def centre(self) -> Point:
        """In the picture's units."""
        return 10 + _CELL[0] * self.column + _BOX[0] / 2, 10 + _CELL[1] * self.row + _BOX[1] / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box or lifeline to another, with a few words."""

    start: str
    end: str
    words: str = ""


def graph(title: str, boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> str:
    """Boxes by name, and straight arrows; two that go both ways stand beside each other."""
    width = max(box.centre[0] for box in boxes.values()) + _BOX[0] / 2 + 10
    height = max(box.centre[1] for box in boxes.values()) + _BOX[1] / 2 + 10
    pairs = {(one.start, one.end) for one in arrows}
    parts = [_HEAD.format(width, height, escape(title))]
    parts += [_arrow(boxes, one, is_double=(one.end, one.start) in pairs) for one in arrows]
    parts += [_box(name, box) for name, box in boxes.items()]
    parts += [_words(boxes, one, is_double=(one.end, one.start) in pairs) for one in arrows if one.words]
    return "\n".join([*parts, "</svg>\n"])


def _box(name: str, box: Box) -> str:
    x, y = box.centre
    left, top = x - _BOX[0] / 2, y - _BOX[1] / 2
    drawn = f'<rect class="b" x="{left:.0f}" y="{top:.0f}" width="{_BOX[0]:.0f}" height="{_BOX[1]:.0f}" rx="7"/>'
    if not box.note:
        return drawn + _text(x, y + 4, name)
    return drawn + _text(x, y - 3, name) + _text(x, y + 13, box.note, "s")


def _arrow(boxes: Mapping[str, Box], one: Arrow, *, is_double: bool) -> str:
    (x, y), (to_x, to_y) = _ends(boxes, one, is_double=is_double)
    return f'<path class="l m" d="M{x:.1f} {y:.1f} {to_x:.1f} {to_y:.1f}"/>'


def _words(boxes: Mapping[str, Box], one: Arrow, *, is_double: bool) -> str:
    """On the arrow, a little nearer to where it starts; those of two that go both ways apart."""
    (x, y), (to_x, to_y) = _ends(boxes, one, is_double=is_double)
    share = 0.3 if is_double else 0.45
    return _text(x + share * (to_x - x), y + share * (to_y - y) + 4, one.words, "s")


def _ends(boxes: Mapping[str, Box], one: Arrow, *, is_double: bool) -> tuple[Point, Point]:
    """Where an arrow leaves its first box and meets its second."""
    (x, y), (to_x, to_y) = boxes[one.start].centre, boxes[one.end].centre
    length = max(((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5, 1.0)
    along_x, along_y = (to_x - x) / length, (to_y - y) / length
    aside = 9.0 if is_double else 0.0
    shift_x, shift_y = -along_y * aside, along_x * aside
    inside = min(_BOX[0] / 2 / max(abs(along_x), 1e-9), _BOX[1] / 2 / max(abs(along_y), 1e-9))
    start = x + along_x * inside + shift_x, y + along_y * inside + shift_y
    return start, (to_x - along_x * (inside + 2) + shift_x, to_y - along_y * (inside + 2) + shift_y)


def layered(after: Mapping[str, Collection[str]], notes: Mapping[str, str]) -> dict[str, Box]:
    """A place for each task, below all that it comes after. after: tasks by what must be done before, in order."""
    rows: dict[str, int] = {}
    for name, before in after.items():
        rows[name] = 1 + max((rows[one] for one in before), default=-1)
    members = [[name for name in after if rows[name] == row] for row in range(max(rows.values()) + 1)]
    widest = max(len(row) for row in members)
    boxes: dict[str, Box] = {}
    for number, row in enumerate(members):
        row.sort(key=lambda name: sum(boxes[one].column for one in after[name]) / max(len(after[name]), 1))
        for place, name in enumerate(row):
            boxes[name] = Box(place + (widest - len(row)) / 2, number, notes.get(name, ""))
    return boxes


def sequence(title: str, lanes: Sequence[str], messages: Sequence[Arrow]) -> str:
    """Lifelines from left to right, and messages from top to bottom."""
    x = {name: 75 + _LANE * number for number, name in enumerate(lanes)}
    width, height = _LANE * len(lanes), 60 + _STEP * len(messages) + 20
    parts = [_HEAD.format(width, height, escape(title))]
    for name in lanes:
        parts.append(f'<path class="l d" d="M{x[name]:.0f} 44V{height - 8:.0f}"/>')
        parts.append(f'<rect class="b" x="{x[name] - 66:.0f}" y="8" width="132" height="36" rx="7"/>')
        parts.append(_text(x[name], 31, name))
    parts += _messages(x, messages)
    return "\n".join([*parts, "</svg>\n"])


def _messages(x: Mapping[str, float], messages: Sequence[Arrow]) -> Iterator[str]:
    for number, one in enumerate(messages):
        y, start, end = 74 + _STEP * number, x[one.start], x[one.end]
        if one.start == one.end:
            yield f'<path class="l m" d="M{start:.0f} {y - 6:.0f}h22v14h-20"/>'
            yield _text(start + 28, y + 4, one.words, "s", "start")
        else:
            gap = 2 if end > start else -2
            yield f'<path class="l m" d="M{start:.0f} {y:.0f}H{end - gap:.0f}"/>'
            yield _text((start + end) / 2, y - 5, one.words, "s")


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "") -> str:
    attributes = (f' class="{kind}"' if kind else "") + (f' style="text-anchor:{anchor}"' if anchor else "")
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(words)}</text>'
