"""Who may be sent a mail right now: one lane per mailbox provider, none let go faster than its rate. Pure of clocks."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from frontpage.core.sections.digest import RateParams

#: The rate of every domain that is not listed.
ANY = "*"
_UNLIMITED = RateParams()
_MINUTE_SECONDS = 60.0
#: How long to wait where only a mail that is under way can free a lane; its end is also signalled.
_BUSY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """One mail that is owed."""

    edition_id: str
    reader_key: int
    domain: str


@dataclass(slots=True)
class _Lane:
    rate: RateParams
    jobs: deque[Job] = field(default_factory=deque)
    n_under_way: int = 0
    free_at: float = 0.0

    def wait_seconds(self, now: float) -> float:
        """How long until the next job may go; 0 for now."""
        if self.rate.connections and self.n_under_way >= self.rate.connections:
            return _BUSY_SECONDS
        return max(0.0, self.free_at - now)

    def take(self, now: float) -> Job:
        self.n_under_way += 1
        if self.rate.per_minute:
            self.free_at = max(now, self.free_at) + _MINUTE_SECONDS / self.rate.per_minute
        return self.jobs.popleft()


class Lanes:
    """Jobs in the order given, but for those whose lane is not free; lanes take turns. Callers hold a lock."""

    def __init__(self, jobs: Iterable[Job], rates: Mapping[str, RateParams]) -> None:
        self._rates = rates
        self._lanes: dict[str, _Lane] = {}
        for job in jobs:
            rate = rates.get(job.domain, rates.get(ANY, _UNLIMITED))
            self._lanes.setdefault(self._lane_of(job), _Lane(rate)).jobs.append(job)

    def take(self, now: float) -> Job | float | None:
        """A job that may go at `now` (seconds), else how long to wait before asking again, else None: all is done."""
        waits = []
        for name, lane in list(self._lanes.items()):
            if not lane.jobs:
                continue
            wait = lane.wait_seconds(now)
            if wait == 0:
                self._lanes[name] = self._lanes.pop(name)  # to the end: the others come first next time
                return lane.take(now)
            waits.append(wait)
        return min(waits, default=None)

    def done(self, job: Job) -> None:
        """The job is over, one way or the other."""
        self._lanes[self._lane_of(job)].n_under_way -= 1

    def ahead(self, job: Job, n: int) -> list[int]:
        """Readers of the same edition that come next behind a job that was taken, at most n."""
        lane = self._lanes[self._lane_of(job)]
        return [next_.reader_key for next_ in islice(lane.jobs, n) if next_.edition_id == job.edition_id]

    def drop(self, is_dropped: Callable[[Job], bool]) -> None:
        """Forget what has not been taken yet."""
        for lane in self._lanes.values():
            lane.jobs = deque(job for job in lane.jobs if not is_dropped(job))

    def _lane_of(self, job: Job) -> str:
        """A domain has a lane of its own where a rate is set for it; the others share one that is always free."""
        return job.domain if job.domain in self._rates or ANY in self._rates else ""
