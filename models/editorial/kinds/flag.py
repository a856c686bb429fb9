"""Articles that somebody has shown to be misleading: held back, with source, reviewer, evidence and an end."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from models.editorial.rule import WithholdingRule


class FlagRule(WithholdingRule):
    """A block that says on whose word and on what evidence, and ends by itself unless it is renewed."""

    kind: Literal["flag"]
    source: str = Field(min_length=2, description="who says so: a fact-checker, a desk, readers")
    reviewer: str = Field(min_length=2, description="the person who looked at it")
    evidence: str = Field(pattern=r"^https?://\S+$", description="where it is shown")
    until: AwareDatetime
