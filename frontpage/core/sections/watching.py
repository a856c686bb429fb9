"""Parameters of what watches the product: drift, arrivals, business figures, the worth of rules on data."""

from pydantic import Field

from frontpage.core.sections.base import Section


class DriftParams(Section):
    """When data or model differ from what they were at the same weekday and hour of past weeks."""

    weeks: int = Field(6, ge=2, description="past weeks that a tick is compared with, at most")
    min_weeks: int = Field(3, ge=1, description="with fewer nothing is compared")
    scale_days: int = Field(28, ge=3, description="days whose deviations say what is usual")
    threshold: float = Field(6.0, gt=0, description="robust z (median, MAD) beyond which a tick counts")
    min_count: int = Field(30, ge=1, description="expected rows in a window below which a key is not compared")
    vanished_count: int = Field(15, ge=1, description="expected rows in a window without any: the key has vanished")
    new_count: int = Field(20, ge=1, description="rows in a day of a key that no day before had")
    story_share: float = Field(
        0.02, gt=0, le=1, description="an article with a larger share of a day's reads is left out"
    )
    cooldown_hours: float = Field(20.0, ge=0, description="from the start of a training to one that drift starts")
    max_helpless: int = Field(
        2, ge=1, description="trainings in a row that drift started and the gate refused: a search"
    )
    search_trials: int = Field(6, ge=2, description="of the search that follows")
    search_readers: int = Field(2_000, ge=10, description="readers whose reads it looks at")
    quality_hours: float = Field(6.0, gt=0, description="that reads of an answered list count")
    quality_confidence: float = Field(0.002, gt=0, lt=1, description="ADWIN's delta on the series of served quality")
    max_model_age_days: float = Field(4.0, gt=0, description="an older champion is stale")
    max_list_age_hours: float = Field(4.0, gt=0, description="an older published run is stale")
    max_source_age_hours: float = Field(6.0, gt=0, description="a source that was not asked for so long is stale")
    max_missing_rise: float = Field(
        0.3, gt=0, le=1, description="of the share of states that lack a feature; beyond it popularity ranks the lists"
    )
    sample_every: int = Field(20, ge=1, description="of so many readers one is looked at, where all would be many")
    max_skew: float = Field(
        0.01, ge=0, le=1, description="share of readers whose stored state is not the recomputed one"
    )


class ArrivalsParams(Section):
    """When new data starts a refresh beside the clock."""

    min_minutes: float = Field(10.0, ge=0, description="between two refreshes, whatever arrives; 0: none is started")
    max_waiting: int = Field(2_000, ge=1, description="events in the inbox that start a refresh")
    burst_reads: int = Field(200, ge=1, description="reads of one article in the inbox: a breaking story")
    poll_seconds: float = Field(10.0, gt=0, description="between two looks")


class BusinessParams(Section):
    """Prices and a budget, in one currency, and what energy is estimated by."""

    price_per_cpu_hour: float = Field(0.04, ge=0)
    price_per_gb_hour: float = Field(0.005, ge=0, description="of memory")
    price_per_gb_written: float = Field(0.0, ge=0)
    wh_per_cpu_second: float = Field(
        0.00097, ge=0, description="energy of a busy processor: 3.5 W, Cloud Carbon Footprint's average"
    )
    wh_per_gb_hour: float = Field(0.392, ge=0, description="energy of memory, by the same source")
    monthly_budget: float = Field(0.0, ge=0, description="0: none is watched")
    warn_share: float = Field(0.8, gt=0, le=1, description="of the budget, expected at the month's end: a warning")
    days: int = Field(28, ge=1, description="that the page shows")

    def watt_hours(self, cpu_seconds: float, gb_seconds: float) -> float:
        """Energy of processors and memory, by estimate; without cooling, network, disks and idle machines."""
        return cpu_seconds * self.wh_per_cpu_second + gb_seconds / 3_600 * self.wh_per_gb_hour

    def cost(self, cpu_hours: float, gb_hours: float, gb_written: float) -> float:
        """What they cost."""
        processors, memory = cpu_hours * self.price_per_cpu_hour, gb_hours * self.price_per_gb_hour
        return processors + memory + gb_written * self.price_per_gb_written


class DataReportParams(Section):
    """How closely the monthly report on data looks."""

    readers: int = Field(2_000, ge=10, description="drawn by lot, whose reads are learned from and judged by")
    min_reads: int = Field(30, ge=1, description="that could be listed: a group with fewer is not called the worst")
