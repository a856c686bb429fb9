"""An execution from its beginning to its end, written down whatever becomes of it.

The record must not be what a verb fails of: where no database answers, or it has no such table yet, the row waits in a
file below `home` and goes in with the next execution that reaches one.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2

from frontpage.core.errors import FrontpageError
from frontpage.core.lineage.trigger import Trigger
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.executions.environment import CodeEnvironment, hash_of, this_environment
from frontpage.lifecycle.executions.usage import Usage, used
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.watching import executions

#: Servers, which end when they are told to, and what starts, ends or only looks at the installation.
UNRECORDED = frozenset(
    {
        "serve",
        "mail-sink",
        "exporter",
        "monitoring page",
        "monitoring logs",
        "monitoring up",
        "monitoring down",
        "up",
        "down",
        "db down",
        "arrivals",
        "runs list",
        "runs show",
        "runs diff",
        "runs graph",
        "doctor",
        "plan",
        "backup key",
        "backup restore",
    }
)
_SPOOLED_ROWS = 1000
_CREDENTIALS = re.compile(r"//[^/@\s]+@|((?:password|token|secret|key)=)[^&\s]+", re.IGNORECASE)


@dataclass(slots=True)
class Execution:
    """One call of a verb, under way. The verb's summary is put in once there is one."""

    verb: str
    trigger: Trigger
    as_of: datetime | None
    options: Mapping[str, Any]
    params: Mapping[str, Any]
    environment: CodeEnvironment
    started_at: datetime
    execution_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    before: Usage = field(default_factory=used)
    summary: Summary | None = None

    def row(
        self, ended_at: datetime | None = None, exit_code: int | None = None, error: str | None = None
    ) -> dict[str, Any]:
        """Columns of its row; without an end, those of its beginning."""
        trigger = asdict(self.trigger)
        done = self.summary or Summary(self.verb)
        began = {
            "execution_id": self.execution_id, "verb": self.verb, "trigger": trigger["kind"],
            "caller": trigger["caller"], "caller_run": trigger["run"], "link": trigger["link"],
            "reason": trigger["reason"], "attempt": trigger["attempt"], "as_of": self.as_of,
            "options": dict(self.options), "code_commit": self.environment.commit,
            "lock_hash": self.environment.lock_hash, "packages_hash": self.environment.packages_hash,
            "image": self.environment.image, "params_hash": params_hash(self.params), "started_at": self.started_at,
        }  # fmt: skip
        ended: dict[str, Any] = {
            "ended_at": ended_at, "exit_code": exit_code, "error": error, "inputs": done.inputs,
            "outputs": done.outputs, "details": done.details if self.as_of else {},
        }  # fmt: skip
        counts = ("rows_in", "rows_out", "rejected", "artifact")
        ended |= {name: getattr(done, name) if self.summary else None for name in counts}
        usage = asdict(used().since(self.before)) if ended_at else dict.fromkeys(Usage.__slots__)
        seconds = (ended_at - self.started_at).total_seconds() if ended_at else None
        return {**began, **ended, **usage, "seconds": seconds}


@contextmanager
def recorded(
    settings: Settings,
    params: Params,
    verb: str,
    asked: Mapping[str, Any],
    trigger: Trigger,
    clock: Callable[[], datetime],
) -> Iterator[Execution]:
    """The execution of the block, written down at its beginning and at its end.

    asked: the verb's arguments by name. Those that may name a person or hold a secret are not kept: only moments,
    numbers, switches and paths are.
    """
    execution = Execution(
        verb, trigger, _moment(asked), kept_options(asked), params.model_dump(mode="json"),
        this_environment(settings.image, settings.code_commit), clock(),
    )  # fmt: skip
    if verb in UNRECORDED:
        yield execution
        return
    is_reached = _write(settings, execution, execution.row())
    try:
        yield execution
    except BaseException as error:
        _end(settings, execution, execution.row(clock(), exit_code_of(error), _said(error)), is_reached)
        raise
    _end(settings, execution, execution.row(clock(), 0), is_reached)


def params_hash(params: Mapping[str, Any]) -> str:
    """The same for the same parameters."""
    return hash_of(json.dumps(params, sort_keys=True, default=str))


def kept_options(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What of a verb's arguments may be kept."""
    plain = (bool, int, float, datetime, Path)
    kept = {name: value for name, value in asked.items() if isinstance(value, plain)}
    return kept | {name: asked[name] for name in ("variant", "part", "action", "to_run") if asked.get(name)}


def exit_code_of(error: BaseException) -> int:
    """That with which the command line ends after it."""
    if isinstance(error, FrontpageError):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _moment(asked: Mapping[str, Any]) -> datetime | None:
    return next((value for value in asked.values() if isinstance(value, datetime)), None)


def _said(error: BaseException) -> str:
    """The first line of what is wrong, without credentials that it may repeat."""
    line = (str(error).splitlines() or [""])[0] or type(error).__name__
    return _CREDENTIALS.sub(r"\1***", line)[:500]


def _end(settings: Settings, execution: Execution, row: dict[str, Any], is_reached: bool) -> None:  # noqa: FBT001
    """A server that did not answer at the beginning is not waited for again, but by what may have started it."""
    if not (is_reached or execution.verb.startswith("db")) or not _write(settings, execution, row):
        _spool(settings.home, execution, row)


def _write(settings: Settings, execution: Execution, row: Mapping[str, Any]) -> bool:
    try:
        with connect(database_url(settings), application="frontpage record") as connection:
            for waiting in _spooled(settings.home):
                executions.write(connection, waiting["row"], waiting["params"], waiting["packages"])
            executions.write(connection, row, execution.params, execution.environment.packages)
    except (FrontpageError, psycopg2.Error):
        return False
    _spool_file(settings.home).unlink(missing_ok=True)
    return True


def _spool_file(home: Path) -> Path:
    return home / "executions.jsonl"


def _spool(home: Path, execution: Execution, row: Mapping[str, Any]) -> None:
    """Keep the row for the next one; where there is no home yet, none is made for it."""
    if not home.is_dir():
        return
    line = {"row": row, "params": execution.params, "packages": dict(execution.environment.packages)}
    with suppress(OSError), _spool_file(home).open("a") as file:
        file.write(json.dumps(line, default=str) + "\n")


def _spooled(home: Path) -> list[dict[str, Any]]:
    try:
        lines = _spool_file(home).read_text().splitlines()
    except OSError:
        return []
    return [json.loads(line) for line in lines[-_SPOOLED_ROWS:]]
