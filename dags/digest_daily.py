"""
### The morning mail

Sends each reader who asked for it one mail with the top of their published list.

**Reads** the published lists and the contacts of opted-in readers.
**Writes** one digest edition and its deliveries; hands the mails to the SMTP server of `FRONTPAGE_SMTP_URL`.

**Triage.** Red means that some or all of today's mails have not gone out. Running it again is safe: an edition goes to
a reader once, so only the missing ones are sent. A red run whose log names the SMTP server retries by itself; clear
the task once the server answers again.

Runbook: docs/runbook.md#digest_daily
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins import assets
from plugins.defaults import as_of_param, task_defaults
from plugins.schedule import timetable
from plugins.step_operator import StepOperator

with DAG(
    dag_id="digest_daily",
    description="one mail per opted-in reader and edition",
    doc_md=__doc__,
    schedule=timetable("digest"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=4),
    default_args=task_defaults(execution_timeout=timedelta(hours=1), priority_weight=5),
    params=as_of_param(),
    tags=["tier-2", "mail"],
):
    digest = StepOperator(task_id="digest", outlets=[assets.DIGEST])
