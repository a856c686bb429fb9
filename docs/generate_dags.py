"""Write docs/reference/dags.md from the DAG files. Apart from docs/generate.py since it needs Airflow."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "dags.md"
_HEAD = """<!-- Written by `make docs`; a test compares it with the code. -->
# Workflows

Each task is one verb of the `frontpage` command, called as `frontpage VERB --as-of T`. T is the tick of a scheduled or
back-filled run; for a manual run it is the parameter `as_of`, or else the last refresh tick before the run was asked
for; for one that an event started, the moment that the event carries. Times are UTC. Bad input, a failed check or a
missing model ends a task at once; with nothing to learn from yet it is skipped; anything else is tried again.

A task's result is the verb's summary line; the same as a table is its XCom `summary`. An event of an asset carries the
moment, rows, readers and checksum where it has them, the execution and a link to its page on the desk. The owner's name
is a mail to the first address of `FRONTPAGE_REPORT_TO`, where that is set.

Each workflow's page in Airflow has the picture that stands here; a click enlarges it.
"""


def dags_page(dags: Mapping[str, Any]) -> str:
    """The page: one section per workflow, by name."""
    return "\n".join([_HEAD, *(line for name in sorted(dags) for line in _section(dags[name]))])


def _section(dag: Any) -> Iterator[str]:
    yield f"## {dag.dag_id}\n"
    tags = ", ".join(sorted(dag.tags))
    yield f"{_started(dag.timetable)} · {tags} · owner {dag.owner} · {dag.max_active_runs} run at a time\n"
    yield _body(dag.doc_md) + "\n"
    for alert in dag.deadline or ():
        yield f"Deadline: {alert.name}, {alert.interval} after a run was asked for.\n"
    yield "| task | after | writes | retries | at most | priority |"
    yield "|---|---|---|---|---|---|"
    for task in dag.topological_sort():
        after = ", ".join(sorted(task.upstream_task_ids))
        outlets = ", ".join(outlet.name for outlet in task.outlets)
        limits = f"{task.retries} | {task.execution_timeout} | {task.priority_weight}"
        yield f"| `{task.task_id}` | {after} | {outlets} | {limits} |"
    yield ""


def _started(timetable: Any) -> str:
    """Its cron expression, and the assets whose events start it."""
    ticks = getattr(timetable, "timetable", timetable)
    condition = getattr(timetable, "asset_condition", None)
    expression = [f"`{ticks.expression}`"] if hasattr(ticks, "expression") else []
    events = [f"events of `{asset.name}`" for asset in getattr(condition, "objects", ())]
    return " and ".join([*expression, *events])


def _body(doc: str) -> str:
    """The workflow's own words, with runbook and picture as links from this page."""
    linked = re.sub(r"Runbook: docs/runbook\.md(#\w+)", r"Runbook: [docs/runbook.md](../runbook.md\1)", doc.strip())
    return re.sub(r"\[(!\[.*\])\(\S+/(\w+\.svg)\)\]\(\S+\)", r"\1(../diagrams/\2)", linked)


def main() -> None:
    """Write the page."""
    from tests.support.workflows import dag_bag

    PAGE.write_text(dags_page(dag_bag().dags))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
