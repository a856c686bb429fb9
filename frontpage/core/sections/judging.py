"""How what was served is judged: outcomes of lists, experiments, the lot."""

from pydantic import Field

from frontpage.core.sections.base import Section


class OutcomeParams(Section):
    """How lists that were shown and what was read next are joined."""

    window_hours: float = Field(24.0, gt=0, description="after a list was shown: later reads are not put down to it")
    late_hours: float = Field(
        24.0, ge=0, description="before the last run: what became known so late is still joined, and nothing twice"
    )
    max_dwell_seconds: float = Field(600.0, gt=0, description="of one read; more is a forgotten tab")
    activity_days: float = Field(30.0, gt=0, description="reads so long before a list say how active its reader is")
    heavy_reads: int = Field(20, ge=1, description="within these days of a heavy reader; cold: none; light: between")


class ExperimentParams(Section):
    """What holds for experiments that are started from now on."""

    level: float = Field(0.05, gt=0, lt=1, description="chance of a wrong verdict, over all looks, metrics and arms")
    horizon_hours: float = Field(
        24.0, gt=0, description="of a reader's reading that counts, from the first list of the experiment"
    )
    covariate_days: float = Field(
        28.0, gt=0, description="before the start: reading then takes out what readers differ in anyway (CUPED)"
    )
    planned_days: int = Field(14, ge=1, description="intervals are narrowest after so many days of readers")
    min_readers: int = Field(100, ge=2, description="in each arm; with fewer there is no interval")
    power: float = Field(0.8, gt=0, lt=1, description="with which the smallest detectable effect is found")


class OffPolicyParams(Section):
    """The nightly report on the places given by lot."""

    days: float = Field(7.0, gt=0, description="of places that are looked at")
    min_effective_slots: int = Field(200, ge=1, description="effective sample size; below it there is no verdict")
    max_runs: int = Field(12, ge=1, description="newest runs whose lists other policies make again")
