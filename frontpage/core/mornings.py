"""When the first readers of a day open their mail: what a night's work has to be done before. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from frontpage.core.clock import to_utc
from frontpage.core.sections.digest import DigestParams


def next_morning(after: datetime, params: DigestParams) -> datetime:
    """The first moment after `after`, UTC, at which the send hour begins in a region, or for readers of no region."""
    homes = (params.home, *params.regions.values())
    return min(_morning_at(after, ZoneInfo(home.timezone), params.send_hour) for home in homes)


def _morning_at(after: datetime, zone: ZoneInfo, hour: int) -> datetime:
    today = after.astimezone(zone).date()
    mornings = (to_utc(datetime.combine(today + timedelta(days=more), time(hour), zone)) for more in (0, 1))
    return next(morning for morning in mornings if morning > after)
