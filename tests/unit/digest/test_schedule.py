"""Whose morning has come."""

from datetime import UTC, date, datetime

import pytest

from frontpage.core.sections.digest import DigestParams, HomeParams
from frontpage.digest.schedule import due_editions, edition_id
from frontpage.store.delivery.digests import Home

PARAMS = DigestParams()
LIMA = Home("latin-america", "America/Lima")
BOGOTA = Home("latin-america", "America/Bogota")
SAO_PAULO = Home("latin-america", "America/Sao_Paulo")


def due(as_of: datetime, *homes: Home, params: DigestParams = PARAMS) -> dict[str, tuple[Home, ...]]:
    """Homes by edition."""
    return {edition.edition_id: edition.homes for edition in due_editions(homes, as_of, params)}


def utc(*parts: int) -> datetime:
    """A moment of November 2026."""
    return datetime(2026, 11, *parts, tzinfo=UTC)


def test_one_edition_for_a_region_and_the_moment_of_its_morning():
    """Seven in Lima and Bogota is the same moment, seven in São Paulo was two hours earlier: another edition."""
    found = due(utc(21, 12, 20), LIMA, SAO_PAULO, BOGOTA)
    assert found == {
        "2026-11-21.latin-america.1000": (SAO_PAULO,),
        "2026-11-21.latin-america.1200": (LIMA, BOGOTA),
    }


@pytest.mark.parametrize(
    ("hour", "minute", "is_due"), [(6, 59, False), (7, 0, True), (21, 59, True), (22, 0, False), (0, 0, False)]
)
def test_not_before_seven_and_not_at_night(hour, minute, is_due):
    """From the send hour to the end of the last hour of the local clock."""
    assert bool(due(utc(21, hour, minute), Home(None, None))) == is_due


def test_a_reader_of_unknown_time_zone_lives_where_the_region_does():
    """An unknown name counts as none; an unknown region has the default home."""
    params = DigestParams(home=HomeParams(timezone="Asia/Tokyo"))
    as_of = utc(20, 22, 0)  # seven in Tokyo
    homes = (Home(None, None), Home("mars", "Mars/Base"), Home("africa", None))
    assert due(as_of, *homes, params=params) == {
        "2026-11-21.everywhere.1120t2200": (homes[0],),
        "2026-11-21.mars.1120t2200": (homes[1],),
    }


def test_each_local_day_has_one_morning_when_clocks_change():
    """In New York clocks go back on 1 November 2026: the morning comes at 12:00 UTC, the day before at 11:00."""
    home = Home("north-america", "America/New_York")
    assert list(due(datetime(2026, 10, 31, 11, tzinfo=UTC), home)) == ["2026-10-31.north-america.1100"]
    assert due(utc(1, 11, 59), home) == {}
    assert list(due(utc(1, 12), home)) == ["2026-11-01.north-america.1200"]


def test_half_hours_count():
    """Seven in Kathmandu (+5:45) is 01:15 UTC."""
    assert list(due(utc(21, 1, 20), Home("asia", "Asia/Kathmandu"))) == ["2026-11-21.asia.0115"]


def test_homes_a_day_apart_have_editions_of_their_own():
    """It is morning on the 22nd in Auckland at 18:00 UTC of the 21st, and in Pago Pago at 18:00 UTC of the 22nd."""
    homes = Home("oceania", "Pacific/Auckland"), Home("oceania", "Pacific/Pago_Pago")
    ahead, behind = due(utc(21, 18), *homes), due(utc(22, 18), *homes)
    assert list(ahead)[-1] == "2026-11-22.oceania.1121t1800"
    assert "2026-11-22.oceania.1800" in behind
    assert not set(ahead) & set(behind)


def test_an_edition_is_named_so_that_it_fits_a_message_id():
    """Anything but letters, digits and dashes is replaced, and then told apart by a hash."""
    at = utc(21, 7)
    assert edition_id("north", date(2026, 11, 21), at) == "2026-11-21.north.0700"
    named = {edition_id(region, date(2026, 11, 21), at) for region in ("São Paulo", "S-o Paulo", "北")}
    assert len(named) == 3
    assert all(name.isascii() and "@" not in name and " " not in name for name in named)


def test_a_time_zone_that_is_none_is_refused():
    """The sentence names it."""
    with pytest.raises(ValueError, match="Mars/Base"):
        DigestParams(home=HomeParams(timezone="Mars/Base"))
