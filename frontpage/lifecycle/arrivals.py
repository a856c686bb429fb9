"""Whether what is new is enough for a refresh beside the clock; one at a time, and not too often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontpage.core.sections.watching import ArrivalsParams


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What is seen at a moment. files: names of sources with files newer than the last refresh.

    began_at: when the last refresh, or the last part of one, began; None where there was none in a day.
    """

    n_waiting: int = 0
    most_read: str = ""
    n_most_read: int = 0
    files: Sequence[str] = ()
    began_at: datetime | None = None
    is_running: bool = False


def reason_to_refresh(seen: Arrivals, params: ArrivalsParams, now: datetime) -> str:
    """Why a refresh should start now; empty where none should, however much has come: then it waits for its turn."""
    if not params.min_minutes or seen.is_running:
        return ""
    if seen.began_at is not None and now - seen.began_at < timedelta(minutes=params.min_minutes):
        return ""
    if seen.n_most_read >= params.burst_reads:
        return f"breaking: {seen.n_most_read} reads of {seen.most_read} are waiting"
    if seen.files:
        return f"new files of {', '.join(seen.files)}"
    return f"{seen.n_waiting} events are waiting" if seen.n_waiting >= params.max_waiting else ""
