"""Asks a person in Airflow's Required Actions, and keeps what they answered for the tasks that carry it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

#: Key under which the answer is kept: its reason and who gave it.
ANSWER = "answer"


class DecisionOperator(ApprovalOperator):
    """An ApprovalOperator with a field for the reason. A rejection leaves no result of its own, so it is kept apart."""

    def __init__(self, **kwargs: Any) -> None:
        # Airflow hands every operator the parameters of its workflow; the form shows those of the task.
        kwargs["params"] = {"reason": Param("", type="string", title="Reason", description="Kept in the trail.")}
        super().__init__(**kwargs)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """The answer, for `xcom_pull(task_ids=..., key='answer')`; then what an approval does."""
        if "error" not in event:
            context["ti"].xcom_push(key=ANSWER, value=answer_of(event))
        return super().execute_complete(context=context, event=event)


def answer_of(event: Mapping[str, Any]) -> str:
    """Reason and person in one line.

    >>> answer_of({"params_input": {"reason": "good lists"}, "responded_by_user": {"name": "ana"}})
    'good lists (ana, in Airflow)'
    """
    reason = (event.get("params_input") or {}).get("reason") or "no reason given"
    return f"{reason} ({(event.get('responded_by_user') or {}).get('name', 'somebody')}, in Airflow)"
