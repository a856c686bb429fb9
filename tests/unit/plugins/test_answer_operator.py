"""An event with its moment and its reason, where the step before asked for it; and events of new data."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from plugins import assets
from plugins.answer_operator import AnswerOperator
from plugins.arrivals_trigger import event_of

LINE = (
    "drift rows_in=3 rows_out=1 rejected=0 seconds=1.00 artifact=- found=1 confirmed=1 action={} reason=c is gone (0)"
)


def context(line):
    """A task's context after a `drift` that ended with a line."""
    tick = datetime(2026, 3, 1, 10, tzinfo=UTC)
    return {
        "dag_run": SimpleNamespace(run_type="scheduled", logical_date=tick, run_after=tick),
        "params": {"as_of": None},
        "ti": SimpleNamespace(xcom_pull=lambda task_ids: line),
        "outlet_events": {assets.DRIFT: SimpleNamespace(extra={})},
    }


def test_the_event_carries_moment_and_reason():
    """The moment of the run that found the drift, never a clock's."""
    task = AnswerOperator(task_id="retrain_on_drift", decided_by="drift", action="retrain", asset=assets.DRIFT)
    given = context(LINE.format("retrain"))
    task.execute(given)
    expected = {"as_of": "2026-03-01T10:00:00Z", "reason": "c is gone (0)", "kind": "drift"}
    assert given["outlet_events"][assets.DRIFT].extra == expected


@pytest.mark.parametrize("line", [LINE.format("none"), LINE.format("search"), "", None])
def test_without_a_decision_there_is_no_event(line):
    """The task is skipped, and an asset has no event of a skipped task."""
    task = AnswerOperator(task_id="retrain_on_drift", decided_by="drift", action="retrain", asset=assets.DRIFT)
    with pytest.raises(AirflowSkipException):
        task.execute(context(line))


def test_only_lines_with_a_moment_are_events():
    """Log lines of the verb, and what is broken, start nothing."""
    assert event_of('{"as_of": "2026-03-01T10:00:00Z", "reason": "r"}\n')["reason"] == "r"
    assert event_of('{"message": "arrivals rows_in=0"}') is None
    assert event_of('{"reason": "r"}') is None
    assert event_of("no JSON") is None
