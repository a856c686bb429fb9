"""Daily and weekly cycles, each timezone by its own clock."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

#: Hours are counted from the Unix epoch, UTC; an hour's number is the newsroom's clock.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hour_number(moment: datetime) -> int:
    """Number of the UTC hour that holds `moment`."""
    return (moment - EPOCH) // timedelta(hours=1)


def hour_start(hour: int) -> datetime:
    """The moment at which hour number `hour` begins."""
    return EPOCH + timedelta(hours=hour)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def cycle(hour: int, timezones: list[str], hours: list[float], weekdays: list[float]) -> np.ndarray:
    """Relative activity in UTC hour `hour` by each timezone's local clock [timezone]; about 1 on average."""
    moment = hour_start(hour)
    local = [moment.astimezone(_zone(name)) for name in timezones]
    scale = float(np.mean(hours)) * float(np.mean(weekdays))
    return np.array([hours[at.hour] * weekdays[at.weekday()] / scale for at in local])
