"""A pilot: what its page counts with."""

from pydantic import Field

from frontpage.core.sections.base import Section


class PilotParams(Section):
    """Prices of what lists are made with, and how sure the page has to be."""

    control: float = Field(0.1, ge=0, lt=1, description="share of the chosen readers who stay with today's product")
    confidence: float = Field(0.95, gt=0, lt=1, description="of its always-valid intervals")
    cpu_hour_price: float = Field(0.05, ge=0, description="of one core for an hour")
    gb_month_price: float = Field(0.10, ge=0, description="of a gigabyte kept for a month")
