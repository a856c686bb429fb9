"""Sections of params.yaml: what may stand in a list, and for whom lists are made."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from frontpage.core.sections.base import Section


class ListParams(Section):
    """What may stand in a list, for whom lists are made, and, by name, the list rules that choose ten candidates.

    The rules are those of `models/reranking/rules`, which know their own parameters.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    max_age_days: float = Field(14.0, gt=0, description="older articles have expired")
    active_days: float = Field(30.0, gt=0, description="readers who read or signed up within this are active")
    max_list_age_hours: float = Field(
        12.0, ge=0, description="older lists are made anew; 0: every list is, at each refresh"
    )
    max_visit_age_hours: float = Field(
        0.6, ge=0, description="so are lists of this age, times how much likelier their reader comes next than others"
    )
    habit_half_life_days: float = Field(30.0, gt=0, description="of a visit in what is known of a reader's habits")

    @property
    def rules(self) -> Mapping[str, Any]:
        """What is written of list rules, by name."""
        return self.model_extra or {}


class ExplorationParams(Section):
    """The last of the ten places given to a fresh article by lot, so that new articles earn their counts."""

    share: float = Field(0.0, ge=0, le=1, description="of lists whose last place is drawn; 0: none")
    max_age_hours: float = Field(6.0, gt=0, description="an older article has had its chance")
    max_reads: int = Field(20, ge=0, description="an article with more reads needs no lot")
