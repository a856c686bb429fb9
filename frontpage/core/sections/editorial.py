"""Section `editorial` of params.yaml: reports of misleading articles, and when they hold one back by themselves."""

from pydantic import Field

from frontpage.core.sections.base import Section


class EditorialParams(Section):
    """Reports of misleading articles: how many count, and how far they reach without a person."""

    hold_sources: int = Field(5, ge=2, description="distinct reporters that hold back an article by themselves")
    report_days: float = Field(7.0, gt=0, description="how long a report counts")
    max_held_share: float = Field(
        0.2, gt=0, le=1, description="of any reader's list that may be held back without a person"
    )
    flag_days: float = Field(30.0, gt=0, description="that what a person found misleading is held back")
