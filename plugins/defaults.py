"""What every workflow has in common: retries, limits, the failure line, its page, and the `as_of` parameter."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param
from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from plugins.schedule import until_morning
from plugins.step_operator import run_as_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

OWNER = "newsroom-ml"
_REPORT_TO = "FRONTPAGE_REPORT_TO"
_log = logging.getLogger("frontpage.dags")


def log_failure(context: Context) -> None:
    """One line that says what failed, about which moment, and where its log is."""
    instance = context["ti"]
    try:
        as_of = iso(run_as_of(context))
    except BadInputError:
        as_of = "unreadable"
    _log.error(
        "task_failed dag=%s task=%s run=%s as_of=%s try=%s log=%s",
        instance.dag_id, instance.task_id, instance.run_id, as_of, instance.try_number, instance.log_url,
    )  # fmt: skip


def log_missed_deadline(context: Mapping[str, Any]) -> None:
    """One line that says which run goes on into the first morning."""
    run, deadline = context["dag_run"], context["deadline"]
    _log.error(
        "deadline_missed dag=%s run=%s state=%s deadline=%s",
        run["dag_id"], run["dag_run_id"], run["state"], deadline["deadline_time"],
    )  # fmt: skip


def before_the_morning(cadence: str) -> DeadlineAlert:
    """Told once where a run of the cadence has not succeeded when the first region's morning comes.

    It counts from when a run is asked for, which for a scheduled one is its tick: a manual run has no logical date.
    The line is in the scheduler's log; Airflow counts `deadline_alerts.deadline_missed`, and shows it with the run.
    """
    return DeadlineAlert(
        name="the first region's morning",
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=until_morning(cadence),
        callback=SyncCallback(log_missed_deadline),
    )


def task_defaults(*, execution_timeout: timedelta, priority_weight: int = 1) -> dict[str, Any]:
    """`default_args` of a workflow. A task never runs twice at once, so back-filled runs keep to a queue."""
    return {
        "owner": OWNER,
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 4.0,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": execution_timeout,
        "max_active_tis_per_dag": 1,
        "priority_weight": priority_weight,
        "weight_rule": "absolute",
        "on_failure_callback": log_failure,
    }


def owner_links() -> dict[str, str]:
    """Where a click on the owner leads: a mail to the first who gets the daily report; nowhere without one."""
    first = os.environ.get(_REPORT_TO, "").split(",")[0].strip()
    return {OWNER: f"mailto:{first}"} if first else {}


def illustrated(doc: str | None, dag_id: str) -> str:
    """A workflow's page with a picture of its tasks, which the desk serves; a click shows it in full size.

    Airflow shows no HTML and no `data:` addresses on these pages, and pictures at most 300 pixels wide. The address is
    relative, so that it holds wherever Airflow is mounted.
    """
    address = f"desk/static/workflows/{dag_id}.svg"
    return f"{doc or ''}\n[![Tasks of {dag_id}]({address})]({address})\n"


def as_of_param() -> dict[str, Param]:
    """The one parameter of a manual run."""
    return {
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="As of",
            description="The run sees only what was known at this moment (UTC). Empty: the last refresh tick.",
        )
    }
