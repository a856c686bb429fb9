"""What started a verb: handed from the scheduler to the verb's process in one variable of its environment."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

VARIABLE = "FRONTPAGE_TRIGGER"
#: `schedule`: a tick. `asset`: new data. `drift`: a finding. `hand`: somebody asked for it.
KINDS = ("schedule", "asset", "drift", "hand")


@dataclass(frozen=True, slots=True)
class Trigger:
    """Who called (airflow, dvc, ci, person), what started them, and where to look for it.

    run: the caller's own name of its run. link: where that run's log is. attempt: of the caller, from 1.
    """

    kind: str = "hand"
    caller: str = "person"
    run: str = ""
    link: str = ""
    attempt: int = 1
    reason: str = ""

    def variables(self) -> dict[str, str]:
        """Environment variables by which a child process knows it."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """What was handed over; else DVC or a CI service, by the variables they set, else a person."""
        if handed := environ.get(VARIABLE):
            return cls(**json.loads(handed))
        if stage := environ.get("DVC_STAGE"):
            return cls(caller="dvc", run=stage)
        return cls(caller="ci" if environ.get("CI") else "person", run=environ.get("GITHUB_RUN_ID", ""))
