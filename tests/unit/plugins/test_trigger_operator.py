"""A run that starts another one about its own moment."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import DagRunTriggerException

from plugins.trigger_operator import SameMomentTrigger


@pytest.mark.parametrize(
    ("asked", "expected"), [(None, "2026-03-01T10:00:00Z"), ("2026-02-01T09:30:00Z", "2026-02-01T09:30:00Z")]
)
def test_the_other_run_is_about_the_same_moment(asked, expected):
    """Scheduled or asked for: as_of in its conf and its name, no logical date, and none twice."""
    tick = datetime(2026, 3, 1, 10, tzinfo=UTC)
    run = SimpleNamespace(dag_id="refresh_hourly", run_type="scheduled", logical_date=tick, run_after=tick)
    task = SameMomentTrigger(task_id="first_training", trigger_dag_id="retrain_nightly")
    with pytest.raises(DagRunTriggerException) as caught:
        task.execute({"dag_run": run, "params": {"as_of": asked}, "ti": SimpleNamespace(xcom_push=lambda **_: None)})
    wanted = caught.value
    assert (wanted.trigger_dag_id, wanted.conf["as_of"], wanted.logical_date) == ("retrain_nightly", expected, None)
    assert wanted.dag_run_id == f"refresh_hourly__{expected}"
    assert wanted.skip_when_already_exists
