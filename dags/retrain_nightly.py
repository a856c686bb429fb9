"""
### A new model from the newest reading

Freezes what was known at the tick as a snapshot, trains a candidate on it, and compares it with the champion and with
plain popularity. What would be served is then judged once, by slices of readers and publishers, on the hours that were
held back from all of this; only a version that passed both, and that this machine can make lists with, is released. The
next refresh serves the champion. Confirmed drift starts it too, between two nights; the reason stands in the event
that started the run, and in `frontpage runs show`.

**Reads** the sources of `FRONTPAGE_SOURCES`, the canonical tables, the features.
**Writes** a snapshot, a model version with its metrics and plots, and the champion alias if the candidate is accepted.

**Triage.** Red means that the old champion stays; readers notice nothing today, and stale recommendations after some
days. Every step may be run again: `train` resumes from its last checkpoint, and the same inputs give the same version.
`evaluate` and `accept` are green when they reject a candidate (the summary line says why); they are red only when they
could not compare. `release` red means that the version is not fit for this machine, and says what it lacks.
`train` skipped, with all that comes after it, means that there is nothing to learn from yet: no reads, or only those of
the last hours. `explain` red leaves the champion without its summary plot, `off_policy` red the night without its
report on places given by lot, nothing else. A run that goes on into the first region's morning is said to have missed
its deadline; `train` warns before, as soon as its pace tells.

Runbook: docs/runbook.md#retrain_nightly
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins import assets
from plugins.defaults import as_of_param, before_the_morning, illustrated, owner_links, task_defaults
from plugins.schedule import ticks_or
from plugins.step_operator import StepOperator

#: A refresh that falls into the hours of training comes first.
GIVE_WAY = 10

with DAG(
    dag_id="retrain_nightly",
    description="extract, validate, features, snapshot, train, evaluate, accept, release, explain",
    doc_md=illustrated(__doc__, "retrain_nightly"),
    schedule=ticks_or("retrain", assets.DRIFT),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=8),
    deadline=before_the_morning("retrain"),
    default_args=task_defaults(execution_timeout=timedelta(hours=2)),
    params=as_of_param(),
    owner_links=owner_links(),
    tags=["tier-2", "models"],
):
    extract = StepOperator(task_id="extract", niceness=GIVE_WAY, outlets=[assets.CANONICAL])
    validate = StepOperator(task_id="validate", niceness=GIVE_WAY)
    features = StepOperator(task_id="features", niceness=GIVE_WAY, outlets=[assets.FEATURES])
    snapshot = StepOperator(task_id="snapshot", niceness=GIVE_WAY, outlets=[assets.SNAPSHOT])
    train = StepOperator(task_id="train", niceness=GIVE_WAY, outlets=[assets.CANDIDATE])
    evaluate = StepOperator(task_id="evaluate", niceness=GIVE_WAY)
    accept = StepOperator(task_id="accept", niceness=GIVE_WAY)
    release = StepOperator(task_id="release", niceness=GIVE_WAY, outlets=[assets.CHAMPION])
    explain = StepOperator(task_id="explain", niceness=GIVE_WAY)
    off_policy = StepOperator(task_id="off_policy", verb="report off-policy", niceness=GIVE_WAY)

    extract >> validate >> features >> snapshot >> train >> evaluate >> accept >> release >> explain
    features >> off_policy
