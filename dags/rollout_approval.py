"""
### A person decides about a changed recipe

Asked for by `refresh_hourly` when a step of a rollout is over and its guardrails cannot say whether it is good. Airflow
shows the question under Browse, Required Actions, and waits for days without a worker. Approve: the rollout goes on
to its next step. Reject: its readers have the champion's lists again. Meanwhile readers keep the lists they have.

**Reads** the rollout, and the answer with its reason.
**Writes** the state of the rollout, its trail, and the stage of its version.

**Triage.** Red means that the answer could not be carried out: most often somebody has moved the rollout by hand in the
meantime (exit code 3; its sentence says where it stands). Readers notice nothing. Running `approve` or `take_back`
again is safe. A question that comes back at once, with its first answer gone, met Airflow's scheduler still busy with
the asking: answer again. A run that nobody answers ends by itself after six days; `frontpage rollout approve --reason
"..."` does the same at any time.

Runbook: docs/runbook.md#rollout_approval
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins.decision_operator import DecisionOperator
from plugins.defaults import as_of_param, illustrated, owner_links, task_defaults
from plugins.step_operator import StepOperator

#: Why, and who said so.
ANSWER = "{{ ti.xcom_pull(task_ids='decide', key='answer') }}"

with DAG(
    dag_id="rollout_approval",
    description="approve a rollout that waits for a person, or take it back",
    doc_md=illustrated(__doc__, "rollout_approval"),
    schedule=None,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(days=7),
    default_args=task_defaults(execution_timeout=timedelta(minutes=30), priority_weight=8),
    params=as_of_param(),
    owner_links=owner_links(),
    tags=["tier-2", "models"],
):
    decide = DecisionOperator(
        task_id="decide",
        subject="A changed recipe waits: may it go on?",
        body="As of {{ params.as_of }}. `frontpage rollout status` shows its guardrails. Approve: the next, larger "
        "share of readers, or everybody. Reject: its readers have the champion's lists again.",
        response_timeout=timedelta(days=6),
    )
    approve = StepOperator(task_id="approve", verb="rollout", arguments=["approve", "--reason", ANSWER])
    take_back = StepOperator(
        task_id="take_back", verb="rollout", arguments=["take-back", "--reason", ANSWER], trigger_rule="all_skipped"
    )

    decide >> approve >> take_back
