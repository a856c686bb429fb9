"""One edition as a graph: datasets and the executions between them, from sources to the published run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frontpage.core.clock import iso
from frontpage.lifecycle.openlineage.datasets import PUBLISHED, SOURCES

_SHORT = 16
#: Sources of one extract that are drawn by themselves.
_MOST_SOURCES = 6


@dataclass(frozen=True, slots=True)
class Node:
    """A dataset in one version, or an execution. kind: source, dataset, published or execution.

    lines: what is said of it. moment: what it is about. execution_id: of an execution, else empty.
    """

    key: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    moment: str = ""
    execution_id: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by key, and edges (from, to) in the direction in which data flows."""

    nodes: dict[str, Node]
    edges: tuple[tuple[str, str], ...]

    def layers(self) -> list[list[Node]]:
        """Nodes in layers, each below all that it was made of; older moments to the left."""
        depth = self._depths()
        layers: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
        for key, node in self.nodes.items():
            layers[depth[key]].append(node)
        return [sorted(layer, key=lambda node: (node.moment, node.kind == "execution", node.title)) for layer in layers]

    def _depths(self) -> dict[str, int]:
        """The longest way from a source; an edge counts once its beginning is known."""
        depth = dict.fromkeys(self.nodes, 0)
        for _ in self.nodes:
            moved = {end: depth[begin] + 1 for begin, end in self.edges if depth[end] <= depth[begin]}
            if not moved:
                break
            depth |= moved
        return depth


def graph_of(rows: Sequence[Mapping[str, Any]]) -> Graph:
    """The graph of rows [run_id, verb, as_of, edition, record, is_output, namespace, name, version, n_rows].

    Datasets that nobody made and that are no source, like a model's parent, are nodes as well.
    """
    nodes: dict[str, Node] = {}
    edges: list[tuple[str, str]] = []
    for row in _few_sources(rows):
        execution, dataset = _execution(row), _dataset(row)
        nodes |= {execution.key: execution}
        nodes.setdefault(dataset.key, dataset)
        edges.append((execution.key, dataset.key) if row["is_output"] else (dataset.key, execution.key))
    return Graph(nodes, tuple(dict.fromkeys(edges)))


def _execution(row: Mapping[str, Any]) -> Node:
    record, edition = row["record"] or {}, row["edition"] or {}
    known = {"model": edition.get("modelVersion"), "snapshot": edition.get("snapshot"), "run": edition.get("run")}
    lines = [f"{what} {_short(value)}" for what, value in known.items() if value]
    if record.get("seconds") is not None:
        lines.insert(0, f"{record['seconds']:.1f} s, {record['trigger']}")
    run_id, moment = row["run_id"], _moment(row)
    return Node(f"execution {run_id}", "execution", row["verb"], (moment, *lines), moment, run_id)


def _dataset(row: Mapping[str, Any]) -> Node:
    namespace, name, version = row["namespace"], row["name"], row["version"] or ""
    counted = () if row["n_rows"] is None else (f"{row['n_rows']:,} rows",)
    key = f"{namespace} {name} {version}"
    if namespace == SOURCES:
        return Node(key, "source", name, counted, _moment(row))
    kind = "published" if name == PUBLISHED else "dataset"
    return Node(key, kind, f"{name} {_short(version)}", counted, _moment(row))


def _few_sources(rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The rows, of an extract's sources those with most rows, and one for all others together."""
    of_extract: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["namespace"] == SOURCES:
            of_extract[row["run_id"]].append(row)
        else:
            yield row
    for sources in of_extract.values():
        sources.sort(key=lambda row: (-(row["n_rows"] or 0), row["name"]))
        yield from sources[:_MOST_SOURCES]
        if rest := sources[_MOST_SOURCES:]:
            yield {**rest[0], "name": f"{len(rest)} more sources", "n_rows": sum(row["n_rows"] or 0 for row in rest)}


def _moment(row: Mapping[str, Any]) -> str:
    return iso(row["as_of"]) if row["as_of"] else ""


def _short(version: str) -> str:
    """A moment or id as it is, of a long hash its beginning."""
    return version if len(version) <= 2 * _SHORT else f"{version[:_SHORT]}…"
