"""When a workflow runs, and which moment a run is about. Cheap to import: DAG files are parsed every half minute."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable
from croniter import croniter

from frontpage.core.clock import parse_as_of, to_utc
from frontpage.core.params import load_params
from frontpage.core.sections.digest import next_morning

#: The parameters that belong to these DAG files. Not read from the environment: the scheduler, the DAG processor and
#: the workers must agree on a schedule.
PARAMS_FILE = Path(__file__).resolve().parents[1] / "params.yaml"
_WINTER_AND_SUMMER = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


def cron(cadence: str) -> str:
    """The cron expression (UTC) of a cadence in params.yaml, e.g. of `refresh`."""
    return str(getattr(load_params(PARAMS_FILE).schedule, cadence))


def timetable(cadence: str) -> CronTriggerTimetable:
    """Runs at each tick of the cadence, with logical_date = the tick.

    A new installation waits for its next tick. `run_immediately=False` would not say that: Airflow 3.3 then still
    starts the last tick if it is less than a tenth of the cadence ago, which for a nightly run is 2.4 hours.
    """
    return CronTriggerTimetable(cron(cadence), timezone="UTC", run_immediately=timedelta(0))


def ticks_or(cadence: str, asset: Asset) -> AssetOrTimeSchedule:
    """Runs at each tick of the cadence, and when the asset has an event, which says the moment that it is about."""
    return AssetOrTimeSchedule(timetable=timetable(cadence), assets=[asset])


def until_morning(cadence: str) -> timedelta:
    """From a tick of the cadence to the first region's morning after it; where clocks change, the shorter one."""
    digest = load_params(PARAMS_FILE).digest
    ticks = [to_utc(croniter(cron(cadence), day).get_next(datetime)) for day in _WINTER_AND_SUMMER]
    return min(next_morning(tick, digest) - tick for tick in ticks)


def last_tick(moment: datetime, expression: str) -> datetime:
    """The last time the cron expression fired at or before `moment`, UTC."""
    just_after = to_utc(moment) + timedelta(microseconds=1)
    return to_utc(croniter(expression, just_after).get_prev(datetime))


def resolve_as_of(asked: str | None, tick: datetime | None, run_after: datetime, grid: str) -> datetime:
    """The moment a run is about: what was asked for, else its tick, else when it was started, floored to `grid`.

    asked: the `as_of` parameter of a manual run, ISO 8601.
    tick: logical_date of a scheduled or back-filled run; None for a manual run.
    run_after: when a manual run was asked for; the same for each task and retry of the run.
    grid: cron expression; the cadence of refreshes.
    Raises BadInputError where `asked` is not a time.
    """
    if asked:
        return parse_as_of(asked)
    return to_utc(tick) if tick is not None else last_tick(run_after, grid)
