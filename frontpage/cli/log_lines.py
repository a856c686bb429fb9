"""The line of a verb that has ended, in the schema of all log lines (Elastic Common Schema), kept where logs are."""

import contextlib
import json
from datetime import datetime
from pathlib import Path

from frontpage.core.summary import Summary

_ECS_VERSION = "8.11"
_RUN = "run:"
_FILE = "steps.log"


def log_line(summary: Summary, execution_id: str, caller_run: str, trace_id: str, now: datetime) -> str:
    """JSON; its run, execution, trace and caller's run are what other lines can be found by."""
    run_id = summary.artifact.removeprefix(_RUN) if summary.artifact.startswith(_RUN) else None
    members = {
        "@timestamp": now.isoformat(),
        "message": summary.line(),
        "log.level": "info",
        "ecs.version": _ECS_VERSION,
        "service.name": "frontpage-steps",
        "event.dataset": "frontpage.steps",
        "event.outcome": "success",
        "event.duration": int(summary.seconds * 1e9),
        "frontpage.verb": summary.verb,
        "frontpage.execution_id": execution_id,
        "frontpage.caller_run": caller_run,
        "frontpage.run_id": run_id,
        "trace.id": trace_id or None,
        "frontpage.rows_in": summary.rows_in,
        "frontpage.rows_out": summary.rows_out,
        "frontpage.rejected": summary.rejected,
        "frontpage.seconds": round(summary.seconds, 3),
        "frontpage.artifact": summary.artifact,
        "frontpage.details": summary.details,
    }
    return json.dumps(members, default=str)


def keep_line(home: Path, line: str) -> None:
    """Beside the logs of the other parts, where these are kept, so that shippers find it, whoever called the verb."""
    folder = home / "logs"
    if folder.is_dir():
        with contextlib.suppress(OSError), (folder / _FILE).open("a") as file:  # a full disk is the step's to report
            file.write(line + "\n")
