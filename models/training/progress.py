"""How far a training has come: told as it goes, so that somebody hears in time that it will come too late."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from frontpage.core.clock import iso

_log = logging.getLogger("frontpage.train")


class Forecast:
    """A `ProgressCallback` that compares when the stage at hand will end, at the pace it has had so far, with a
    deadline.

    Stages to come are left out, so what is called late is late. `is_late` once any stage was; the log says it once.
    """

    def __init__(self, deadline: datetime, clock: Callable[[], datetime]) -> None:
        self.deadline, self.is_late = deadline, False
        self._clock = clock
        self._stage, self._began, self._first = "", clock(), 0

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Take note; see `ProgressCallback`."""
        now = self._clock()
        if what != self._stage:
            self._stage, self._began, self._first = what, now, done
        new = done - self._first
        end = now + (now - self._began) / new * (total - done) if new and total is not None else now
        if end > self.deadline and not self.is_late:
            self.is_late = True
            _log.warning(
                "training_late stage=%s done=%d of=%d expected_end=%s deadline=%s",
                what, done, total, iso(end.replace(microsecond=0)), iso(self.deadline),
            )  # fmt: skip

    def margin_seconds(self) -> float:
        """From now to the deadline; negative once it has passed."""
        return round((self.deadline - self._clock()).total_seconds(), 1)
