"""Draw docs/diagrams from the code: components, the sequence of an edition, states of a rollout, activities."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from docs.drawing import Arrow, Box, graph, layered, sequence  # noqa: E402 - the repository is no package by itself
from frontpage.core.sections.rollout import RolloutParams  # noqa: E402
from frontpage.lifecycle.rollout.transitions import OPEN, Position, approved, next_move, taken_back  # noqa: E402

FOLDER = ROOT / "docs" / "diagrams"
#: Where the desk has those of the workflows.
SERVED = ROOT / "frontpage" / "desk" / "static" / "workflows"
#: How many rooms stand beside each other.
_ABREAST = 5
_NOTES = {
    "cli": "the frontpage command", "desk": "pages for people", "steps": "one module a verb", "scoring": "lists, Beam",
    "etl": "Beam: sources in", "serving": "the REST API", "quality": "Great Expectations", "lifecycle": "versions",
    "models": "the list pipeline", "features": "Feast", "store": "all SQL", "core": "nouns and rules",
}  # fmt: skip
_PLACES = {
    "shadow": (0.0, 0.0), "canary": (1.6, 0.0), "champion": (3.2, 0.0), "waiting": (1.6, 1.4), "taken_back": (0.0, 2.6),
}  # fmt: skip
_LANES = ("Airflow", "frontpage", "PostgreSQL", "API", "the app")
#: One edition, and one reader who looks at it.
_EDITION = (
    ("Airflow", "frontpage", "extract as of 10:00"), ("frontpage", "PostgreSQL", "rows, and quarantine"),
    ("Airflow", "frontpage", "validate, features"), ("frontpage", "PostgreSQL", "states of readers, articles"),
    ("Airflow", "frontpage", "score"), ("frontpage", "PostgreSQL", "a run beside what is served"),
    ("Airflow", "frontpage", "gate, publish"), ("frontpage", "PostgreSQL", "the pointer, in one step"),
    ("the app", "API", "ten for reader R"), ("API", "PostgreSQL", "the published list of R"),
    ("PostgreSQL", "API", "ten rows with reasons"), ("API", "the app", "ten articles, an ETag"),
    ("the app", "API", "read, 42 seconds"), ("API", "PostgreSQL", "a read event"),
    ("Airflow", "frontpage", "extract as of 11:00"),
)  # fmt: skip


def components() -> str:
    """Rooms by the layers of pyproject.toml: each may import what stands below it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (layers,) = (one["layers"] for one in project["tool"]["importlinter"]["contracts"] if one["id"] == "layers")
    boxes, row = dict(_row(["people", "dags, plugins", "dvc.yaml"], 0)), 1
    for layer in layers:
        rooms = [name.strip().removeprefix("frontpage.") for name in layer.split("|")]
        for start in range(0, len(rooms), _ABREAST):
            boxes |= _row(rooms[start : start + _ABREAST], row)
            row += 1
    boxes |= _row(["PostgreSQL", "files, objects"], row)
    arrows = [Arrow(caller, "cli") for caller in ("people", "dags, plugins", "dvc.yaml")]
    return graph("Components: rooms by layer, each imports only what stands below", boxes, arrows)


def _row(names: list[str], row: int) -> dict[str, Box]:
    left = (_ABREAST - len(names)) / 2
    return {name: Box(left + place, row * 0.68, _NOTES.get(name, "")) for place, name in enumerate(names)}


def edition() -> str:
    """What happens between a tick and a reader, and back."""
    messages = [Arrow(*one) for one in _EDITION]
    return sequence("Sequence: one edition is made, and a reader reads", _LANES, messages)


def rollout() -> str:
    """States of a rollout, and what leads on, as `frontpage.lifecycle.rollout.transitions` answers."""
    rules = RolloutParams()
    share = f"{100 * rules.shares[0]:.0f} to {100 * rules.shares[-1]:.0f}"
    notes = {"canary": f"{share} % of readers", "shadow": "lists that nobody sees", "waiting": "for a person"}
    boxes = {state: Box(*place, notes.get(state, "")) for state, place in _PLACES.items()}
    words: dict[tuple[str, str], list[str]] = {}
    for start, end, why in _moves(rules):
        if start != end and why not in words.setdefault((start, end), []):
            words[start, end].append(why)
    arrows = [Arrow(start, end, " or ".join(whys)) for (start, end), whys in words.items()]
    return graph("States of a rollout", boxes, arrows)


def _moves(rules: RolloutParams) -> Iterator[tuple[str, str, str]]:
    for state in OPEN:
        for share in (0.0,) if state == "shadow" else rules.shares:
            at = Position(state, share)
            for verdict, why in (("pass", "all pass"), ("inconclusive", "cannot say"), ("fail", "one fails")):
                yield state, next_move(at, [verdict], 1e6, rules).to.state, why  # type: ignore[list-item]
            if state == "waiting":
                yield state, approved(at, rules).state, "approved"
                yield state, taken_back(at).state, "rejected"


def activity(dag: Any) -> str:
    """Tasks of a workflow, each below those that come before it; its second line is what it writes."""
    tasks = list(dag.topological_sort())
    after = {task.task_id: sorted(task.upstream_task_ids) for task in tasks}
    notes = {task.task_id: f"writes {', '.join(one.name for one in task.outlets)}" for task in tasks if task.outlets}
    arrows = [Arrow(before, name) for name, befores in after.items() for before in befores]
    return graph(f"Activities of {dag.dag_id}", layered(after, notes), arrows)


def diagrams(dags: Mapping[str, Any]) -> dict[str, str]:
    """Each file of docs/diagrams by its name."""
    drawn = {"components": components(), "edition": edition(), "rollout": rollout()}
    return {f"{name}.svg": picture for name, picture in (drawn | activities(dags)).items()}


def activities(dags: Mapping[str, Any]) -> dict[str, str]:
    """Each workflow's tasks by its name."""
    return {name: activity(dag) for name, dag in sorted(dags.items())}


def main() -> None:
    """Write them all; those of workflows for the desk too, which shows them to Airflow's pages."""
    from tests.support.workflows import dag_bag

    dags = dag_bag().dags
    for folder in (FOLDER, SERVED):
        folder.mkdir(exist_ok=True)
    for name, picture in diagrams(dags).items():
        (FOLDER / name).write_text(picture)
    for name, picture in activities(dags).items():
        (SERVED / f"{name}.svg").write_text(picture)


if __name__ == "__main__":
    main()
