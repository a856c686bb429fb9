"""Starts a run of another workflow about the very moment of the run that starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

from frontpage.core.clock import iso
from plugins.step_operator import run_as_of

if TYPE_CHECKING:
    from airflow.sdk import Context


class SameMomentTrigger(TriggerDagRunOperator):
    """Asks for a run of `trigger_dag_id` with `as_of` of this run in its conf, never of a clock.

    The run has no logical date; its id is made of the moment, so that a repeat of this task asks for nothing new.
    """

    def __init__(self, *, task_id: str, trigger_dag_id: str, **kwargs: Any) -> None:
        super().__init__(
            task_id=task_id, trigger_dag_id=trigger_dag_id, logical_date=None, skip_when_already_exists=True, **kwargs
        )

    def execute(self, context: Context) -> None:
        """Ask for the run; it is not waited for."""
        as_of = iso(run_as_of(context))
        self.conf = {"as_of": as_of}
        self.trigger_run_id = f"{context['dag_run'].dag_id}__{as_of}"
        super().execute(context)
