"""Articles that are listed nowhere from a moment on."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from models.editorial.rule import WithholdingRule


class ExpiryRule(WithholdingRule):
    """Taken out from then on, for instance when an event is over."""

    kind: Literal["expiry"]
    since: AwareDatetime
