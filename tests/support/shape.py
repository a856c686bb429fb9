"""The shape of the code, measured: `make shape` prints it, tests/contract/test_shape.py holds it.

Rooms are the folders of `frontpage`, and `etl`, `models`, `serving`, `plugins` and `dags` beside it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("frontpage", "etl", "models", "serving", "plugins")
MAX_LINES = 300
MAX_MODULES = 15
#: Migrations are written once and never changed again.
_OUTSIDE = "frontpage/store/migrations"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a newcomer meets: long files, crowded folders, names twice, cycles, and how long functions are in lines."""

    long_files: dict[str, int]
    crowded_folders: dict[str, int]
    names_twice: dict[str, list[str]]
    cycles: list[tuple[str, ...]]
    n_files: int
    n_functions: int
    median_lines: float
    p90_lines: float

    def lines(self) -> Iterator[str]:
        """The figures, one a line."""
        yield f"files {self.n_files}, functions {self.n_functions}"
        yield f"lines of a function: median {self.median_lines:g}, 90th percentile {self.p90_lines:g}"
        yield f"files of more than {MAX_LINES} lines: {_said(self.long_files)}"
        yield f"folders with more than {MAX_MODULES} modules: {_said(self.crowded_folders)}"
        yield f"public class names that stand twice: {_said(self.names_twice)}"
        yield f"import cycles: {'; '.join(' -> '.join(cycle) for cycle in self.cycles) or 'none'}"


def measure() -> Shape:
    """The shape of the working tree."""
    files = list(_files())
    trees = {path: ast.parse(path.read_text()) for path in files}
    lengths = [length for tree in trees.values() for length in _function_lengths(tree)]
    return Shape(
        long_files={_name(path): n for path in files if (n := len(path.read_text().splitlines())) > MAX_LINES},
        crowded_folders={name: n for name, n in _modules_by_folder(files).items() if n > MAX_MODULES},
        names_twice={name: places for name, places in _classes(trees).items() if len(places) > 1},
        cycles=_cycles(),
        n_files=len(files),
        n_functions=len(lengths),
        median_lines=float(np.median(lengths)),
        p90_lines=float(np.percentile(lengths, 90)),
    )


def _files() -> Iterator[Path]:
    for package in (*PACKAGES, "dags"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if not _name(path).startswith(_OUTSIDE):
                yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _modules_by_folder(files: list[Path]) -> dict[str, int]:
    """Modules beside each other, without `__init__`. One module per verb is a list, not a crowd."""
    counts: dict[str, int] = defaultdict(int)
    for path in files:
        if not path.name.startswith("__"):
            counts[_name(path.parent)] += 1
    counts.pop("frontpage/steps", None)
    return counts


def _classes(trees: dict[Path, ast.Module]) -> dict[str, list[str]]:
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(_name(path))
    return places


def _function_lengths(tree: ast.Module) -> Iterator[int]:
    """Lines of each function's body, without its docstring and without the functions inside it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield (body[-1].end_lineno or 0) - body[0].lineno + 1


def _cycles() -> list[tuple[str, ...]]:
    """Shortest cycles of imports between modules; imports for types alone do not count."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    cycles = {}
    for module, imported in imports.items():
        for other in imported:
            back = graph.find_shortest_chain(other, module)
            if back is not None:
                cycles[frozenset(back)] = (module, *back)
    return sorted(cycles.values())


def _said(found: dict[str, object] | dict[str, int] | dict[str, list[str]]) -> str:
    return ", ".join(f"{name} ({value})" for name, value in sorted(found.items())) or "none"


def main() -> None:
    """Print the figures."""
    for line in measure().lines():
        print(line)


if __name__ == "__main__":
    main()
