"""How a changed recipe reaches readers: its steps, and what would take it back."""

from typing import Self

from pydantic import Field, model_validator

from frontpage.core.sections.base import Section


class RolloutParams(Section):
    """Shadow, then a canary that grows step by step; guardrails end each step."""

    shares: tuple[float, ...] = Field((0.10, 0.25, 0.50, 0.75), description="of readers, step by step, as a canary")
    shadow_hours: float = Field(6.0, ge=0, description="that lists are made and compared, and served to nobody")
    shadow_share: float = Field(0.05, gt=0, le=1, description="of readers whose lists are made in shadow")
    step_hours: float = Field(24.0, ge=0, description="of each step of the canary; then its guardrails decide")
    confidence: float = Field(0.95, gt=0, lt=1, description="of the always-valid intervals of what readers did")
    min_readers: int = Field(500, ge=1, description="served in each of the two groups; with fewer there is no data")
    max_loss: float = Field(
        0.05, gt=0, lt=1, description="of reads and of reading time per served list that may be lost, a share"
    )
    max_more_fallbacks: float = Field(0.02, gt=0, description="share of served lists that may be fallbacks in addition")
    min_overlap: float = Field(0.05, ge=0, le=1, description="of its lists with the champion's for the same readers")
    min_coverage: float = Field(0.98, ge=0, le=1, description="share of its readers who must have a list")
    max_stale_hours: float = Field(3.0, gt=0, description="that its lists may be older than the champion's")
    min_live_share: float = Field(
        0.5, ge=0, le=1, description="of the places of a run; with fewer live articles it is not rolled back to"
    )

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if not self.shares or list(self.shares) != sorted(set(self.shares)):
            raise ValueError("shares must grow from step to step")
        if self.shares[0] <= 0 or self.shares[-1] > 1:
            raise ValueError("shares lie above 0 and are at most 1")
        return self
