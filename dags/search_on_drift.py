"""
### Other parameters where training does not help

Started by drift that two trainings in a row did not mend: tries parameters on a sample of readers, trains a candidate
with the best of them, and lets the gate decide as on any night.

**Reads** the canonical tables, the features.
**Writes** a file of trials below the home folder, a model version, and the champion alias if it is accepted.

**Triage.** Red means that the champion stays; readers notice nothing. Running it again is safe: the same moment gives
the same trials. A person should look at what has drifted: `frontpage runs show`, table `drift_finding`.

Runbook: docs/runbook.md#search_on_drift
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins import assets
from plugins.defaults import as_of_param, illustrated, owner_links, task_defaults
from plugins.step_operator import StepOperator

with DAG(
    dag_id="search_on_drift",
    description="parameters tried on a sample, the best recipe trained and judged",
    doc_md=illustrated(__doc__, "search_on_drift"),
    schedule=[assets.HELPLESS],
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=8),
    default_args=task_defaults(execution_timeout=timedelta(hours=4)),
    params=as_of_param(),
    owner_links=owner_links(),
    tags=["tier-3", "models"],
):
    retune = StepOperator(task_id="retune", niceness=10, outlets=[assets.CANDIDATE])
    evaluate = StepOperator(task_id="evaluate", niceness=10, outlets=[assets.CHAMPION])

    retune >> evaluate
