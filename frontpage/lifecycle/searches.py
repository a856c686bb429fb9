"""What trackers are told of a search for parameters: a run for the search, and below it one for each of its trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial: its parameters, nested as in params.yaml, and its final numbers."""

    number: int
    params: Mapping[str, Any]
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """A search as far as it has come.

    name: the same for the same search of the same data. as_of: end of what was looked at. facts: what was searched in,
    e.g. the period and the seed. trials: those that are done, by number.
    """

    name: str
    as_of: datetime
    facts: Mapping[str, Any]
    trials: Sequence[TrialRecord] = ()
    is_done: bool = False
    git_commit: str | None = None

    def with_trial(self, trial: TrialRecord) -> SearchRecord:
        """The record with one trial more."""
        return replace(self, trials=[*self.trials, trial])

    def name_of(self, trial: TrialRecord) -> str:
        """Name of a trial's run; in order of the trials."""
        return f"{self.name}-{trial.number:03d}"

    def finished(self) -> SearchRecord:
        """The record of a search that has come to its end."""
        return replace(self, is_done=True)
