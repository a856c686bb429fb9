"""Whose morning has come: which editions are due at a moment. Pure."""

import contextlib
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from frontpage.core.sections.digest import DigestParams, HomeParams
from frontpage.store.delivery.digests import DueEdition, Home


def due_editions(homes: Iterable[Home], as_of: datetime, params: DigestParams) -> list[DueEdition]:
    """Editions due at `as_of`, the first due first: one for each region and moment at which its morning hour came.

    A home is due from `send_hour` to the end of `last_hour` of its own clock, so that a region that was missed in the
    morning is made up for during the day and never at night.
    """
    found: dict[tuple[str | None, date, datetime], list[Home]] = defaultdict(list)
    for home in homes:
        zone = zone_of(home, params)
        local = as_of.astimezone(zone)
        if params.send_hour <= local.hour <= params.last_hour:
            morning = datetime.combine(local.date(), time(params.send_hour), zone).astimezone(UTC)
            found[home.region, local.date(), morning].append(home)
    due = [
        DueEdition(edition_id(region, day, due_at), region, day, due_at, tuple(at))
        for (region, day, due_at), at in found.items()
    ]
    return sorted(due, key=lambda edition: (edition.due_at, edition.edition_id))


def edition_id(region: str | None, local_day: date, due_at: datetime) -> str:
    """`2026-03-01.africa.0600`: day, region and the time (UTC) at which it was due; fit for a file or a Message-ID.

    Where it was due on another day than the local one, that day stands before the time: homes of one region may be 24
    hours apart.
    """
    name = re.sub(r"[^a-z0-9]+", "-", region.lower()).strip("-")[:40] if region else "everywhere"
    if region and name != region:
        name = f"{name}-{hashlib.sha256(region.encode()).hexdigest()[:6]}".lstrip("-")
    return f"{local_day}.{name}.{due_at:{'%H%M' if due_at.date() == local_day else '%m%dt%H%M'}}"


def zone_of(home: Home, params: DigestParams) -> ZoneInfo:
    """The reader's own time zone, else that of their region."""
    if home.timezone:
        with contextlib.suppress(ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(home.timezone)
    return ZoneInfo(home_of(home.region, params).timezone)


def home_of(region: str | None, params: DigestParams) -> HomeParams:
    """What holds for a region's readers of whom nothing better is known."""
    return params.regions.get(region or "", params.home)
