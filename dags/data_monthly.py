"""
### What cleaning the data is worth, and where the model errs

Once a month: trains on a sample of readers with and without each rule on data (cleaning, duplicates, suspicious reads,
reading time), compares the lists by what was read next, and shows in which groups of readers, publishers and
categories most was missed, with examples.

**Reads** the canonical tables, the quarantine.
**Writes** a page and JSON below `reports/data` in the home folder.

**Triage.** Red means that this month has no report; readers notice nothing. Running it again is safe: the same moment
gives the same figures. It gives way to all other work; where it runs out of time or memory, lower
`data_report.readers`. Skipped means that the history is too short to hold hours back from a training.

Runbook: docs/runbook.md#data_monthly
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins.defaults import as_of_param, owner_links, task_defaults
from plugins.schedule import timetable
from plugins.step_operator import StepOperator

with DAG(
    dag_id="data_monthly",
    description="what rules on data are worth, and where the model errs most",
    doc_md=__doc__,
    schedule=timetable("data_report"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=8),
    default_args=task_defaults(execution_timeout=timedelta(hours=3)),
    params=as_of_param(),
    owner_links=owner_links(),
    tags=["tier-3", "models"],
):
    report_data = StepOperator(task_id="report_data", verb="report data", niceness=15)
