"""What a verb said of itself at its end: the line for logs, a table for the task's page, and facts for asset events."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OURS = "frontpage."
_SHOWN = ("rows_in", "rows_out", "rejected", "seconds", "artifact", "execution_id")
#: By which names a verb calls the checksum of what it made.
_CHECKSUMS = ("checksum", "hash")


def message_of(line: str) -> str:
    """The message of a JSON log line, which repeats its fields; any other line as it is."""
    return str(_fields(line).get("message", line))


def summary_of(verb: str, lines: Sequence[str]) -> str:
    """The verb's summary line; where there is none, the last line."""
    said = [message_of(line) for line in lines]
    pattern = re.compile(rf"^{re.escape(verb)} rows_in=\d+")
    return next((line for line in reversed(said) if pattern.match(line)), said[-1] if said else "")


def table_of(lines: Sequence[str]) -> dict[str, Any]:
    """Counts, seconds, artefact, execution and what else the verb told, by name; empty where it ended without JSON."""
    ends = (said for line in reversed(lines) if _OURS + "execution_id" in (said := _fields(line)))
    said = next(ends, {})
    shown = {name: said[_OURS + name] for name in _SHOWN if _OURS + name in said}
    return shown | dict(said.get(_OURS + "details") or {})


def event_extra(table: Mapping[str, Any], as_of: str, log_url: str) -> dict[str, Any]:
    """What an event says of the asset: moment, rows, readers and checksum where it has them, execution, where to look.

    The link is the execution's page on the desk, which stands beside Airflow's own pages.
    """
    extra = {"as_of": as_of}
    if not table:
        return extra
    checksum = next((table[name] for name in _CHECKSUMS if name in table), None)
    execution, (airflow, _, _) = table["execution_id"], log_url.partition("/dags/")
    facts = {
        "rows": table.get("rows_out"), "readers": table.get("readers"), "artifact": table.get("artifact"),
        "checksum": checksum, "execution": execution, "link": f"{airflow}/desk/runs/{execution}",
    }  # fmt: skip
    return extra | {name: fact for name, fact in facts.items() if fact is not None}


def _fields(line: str) -> dict[str, Any]:
    """Members of a JSON line; none for any other line."""
    if not line.startswith("{"):
        return {}
    try:
        members = json.loads(line)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}
