"""The graph as SVG, and as a page of its own: one file, without scripts, from nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from markupsafe import Markup

from frontpage.core.pages.templating import filled
from frontpage.lifecycle.openlineage.graph import Graph, Node

_WIDTH, _LINE, _GAP_X, _GAP_Y, _PAD = 256, 16, 24, 44, 10
_LETTERS = 30


def page(graph: Graph, run_id: int) -> str:
    """HTML: the picture, and the same as a table for those who cannot see it."""
    edges = [(graph.nodes[begin].title, graph.nodes[end].title) for begin, end in graph.edges]
    return filled("frontpage.lifecycle", "lineage.html", run_id=run_id, picture=svg(graph), edges=edges)


def svg(graph: Graph, link: str = "") -> Markup:
    """The picture, styled by classes. link: where executions are shown, before their id; none are links without it."""
    layers = graph.layers()
    places, width, height = _places(layers)
    drawn = [_edge(places[begin], places[end], graph.nodes[begin]) for begin, end in graph.edges]
    drawn += [_box(node, *places[node.key], link) for layer in layers for node in layer]
    picture = (
        f'<svg class="lineage" role="img" aria-label="Lineage of the edition" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"><defs><marker id="tip" viewBox="0 0 8 8" '
        'refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/>'
        f"</marker></defs>{''.join(drawn)}</svg>"
    )
    return Markup(picture)  # noqa: S704 - ours, with texts escaped


def _places(layers: list[list[Node]]) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Left upper corner of each node, each layer in the middle; width and height of all."""
    step = _WIDTH + _GAP_X
    width = max((len(layer) for layer in layers), default=1) * step + _GAP_X
    places: dict[str, tuple[int, int]] = {}
    top = _GAP_X
    for layer in layers:
        left = (width - len(layer) * step + _GAP_X) // 2
        places |= {node.key: (left + place * step, top) for place, node in enumerate(layer)}
        top += max(_height(node) for node in layer) + _GAP_Y
    return places, width, top


def _height(node: Node) -> int:
    return 2 * _PAD + _LINE * (1 + len(node.lines)) - 4


def _edge(begin: tuple[int, int], end: tuple[int, int], node: Node) -> str:
    x1, y1, x2, y2 = begin[0] + _WIDTH // 2, begin[1] + _height(node), end[0] + _WIDTH // 2, end[1] - 1
    bend = (y2 - y1) // 2
    return f'<path d="M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}" marker-end="url(#tip)"/>'


def _box(node: Node, left: int, top: int, link: str) -> str:
    corner = 0 if node.kind == "execution" else 12
    texts = "".join(_texts(node, left, top))
    shape = (
        f'<g class="{node.kind}"><title>{escape(node.title)}</title><rect x="{left}" y="{top}" width="{_WIDTH}" '
        f'height="{_height(node)}" rx="{corner}"/>{texts}</g>'
    )
    return f'<a href="{escape(link)}{node.execution_id}">{shape}</a>' if link and node.execution_id else shape


def _texts(node: Node, left: int, top: int) -> Iterator[str]:
    for place, text in enumerate((node.title, *node.lines)):
        shown = text if len(text) <= _LETTERS else f"…{text[1 - _LETTERS :]}"
        name = ' class="title"' if place == 0 else ""
        yield f'<text{name} x="{left + _PAD}" y="{top + _PAD + 8 + _LINE * place}">{escape(shown)}</text>'
