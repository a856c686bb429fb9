"""What the evaluation of a model version chose to serve: its ranker, or a popularity count that was better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HALF_LIFE = "popularity_half_life_hours"
#: As releases before this one wrote it.
_EARLIER = "rule_half_life_hours"


@dataclass(frozen=True, slots=True)
class Choice:
    """Half-life of the count that makes the lists, None where the ranker does: of all readers, and by segment."""

    half_life_hours: float | None = None
    of_segment: Mapping[str, float | None] = field(default_factory=dict)

    @classmethod
    def of_gate(cls, gate: Mapping[str, Any]) -> Choice:
        """As it stands in `model_version.gate`; of releases without segments, one for all readers."""
        segments = {name: row[HALF_LIFE] for name, row in gate.get("segments", {}).items() if HALF_LIFE in row}
        hours = gate.get(HALF_LIFE, gate.get(_EARLIER))
        return cls(None if hours is None else float(hours), segments)

    @property
    def uses_ranker(self) -> bool:
        """Whether the ranker makes anybody's lists."""
        return self.half_life_hours is None or None in self.of_segment.values()

    def exceptions(self) -> dict[str, float | None]:
        """Segments that are served otherwise than all others."""
        return {name: hours for name, hours in self.of_segment.items() if hours != self.half_life_hours}


RANKER_FOR_ALL = Choice()
