"""Articles that are worth less than the ranker says."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from models.editorial.rule import MatchingRule


class DemoteRule(MatchingRule):
    """Taken off the margin, on the scale of the ranker's trees: 1 is about 1/e of the odds of a read."""

    moves: ClassVar[bool] = True

    kind: Literal["demote"]
    amount: float = Field(gt=0, le=10)

    @property
    def margin(self) -> float:
        """What is added."""
        return -self.amount
