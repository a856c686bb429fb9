"""The first morning after a moment, by hand."""

from datetime import UTC, datetime

from frontpage.core.sections.digest import DigestParams, HomeParams, next_morning

NIGHT = datetime(2026, 1, 20, 2, 30, tzinfo=UTC)


def test_the_first_of_all_regions():
    """Seven o'clock comes to Lagos at six (UTC), to readers of no region at seven, to New York and Bogota at noon."""
    assert next_morning(NIGHT, DigestParams()) == datetime(2026, 1, 20, 6, tzinfo=UTC)


def test_a_morning_that_has_begun_is_over():
    """At six the next one is that of readers of no region; after noon, tomorrow's."""
    params = DigestParams()
    assert next_morning(datetime(2026, 1, 20, 6, tzinfo=UTC), params) == datetime(2026, 1, 20, 7, tzinfo=UTC)
    assert next_morning(datetime(2026, 1, 20, 12, tzinfo=UTC), params) == datetime(2026, 1, 21, 6, tzinfo=UTC)


def test_clocks_that_change():
    """New York's seven o'clock is eleven in summer, when no other region is named; the home's seven comes before."""
    params = DigestParams(regions={}, home=HomeParams(timezone="America/New_York"))
    assert next_morning(NIGHT, params) == datetime(2026, 1, 20, 12, tzinfo=UTC)
    assert next_morning(datetime(2026, 7, 1, 2, 30, tzinfo=UTC), params) == datetime(2026, 7, 1, 11, tzinfo=UTC)
