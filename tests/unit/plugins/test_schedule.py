"""Which moment a run is about."""

from datetime import UTC, datetime, timedelta

import pytest

from frontpage.core.errors import BadInputError
from tests.support.workflows import use_own_airflow_home

use_own_airflow_home()

from plugins.schedule import last_tick, resolve_as_of, until_morning  # noqa: E402

HOURLY = "0 * * * *"


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of one day."""
    return datetime(2026, 3, 1, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "tick"),
    [(at(10, 23, 45), at(10)), (at(10), at(10)), (at(0, 0, 1), at(0)), (at(9, 59, 59), at(9))],
)
def test_last_tick_is_the_newest_at_or_before(moment, tick):
    """A tick itself is its own last tick."""
    assert last_tick(moment, HOURLY) == tick


def test_a_tick_of_every_quarter_hour():
    """The grid is whatever cron expression refreshes have."""
    assert last_tick(at(10, 44), "*/15 * * * *") == at(10, 30)


def test_a_scheduled_run_is_about_its_tick():
    """The logical date is taken as it is, on the refresh grid or not."""
    assert resolve_as_of(None, at(2, 30), at(2, 31, 7), HOURLY) == at(2, 30)


def test_a_manual_run_is_about_the_last_refresh_tick():
    """The moment it was asked for, floored; every retry of the run gets the same."""
    assert resolve_as_of(None, None, at(10, 23, 45), HOURLY) == at(10)


def test_what_was_asked_for_wins():
    """`as_of` of a manual run may be any moment, with or without an offset."""
    assert resolve_as_of("2026-03-01T09:17:00+02:00", at(10), at(10), HOURLY) == at(7, 17)
    assert resolve_as_of("2026-03-01T09:17", None, at(10), HOURLY) == at(9, 17)


def test_what_is_not_a_time_is_bad_input():
    """The sentence names what was given."""
    with pytest.raises(BadInputError, match="yesterday"):
        resolve_as_of("yesterday", None, at(10), HOURLY)


def test_a_new_installation_waits_for_its_next_tick():
    """No first run for a tick that was before the workflow existed, however recent it is."""
    from airflow.timetables.base import TimeRestriction
    from airflow.timetables.trigger import CronTriggerTimetable

    everyday = CronTriggerTimetable("30 2 * * *", timezone="UTC", run_immediately=timedelta(0))
    restriction = TimeRestriction(earliest=None, latest=None, catchup=False)
    info = everyday.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert info.run_after > datetime.now(UTC)


def test_ticks_that_were_missed_are_one_run():
    """After a week away there is one run, for the newest tick."""
    from airflow.timetables.base import DataInterval, TimeRestriction
    from airflow.timetables.trigger import CronTriggerTimetable
    from pendulum import instance

    week_ago = instance(last_tick(datetime.now(UTC) - timedelta(days=7), HOURLY))
    hourly = CronTriggerTimetable(HOURLY, timezone="UTC", run_immediately=timedelta(0))
    info = hourly.next_dagrun_info(
        last_automated_data_interval=DataInterval.exact(week_ago),
        restriction=TimeRestriction(earliest=None, latest=None, catchup=False),
    )
    assert info.run_after == last_tick(datetime.now(UTC), HOURLY)


def test_a_night_ends_with_the_first_morning():
    """Training begins at 02:30; seven o'clock comes to Lagos at six, UTC, in winter and in summer."""
    assert until_morning("retrain") == timedelta(hours=3, minutes=30)
