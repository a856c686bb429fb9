"""What every workflow has in common: retries, limits, the failure line, and the `as_of` parameter."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from core.clock import iso
from core.errors import BadInputError
from plugins.step_operator import run_as_of

if TYPE_CHECKING:
    from airflow.sdk import Context

OWNER = "newsroom-ml"
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
