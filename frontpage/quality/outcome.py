"""How a check ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from frontpage.core.errors import CheckFailedError
from frontpage.quality.declare import Boundary, Check, Severity

#: `skipped`: there was too little to judge by; `error`: the expectation could not be evaluated, which is no better
#: than failing.
State = Literal["passed", "failed", "skipped", "error"]

_NAMED = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation's result. `observed` is a figure, or how many rows were unexpected of how many."""

    check: Check
    state: State
    observed: Any = None
    examples: tuple[Any, ...] = ()

    @property
    def is_red(self) -> bool:
        """Whether this outcome stops the run."""
        return self.check.severity == Severity.FAIL and self.state in ("failed", "error")

    @property
    def is_warning(self) -> bool:
        """Whether this outcome is reported without stopping the run; too little to judge by is said aloud too."""
        return not self.is_red and self.state != "passed"

    def as_json(self) -> dict[str, Any]:
        """The form kept in `validation_run.results` and in `rec_run.gate`."""
        return {
            "name": self.check.name,
            "severity": str(self.check.severity),
            "outcome": self.state,
            "observed": self.observed,
            "examples": list(self.examples),
            "reason": self.check.reason,
        }


def passed(outcomes: Sequence[Outcome]) -> bool:
    """Whether nothing stops the run."""
    return not any(outcome.is_red for outcome in outcomes)


def at(outcomes: Sequence[Outcome], boundary: Boundary) -> list[Outcome]:
    """Those of one boundary, order kept."""
    return [outcome for outcome in outcomes if outcome.check.boundary == boundary]


def warnings_of(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """`warnings` and `skipped` as comma-separated names, for a step's summary; absent where there are none.

    More than _NAMED of them are only counted; pages and `validation_run` name them all.
    """
    names = {
        "warnings": [o.check.name for o in outcomes if o.is_warning and o.state != "skipped"],
        "skipped": [o.check.name for o in outcomes if o.state == "skipped"],
    }
    return {key: ",".join(found) if len(found) <= _NAMED else str(len(found)) for key, found in names.items() if found}


def demand(outcomes: Sequence[Outcome], what: str) -> None:
    """Raise CheckFailedError, one sentence that names each expectation that stops the run, if there is one."""
    red = [outcome for outcome in outcomes if outcome.is_red]
    if red:
        named = "; ".join(f"{outcome.check.name} ({_observation(outcome)})" for outcome in red)
        verb = "is" if len(red) == 1 else "are"
        raise CheckFailedError(f"{what}: {len(red)} of {len(outcomes)} expectations {verb} not met: {named}")


def _observation(outcome: Outcome) -> str:
    if outcome.state == "error":
        return f"could not be evaluated: {outcome.observed}"
    shown = f"{outcome.observed:.3g}" if isinstance(outcome.observed, float) else str(outcome.observed)
    return shown + (f", e.g. {outcome.examples[0]}" if outcome.examples else "")
