"""Articles that are listed nowhere until a moment."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from models.editorial.rule import WithholdingRule


class EmbargoRule(WithholdingRule):
    """Held back until then; from then on they are like any other."""

    kind: Literal["embargo"]
    until: AwareDatetime
