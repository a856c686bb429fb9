"""The switches: what can go wrong, or happen, in the synthetic newsroom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from frontpage.core.clock import parse_as_of
from frontpage.core.errors import BadInputError
from frontpage.newsroom.cycles import hour_number
from frontpage.newsroom.parameters import NewsroomParameters


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


def parse_switches(texts: Sequence[str]) -> Switches:
    """Switches from texts like `late=0.02`, `corrupt=0.01`, `drift=0.1`, `outage=START/END[/PUBLISHER]` and
    `breaking=TIME[/CATEGORY[/REGION]]`, times in ISO 8601; the last two may be given several times.

    Raises BadInputError naming the text that is none of these.
    """
    numbers: dict[str, float] = {}
    outages: list[Outage] = []
    breaking: list[Breaking] = []
    for text in texts:
        name, _, value = text.partition("=")
        if name == "outage" and value.count("/") in (1, 2):
            start, end, *publisher = value.split("/")
            outages.append(Outage(parse_as_of(start), parse_as_of(end), *publisher))
        elif name == "breaking" and value.count("/") <= 2:
            at, *rest = value.split("/")
            breaking.append(Breaking(parse_as_of(at), *rest))
        elif name in _NUMBERS:
            numbers[_NUMBERS[name]] = _number(text, value)
        else:
            raise BadInputError(f"switch {text!r} is not known; {_HELP}")
    return Switches(**numbers, outages=tuple(outages), breaking=tuple(breaking))


_NUMBERS = {"late": "late_share", "corrupt": "corrupt_share", "drift": "drift_per_day"}
_HELP = "use late=SHARE, corrupt=SHARE, drift=PER_DAY, outage=START/END[/PUBLISHER], breaking=TIME[/CATEGORY[/REGION]]"


def _number(text: str, value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise BadInputError(f"switch {text!r} has no number; {_HELP}") from error


def check_switches(switches: Switches, parameters: NewsroomParameters) -> None:
    """Nothing, or BadInputError naming the switch that cannot be."""
    for name in _NUMBERS.values():
        if not 0 <= (getattr(switches, name) or 0.0) <= 1:
            raise BadInputError(f"{name} is {getattr(switches, name)}; give a number from 0 to 1")
    known = {publisher.name for publisher in parameters.publishers} | {p.host for p in parameters.publishers}
    for outage in switches.outages:
        if outage.publisher and outage.publisher not in known:
            raise BadInputError(f"outage of unknown publisher {outage.publisher!r}; known: {', '.join(sorted(known))}")
        if outage.end <= outage.start:
            raise BadInputError(f"outage ends at {outage.end}, not after its start {outage.start}")
    for story in switches.breaking:
        if story.category not in parameters.categories or story.region not in parameters.regions:
            raise BadInputError(f"breaking story in {story.category!r}, {story.region!r}: no such category or region")
