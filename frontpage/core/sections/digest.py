"""The digest's parameters, and when the first readers of a day open their mail: before that a night's work is done."""

from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, model_validator

from frontpage.core.clock import to_utc
from frontpage.core.sections.base import Section


class HomeParams(Section):
    """What holds for readers of a region of whom nothing better is known."""

    timezone: str = "UTC"
    language: str = "en"


class RateParams(Section):
    """How fast a mailbox provider is given mails; 0 is without limit."""

    per_minute: int = Field(0, ge=0)
    connections: int = Field(0, ge=0, description="at the same time")


_REGIONS = {
    "latin-america": HomeParams(timezone="America/Bogota", language="es"),
    "africa": HomeParams(timezone="Africa/Lagos", language="en"),
    "north-america": HomeParams(timezone="America/New_York", language="en"),
}
_RATES = {
    "gmail.com": RateParams(per_minute=1200, connections=2),
    "outlook.com": RateParams(per_minute=600, connections=2),
    "hotmail.com": RateParams(per_minute=600, connections=2),
    "yahoo.com": RateParams(per_minute=600, connections=1),
}


class DigestParams(Section):
    """The e-mail digest: when, what, and how fast."""

    send_hour: int = Field(7, ge=0, le=23, description="the local hour from which a day's mail is due")
    last_hour: int = Field(21, ge=0, le=23, description="no mail is begun after this local hour")
    min_articles: int = Field(3, ge=1, description="fresh for the reader; with fewer there is no mail")
    max_articles: int = Field(8, ge=1)
    connections: int = Field(2, ge=1, description="to the mail server, at the same time")
    max_attempts: int = Field(5, ge=1, description="of a mail that is put off (4xx)")
    retry_minutes: float = Field(10.0, gt=0, description="after the first time; doubled each time")
    max_minutes: float = Field(50.0, gt=0, description="of one run; the next one goes on")
    expire_hours: float = Field(12.0, gt=0, description="after the edition was opened; later nothing is sent")
    link_days: float = Field(60.0, gt=0, description="after which links to articles lead nowhere")
    soft_bounces: int = Field(3, ge=1, description="in as many editions within 30 days; then no more mail")
    home: HomeParams = Field(HomeParams(), description="of readers whose region is not listed")
    regions: dict[str, HomeParams] = Field(_REGIONS, description="by region")
    rates: dict[str, RateParams] = Field(_RATES, description="by the domain of the address; `*`: any other domain")

    @model_validator(mode="after")
    def _know_the_time_zones(self) -> Self:
        for home in (self.home, *self.regions.values()):
            try:
                ZoneInfo(home.timezone)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise ValueError(f"{home.timezone!r} is no IANA time zone") from error
        if self.last_hour < self.send_hour:
            raise ValueError("last_hour is before send_hour")
        return self


def next_morning(after: datetime, params: DigestParams) -> datetime:
    """The first moment after `after`, UTC, at which the send hour begins in a region, or for readers of no region."""
    homes = (params.home, *params.regions.values())
    return min(_morning_at(after, ZoneInfo(home.timezone), params.send_hour) for home in homes)


def _morning_at(after: datetime, zone: ZoneInfo, hour: int) -> datetime:
    today = after.astimezone(zone).date()
    mornings = (to_utc(datetime.combine(today + timedelta(days=more), time(hour), zone)) for more in (0, 1))
    return next(morning for morning in mornings if morning > after)
