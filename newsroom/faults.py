"""The switches: what can go wrong, or happen, in the synthetic newsroom."""

from dataclasses import dataclass, field
from datetime import datetime

from core.errors import BadInputError
from newsroom.cycles import hour_number
from newsroom.parameters import NewsroomParameters


@dataclass(frozen=True, slots=True)
class Outage:
    """No articles from `publisher` (a host or a name; empty: from nobody) in the UTC hours from `start` until `end`."""

    start: datetime
    end: datetime
    publisher: str = ""

    def covers(self, hour: int) -> bool:
        """Whether UTC hour number `hour` is inside."""
        return hour_number(self.start) <= hour < hour_number(self.end)


@dataclass(frozen=True, slots=True)
class Breaking:
    """One story draws far more articles and attention than any other from the hour of `at`."""

    at: datetime
    category: str = "world"
    region: str = "latin-america"


@dataclass(frozen=True, slots=True)
class Switches:
    """All switches; the defaults are an ordinary fortnight with 1 % of the reads recorded late."""

    late_share: float = 0.01
    #: Unusable rows added to articles and reads, relative to the good ones.
    corrupt_share: float = 0.0
    #: How far interests move each day; None: as in parameters.yaml.
    drift_per_day: float | None = None
    outages: tuple[Outage, ...] = field(default=())
    breaking: tuple[Breaking, ...] = field(default=())


def check_switches(switches: Switches, parameters: NewsroomParameters) -> None:
    """Nothing, or BadInputError naming the switch that cannot be."""
    for name in ("late_share", "corrupt_share"):
        if not 0 <= getattr(switches, name) <= 1:
            raise BadInputError(f"{name} is {getattr(switches, name)}; give a share between 0 and 1")
    known = {publisher.name for publisher in parameters.publishers} | {p.host for p in parameters.publishers}
    for outage in switches.outages:
        if outage.publisher and outage.publisher not in known:
            raise BadInputError(f"outage of unknown publisher {outage.publisher!r}; known: {', '.join(sorted(known))}")
        if outage.end <= outage.start:
            raise BadInputError(f"outage ends at {outage.end}, not after its start {outage.start}")
    for story in switches.breaking:
        if story.category not in parameters.categories or story.region not in parameters.regions:
            raise BadInputError(f"breaking story in {story.category!r}, {story.region!r}: no such category or region")
