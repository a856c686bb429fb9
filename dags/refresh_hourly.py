"""
### A new front page for every reader

Holds back what enough readers reported as misleading. Pulls what came in since the last tick, brings the features up to
date, scores every active reader and publishes the lists, each step as of the tick. Then a changed recipe on its way to
readers is judged: guardrails may take it back; where they cannot say, `rollout_approval` asks a person. Beside it the
lists of running experiments are made, lists that were shown are joined with what was read next, and published runs go
to the archive. As long as no model ranks the lists, it looks whether there are reads to learn from; once there are, and
at twice as many, it asks for `retrain_nightly` about the same moment, and the next refresh serves what was learned.

It also runs between two ticks when enough is new (`arrivals`), about the moment of that event. After publishing,
`drift` compares data and model with past weeks; what is confirmed starts a training, or a search. `lineage` tells what
ran as OpenLineage events.

**Reads** the sources of `FRONTPAGE_SOURCES`, the champion model, readers' reports.
**Writes** canonical tables, features, a run of lists (current once `publish` is green), `list_outcome`, the archive.

**Triage.** Red means that readers still see the last good lists, which grow stale by the hour. Every step may be run
again: clear the red task, and the result is that of one clean run. `review` red: nothing new is held back, all else
goes on. `extract` red: a source did not answer, or its rows do not balance. `validate` or `gate` red: the data or the
lists failed a check that the log and the Data Docs name; do not force them, mend the source and clear `extract`.
`learnable` and `first_training` are skipped where a model ranks already, or where there is nothing to learn from yet;
`retrain_on_drift` and `search_on_drift` where `drift`, in its log, does not ask for it. `rollout` red: the champion's
lists are out, the rollout stands still; `waiting` and `ask` are skipped unless one waits for a person. `arms`,
`outcomes` or `archive` red: only readers of an experiment notice, who keep older lists; the next run makes up for it.
`lineage` red: the next run tells what ran since. Missed ticks are skipped, not made up for; only the newest one counts.

Runbook: docs/runbook.md#refresh_hourly
"""

from datetime import timedelta

from airflow.sdk import DAG

from plugins import assets
from plugins.answer_operator import AnswerOperator
from plugins.defaults import as_of_param, illustrated, owner_links, task_defaults
from plugins.schedule import ticks_or
from plugins.step_operator import StepOperator
from plugins.trigger_operator import SameMomentTrigger

with DAG(
    dag_id="refresh_hourly",
    description="review, extract, validate, features, score, gate, publish; judge a rollout; arms, outcomes, archive",
    doc_md=illustrated(__doc__, "refresh_hourly"),
    schedule=ticks_or("refresh", assets.ARRIVALS),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args=task_defaults(execution_timeout=timedelta(minutes=30), priority_weight=10),
    params=as_of_param(),
    owner_links=owner_links(),
    tags=["tier-1", "readers"],
):
    review = StepOperator(task_id="review", verb="reports review", retries=1, execution_timeout=timedelta(minutes=2))
    extract = StepOperator(task_id="extract", outlets=[assets.CANONICAL], trigger_rule="all_done")
    validate = StepOperator(task_id="validate")
    features = StepOperator(task_id="features", outlets=[assets.FEATURES])
    score = StepOperator(task_id="score", outlets=[assets.CANDIDATE_LISTS])
    gate = StepOperator(task_id="gate")
    publish = StepOperator(task_id="publish", outlets=[assets.FRONT_PAGE])

    learnable = StepOperator(task_id="learnable", priority_weight=20)  # readers wait for it, not for the rest
    first_training = SameMomentTrigger(task_id="first_training", trigger_dag_id="retrain_nightly", priority_weight=20)
    rollout = StepOperator(task_id="rollout")
    waiting = StepOperator(task_id="waiting", verb="rollout", arguments=["waiting"])
    ask = SameMomentTrigger(task_id="ask", trigger_dag_id="rollout_approval")
    arms, outcomes, archive = (StepOperator(task_id=name) for name in ("arms", "outcomes", "archive"))
    drift = StepOperator(task_id="drift", niceness=10)
    lineage = StepOperator(task_id="lineage", verb="runs lineage", niceness=10)
    answers = [
        AnswerOperator(task_id="retrain_on_drift", decided_by="drift", action="retrain", asset=assets.DRIFT),
        AnswerOperator(task_id="search_on_drift", decided_by="drift", action="search", asset=assets.HELPLESS),
    ]

    review >> extract >> validate >> features >> score >> gate >> publish >> learnable >> first_training
    publish >> rollout >> waiting >> ask
    publish >> arms
    publish >> outcomes >> [archive, lineage]
    publish >> drift >> answers
