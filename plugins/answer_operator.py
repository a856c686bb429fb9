"""Says an asset's event where the step before decided so; the event carries the moment and the reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from frontpage.core.clock import iso
from plugins.step_operator import run_as_of

if TYPE_CHECKING:
    from airflow.sdk import Context

_ACTION, _REASON = re.compile(r" action=(\w+)"), re.compile(r" reason=(.*)$")


class AnswerOperator(BaseOperator):
    """An event of `asset` if the summary line of the task `decided_by` says `action=ACTION`; else it is skipped."""

    ui_color = "#f7efe0"

    def __init__(self, *, task_id: str, decided_by: str, action: str, asset: Asset, **kwargs: Any) -> None:
        super().__init__(task_id=task_id, outlets=[asset], **kwargs)
        self.decided_by = decided_by
        self.action = action
        self.asset = asset

    def execute(self, context: Context) -> str:
        """The reason."""
        line = context["ti"].xcom_pull(task_ids=self.decided_by) or ""
        decided, reason = _ACTION.search(line), _REASON.search(line)
        if decided is None or decided[1] != self.action:
            raise AirflowSkipException(f"{self.decided_by} asks for nothing like it: {line}")
        said = reason[1] if reason else ""
        as_of = iso(run_as_of(context))
        context["outlet_events"][self.asset].extra = {"as_of": as_of, "reason": said, "kind": "drift"}
        self.log.info("%s as of %s because of %s", self.action, as_of, said)
        return said
