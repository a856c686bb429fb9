"""A note on a run when it is over: which moment it was about, what it made, and where to look.

The scheduler calls this, with the run in a session of its own that it commits: a task has no way to write notes. A note
of a person stays as it is. Airflow loads plugins in every one of its processes, so nothing heavy is imported before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.models.dagrun import DagRun

#: Who wrote a note, where Airflow keeps the user; only our own notes are written again.
AUTHOR = "frontpage"
#: Characters that Airflow keeps.
MOST = 1000
_FACTS = {
    "artifact": "{}", "readers": "{:,} readers", "rows": "{:,} rows", "checksum": "checksum {:.12}", "reason": "{}",
    "link": "[report]({})",
}  # fmt: skip


@hookimpl
def on_dag_run_success(dag_run: DagRun) -> None:
    """Note what the run made."""
    write_note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: DagRun) -> None:
    """Note what is red, and what was made all the same."""
    write_note(dag_run)


def write_note(dag_run: DagRun) -> None:
    """Give a run of our workflows its note, in the run's own session; runs of other owners are left alone."""
    from airflow.models.dagrun import DagRunNote
    from sqlalchemy.orm import object_session

    from plugins.defaults import OWNER

    session = object_session(dag_run)
    if session is None or dag_run.dag_model is None or dag_run.dag_model.owners != OWNER:
        return
    with session.no_autoflush:
        note = dag_run.dag_run_note
        if note is not None and note.user_id != AUTHOR:
            return
        text = note_of(*_outcome(session, dag_run))
    if not text:
        dag_run.dag_run_note = None
    elif note is None:
        dag_run.dag_run_note = DagRunNote(text, AUTHOR)  # type: ignore[no-untyped-call]  # Airflow's
    else:
        note.content = text


def note_of(made: Mapping[str, Mapping[str, Any]], red: Sequence[str]) -> str:
    """Markdown of at most 1000 characters: red tasks, the moment, a line for each asset; empty where nothing happened.

    made: what the event of each asset carries, the last one first; those that find no room are left out.

    >>> print(note_of({"lists": {"as_of": "2026-03-01T10:00:00Z", "artifact": "run:7", "readers": 12331}}, ["arms"]))
    Red: arms.
    <BLANKLINE>
    As of 2026-03-01T10:00:00Z:
    <BLANKLINE>
    - lists: run:7, 12,331 readers
    """
    moments = sorted({extra["as_of"] for extra in made.values() if "as_of" in extra})
    parts = [f"Red: {', '.join(red)}.\n"] if red else []
    parts += [f"As of {moments[-1]}:\n"] if moments else []
    for name, extra in made.items():
        line = _line(name, extra)
        if len("\n".join([*parts, line])) > MOST:
            break
        parts.append(line)
    return "\n".join(parts)[:MOST].rstrip()


def _line(name: str, extra: Mapping[str, Any]) -> str:
    said = [words.format(extra[fact]) for fact, words in _FACTS.items() if extra.get(fact) not in (None, "", "-")]
    return f"- {name}: {', '.join(said)}" if said else f"- {name}"


def _outcome(session: Any, dag_run: DagRun) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The newest event of each asset that the run made, the last one first; and its red tasks."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.models.taskinstance import TaskInstance
    from sqlalchemy import select

    events = (
        select(AssetModel.name, AssetEvent.extra)
        .join(AssetModel, AssetModel.id == AssetEvent.asset_id)
        .where(AssetEvent.source_dag_id == dag_run.dag_id, AssetEvent.source_run_id == dag_run.run_id)
        .order_by(AssetEvent.id.desc())
    )
    red = select(TaskInstance.task_id).where(
        TaskInstance.dag_id == dag_run.dag_id, TaskInstance.run_id == dag_run.run_id, TaskInstance.state == "failed"
    )
    made: dict[str, dict[str, Any]] = {}
    for name, extra in session.execute(events):
        made.setdefault(name, extra)
    return made, sorted(session.scalars(red))
