"""What the guardrails of a rollout rest on, read from the database at a tick."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.assignment import within
from frontpage.core.sections.rollout import RolloutParams
from frontpage.lifecycle.rollout import guardrails
from frontpage.lifecycle.rollout.audience import N_READERS, SHADOW
from frontpage.lifecycle.rollout.guardrails import Compared, Group, Guardrail, NewestRun
from frontpage.store.connect import Connection
from frontpage.store.lifecycle import rollouts
from frontpage.store.lifecycle.rollouts import Rollout
from frontpage.store.lists import runs
from models.variants import CHAMPION

#: What a reader is counted by, in the order of `Group`.
_COUNTS = ("n_lists", "n_fallbacks", "n_reads", "seconds")


def measured(connection: Connection, rollout: Rollout, as_of: datetime, rules: RolloutParams) -> list[Guardrail]:
    """Every guardrail of the step that a rollout is in; in shadow nobody is served, so readers say nothing."""
    newest = rollouts.newest_run(connection, rollout.variant, rollout.step_since)
    champion = runs.current(connection, CHAMPION)
    found = guardrails.of_runs(_newest(newest), champion["as_of"] if champion else None, rules)
    found += guardrails.of_lists(_compared(connection, newest, champion), rules)
    if rollout.variant == SHADOW:
        return found
    served = rollouts.served_readers(connection, rollout.step_since, as_of)
    return [*found, *guardrails.of_readers(*_groups(served, rollout), rules)]


def _groups(served: pd.DataFrame, rollout: Rollout) -> tuple[Group, Group]:
    """Readers who were served, by the arm that they belong to, whatever list they were given."""
    chosen = within(rollout.salt, served[c.READER_KEY].tolist(), rollout.share)
    is_canary = served[c.READER_KEY].isin(chosen).to_numpy(dtype=bool)
    return _group(served[is_canary]), _group(served[~is_canary])


def _group(served: pd.DataFrame) -> Group:
    return Group(*(served[name].to_numpy(dtype=np.float64) for name in _COUNTS))


def _newest(run: dict[str, Any] | None) -> NewestRun | None:
    if run is None:
        return None
    passed = (run["gate"] or {}).get("passed")
    return NewestRun(run["as_of"], passed, _failures(run["gate"] or {}))


def _failures(gate: dict[str, Any]) -> str:
    """What a gate that said no says, in a few words."""
    if gate.get("passed", True):
        return ""
    failed = [result["name"] for result in gate.get("results", ()) if _stops(result)]
    return str(gate.get("says") or f"the output gate says no: {', '.join(failed) or 'see its report'}")


def _stops(result: dict[str, Any]) -> bool:
    return result.get("severity") == "fail" and result.get("outcome") in ("failed", "error")


def _compared(
    connection: Connection, newest: dict[str, Any] | None, champion: dict[str, Any] | None
) -> Compared | None:
    if newest is None or champion is None or newest["state"] in ("building", "failed", "dropped"):
        return None
    row = rollouts.compared(connection, newest[c.RUN_ID], champion[c.RUN_ID])
    planned = (newest["details"] or {}).get(N_READERS, row["n_lists"])
    return Compared(planned, row["n_lists"], row["overlap"], row["n_unsound"], row["n_articles"])
