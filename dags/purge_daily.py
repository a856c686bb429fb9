"""
### The day's figures, and what is kept only for a while

Once a day: counts the business figures of the days that have ended, and writes their page; then deletes the rows of
logs, inboxes and past features that are older than `retention` in params.yaml allows.

**Reads** reads, served lists, executions.
**Writes** `business_day`, `business_cost`, a page below the home folder; deletes rows of `served_list`, `list_outcome`,
`link_click`, `event_inbox`, `catalogue_row`, `catalogue_batch`, `digest_report_inbox`, `quarantine`, `digest_report`,
`digest_delivery` and `execution`, in
batches, of the states in schema `feast`, and runs of the archive.

**Triage.** Red means that old rows stay for another day; readers notice nothing. Running it again is safe. Privacy
rules may set a limit: after three red days find out why. A run that deletes events (`event_inbox` in its summary line)
says that no extract has taken the API's inbox over for as long: look at `refresh_hourly`. `report_business` red:
yesterday's figures are missing, and made up for by the next run.

Runbook: docs/runbook.md#purge_daily
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins.defaults import as_of_param, illustrated, owner_links, task_defaults
from plugins.schedule import timetable
from plugins.step_operator import StepOperator

with DAG(
    dag_id="purge_daily",
    description="delete what is older than it may be kept",
    doc_md=illustrated(__doc__, "purge_daily"),
    schedule=timetable("purge"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=4),
    default_args=task_defaults(execution_timeout=timedelta(hours=1)),
    params=as_of_param(),
    owner_links=owner_links(),
    tags=["tier-3", "data"],
):
    report_business = StepOperator(task_id="report_business", verb="report business", niceness=10)
    purge = StepOperator(task_id="purge", niceness=10, trigger_rule="all_done")

    report_business >> purge
