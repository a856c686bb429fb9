"""Articles that are listed nowhere: by id, publisher, author, category, domain or pattern."""

from __future__ import annotations

from typing import Literal

from models.editorial.rule import WithholdingRule


class BlockRule(WithholdingRule):
    """They are no candidates and stand in no list; what was listed before is taken out with the next refresh."""

    kind: Literal["block"]
