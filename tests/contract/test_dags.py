"""What every workflow keeps to, whoever writes the next one."""

import ast
import inspect
import re
from datetime import timedelta

import pytest
import typer

from tests.support.workflows import ROOT, dag_bag

FILES = sorted((ROOT / "dags").glob("*.py"))
TIERS = {"tier-1", "tier-2", "tier-3"}
WORKFLOWS = [
    "data_monthly", "digest_hourly", "purge_daily", "refresh_hourly", "retrain_nightly", "rollout_approval",
    "search_on_drift",
]  # fmt: skip
#: Those that only another workflow asks for.
ASKED_FOR = {"rollout_approval"}
#: Workflows that an asset's event may start, with the asset; the last one has no ticks.
ON_EVENTS = {
    "refresh_hourly": "arrivals", "retrain_nightly": "confirmed_drift", "search_on_drift": "helpless_trainings",
}  # fmt: skip


@pytest.fixture(params=WORKFLOWS)
def workflow(request):
    """Each workflow in turn."""
    return dag_bag().dags[request.param]


def test_the_workflows_are_these():
    """One file per workflow, named like it, and none that a test does not know."""
    assert sorted(dag_bag().dags) == WORKFLOWS
    assert sorted(dag_bag().dags) == [path.stem for path in FILES]


def test_all_files_are_read_without_errors():
    """A file that cannot be imported would vanish from the scheduler without a word."""
    assert dag_bag().import_errors == {}
    assert [stat.file for stat in dag_bag().dagbag_stats if stat.warning_num] == []


def test_reading_a_file_takes_less_than_two_seconds():
    """The DAG processor reads every file each half minute."""
    slow = {stat.file: stat.duration for stat in dag_bag().dagbag_stats if stat.duration > timedelta(seconds=2)}
    assert slow == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_only_wires(path):
    """At most 80 lines; imports only Airflow, our adapters and timedelta; reads no environment or Variable."""
    text = path.read_text()
    assert len(text.splitlines()) <= 80
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else name.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert {name.split(".")[0] for name in imported} <= {"airflow", "plugins", "datetime", "__future__"}
    assert re.search(r"environ|getenv|Variable|Connection", text) is None


def test_has_owner_tier_and_description(workflow):
    """Somebody to ask, how bad red is, and one line for the list."""
    assert {task.owner for task in workflow.tasks} == {"newsroom-ml"}
    assert len(TIERS & workflow.tags) == 1
    assert workflow.description


def test_the_owner_is_a_mail_to_whoever_gets_the_daily_report(monkeypatch):
    """A click on the owner's name; without an address there is no link."""
    from plugins.defaults import owner_links

    monkeypatch.setenv("FRONTPAGE_REPORT_TO", "desk@paper.example, ana@paper.example")
    assert owner_links() == {"newsroom-ml": "mailto:desk@paper.example"}
    monkeypatch.delenv("FRONTPAGE_REPORT_TO")
    assert owner_links() == {}
    assert all("owner_links=owner_links()" in path.read_text() for path in FILES)


def test_doc_says_what_it_does_and_what_red_means(workflow):
    """The page of a workflow opens with its purpose and tells a woken person what to do."""
    for word in ("**Reads**", "**Writes**", "**Triage.**", "Red means", f"docs/runbook.md#{workflow.dag_id}"):
        assert word in (workflow.doc_md or ""), word


def test_the_runbook_has_its_section(workflow):
    """The link in the doc leads somewhere."""
    assert f"## {workflow.dag_id}\n" in (ROOT / "docs" / "runbook.md").read_text()


def _ticks(workflow):
    """Its cron timetable, also where an event may start it too; None where only events do."""
    from airflow.sdk import CronTriggerTimetable

    timetable = getattr(workflow.timetable, "timetable", workflow.timetable)
    return timetable if isinstance(timetable, CronTriggerTimetable) else None


def test_is_on_cron_and_on_no_asset_but_those_whose_events_have_a_time(workflow):
    """Ticks wait for the next one; an event starts only what is named here, and has to say its moment."""
    ticks = _ticks(workflow)
    assert (ticks is None) == (workflow.dag_id in {"search_on_drift", *ASKED_FOR})
    assert ticks is None or ticks.run_immediately == timedelta(0)
    condition = getattr(workflow.timetable, "asset_condition", None)
    names = [asset.name for asset in getattr(condition, "objects", ())]
    assert names == [name for dag_id, name in ON_EVENTS.items() if dag_id == workflow.dag_id]


@pytest.mark.parametrize("extra", [{}, {"reason": "much is new"}, {"payload": {"reason": "much is new"}}])
def test_a_run_that_an_event_started_without_a_time_is_refused(extra):
    """Never about a clock: whoever says an event says its moment."""
    from frontpage.core.errors import BadInputError
    from plugins.step_operator import run_as_of

    with pytest.raises(BadInputError, match="an event without an as_of"):
        run_as_of(_started_by(extra))


def test_a_run_that_events_started_is_about_the_newest_of_their_moments():
    """Several that came while a run was under way are one run."""
    from frontpage.core.clock import iso
    from plugins.step_operator import run_as_of

    early, late = ({"payload": {"as_of": f"2026-03-01T10:0{n}:00Z", "reason": "r"}} for n in (1, 7))
    assert iso(run_as_of(_started_by(late, early))) == "2026-03-01T10:07:00Z"


def _started_by(*extras):
    from types import SimpleNamespace

    run = SimpleNamespace(run_type="asset_triggered", logical_date=None, run_after=None)
    events = {"asset": [SimpleNamespace(extra=extra) for extra in extras]}
    return {"dag_run": run, "params": {}, "triggering_asset_events": events}


def test_schedule_is_the_one_in_params(workflow):
    """One truth for the cadence: params.yaml."""
    from frontpage.core.params import load_params

    schedule = load_params(ROOT / "params.yaml").schedule
    expected = {
        "refresh_hourly": schedule.refresh,
        "retrain_nightly": schedule.retrain,
        "digest_hourly": schedule.digest,
        "purge_daily": schedule.purge,
        "data_monthly": schedule.data_report,
    }
    assert (ticks.expression if (ticks := _ticks(workflow)) else None) == expected.get(workflow.dag_id)


def test_does_not_catch_up_and_never_overlaps_itself(workflow):
    """Missed ticks do not pile up; `catchup` is written in the file, whatever the installation's default."""
    assert workflow.catchup is False
    assert "catchup=False" in (ROOT / "dags" / f"{workflow.dag_id}.py").read_text()
    assert workflow.max_active_runs == 1
    assert all(task.max_active_tis_per_dag == 1 for task in workflow.tasks)


def test_tasks_retry_with_growing_pauses_and_end_in_time(workflow):
    """A server that is away for a minute does not turn a run red; a hanging step does not hold a slot for ever."""
    for task in workflow.tasks:
        assert task.retries >= 1
        assert task.retry_exponential_backoff > 1
        assert task.max_retry_delay is not None
        assert timedelta(0) < task.execution_timeout <= workflow.dagrun_timeout
        assert task.on_failure_callback


def test_as_of_is_the_one_parameter(workflow):
    """A manual run may be about any moment."""
    assert list(workflow.params) == ["as_of"]
    assert workflow.params["as_of"] is None


def test_each_task_is_one_verb_of_the_command(workflow):
    """A task calls a verb that exists and takes `--as-of`."""
    from frontpage.cli.main import app

    for task in _steps(workflow):
        command = _command(app, task.verb)
        assert "--as-of" in {name for parameter in command.params for name in parameter.opts}


def test_verbs_are_called_with_all_they_require(workflow):
    """What a verb cannot do without, its task gives."""
    from frontpage.cli.main import app

    for task in _steps(workflow):
        command = _command(app, task.verb)
        needed = {parameter.opts[0] for parameter in command.params if parameter.required} - {"--as-of"}
        assert needed <= set(task.arguments), f"{task.verb} needs {needed}"


def test_nothing_is_published_before_the_gate():
    """`publish` is downstream of `gate`, which is downstream of `validate` and `score`."""
    tasks = dag_bag().dags["refresh_hourly"].task_dict
    assert "gate" in tasks["publish"].get_flat_relative_ids(upstream=True)
    assert {"validate", "score"} <= tasks["gate"].get_flat_relative_ids(upstream=True)


def test_reports_are_reviewed_before_lists_are_made_and_stop_none():
    """`score` is downstream of `review`, whose end is enough, green or red, and comes soon."""
    tasks = dag_bag().dags["refresh_hourly"].task_dict
    assert "review" in tasks["score"].get_flat_relative_ids(upstream=True)
    (after,) = tasks["review"].downstream_list
    assert (after.task_id, after.trigger_rule, after.upstream_task_ids) == ("extract", "all_done", {"review"})
    assert tasks["review"].execution_timeout <= timedelta(minutes=2)
    assert tasks["review"].retries == 1


def test_nothing_is_trained_on_data_that_were_not_checked():
    """`train` is downstream of `validate` and `snapshot`, `evaluate` of `train`; nothing is released unaccepted."""
    tasks = dag_bag().dags["retrain_nightly"].task_dict
    assert {"validate", "snapshot"} <= tasks["train"].get_flat_relative_ids(upstream=True)
    assert "train" in tasks["evaluate"].get_flat_relative_ids(upstream=True)
    assert {"evaluate", "accept"} <= tasks["release"].get_flat_relative_ids(upstream=True)


def test_a_run_that_a_task_starts_is_about_the_same_moment():
    """Never about a clock: it has no logical date, and its as_of is that of the run that asks for it."""
    from plugins.answer_operator import AnswerOperator
    from plugins.trigger_operator import SameMomentTrigger

    starters = [task for dag in dag_bag().dags.values() for task in dag.tasks if not hasattr(task, "verb")]
    answers = [task for task in starters if isinstance(task, AnswerOperator)]
    assert [task.asset.name for task in answers] == ["confirmed_drift", "helpless_trainings"]
    starters = [task for task in starters if hasattr(task, "trigger_dag_id")]
    assert {(task.dag_id, task.task_id) for task in starters} == {
        ("refresh_hourly", "first_training"), ("refresh_hourly", "ask"),
    }  # fmt: skip
    for task in starters:
        assert isinstance(task, SameMomentTrigger)
        assert task.logical_date is None
        assert task.trigger_dag_id in WORKFLOWS


def test_a_person_is_asked_and_either_answer_is_carried_out():
    """Approval goes on; a rejection skips that and takes back; the wait is bounded."""
    tasks = dag_bag().dags["rollout_approval"].task_dict
    assert tasks["decide"].response_timeout < tasks["decide"].dag.dagrun_timeout
    assert tasks["approve"].arguments[0] == "approve"
    assert (tasks["take_back"].arguments[0], tasks["take_back"].trigger_rule) == ("take-back", "all_skipped")


def _command(app, verb):
    """The command that a verb names, which may stand in a group."""
    found = typer.main.get_command(app)
    for word in verb.split():
        found = found.commands[word]
    return found


def _steps(workflow):
    """The tasks that are a verb; the others start another workflow, or ask a person."""
    return [task for task in workflow.tasks if hasattr(task, "verb")]


def test_a_refresh_comes_before_a_retrain():
    """Where slots are short the scheduler takes refresh first, and training gives way to it on the processor."""
    dags = dag_bag().dags
    lowest = min(task.priority_weight for task in dags["refresh_hourly"].tasks)
    assert lowest > max(task.priority_weight for task in dags["retrain_nightly"].tasks)
    assert all(task.niceness > 0 for task in dags["retrain_nightly"].tasks)
    assert all(
        task.niceness == 0 for task in _steps(dags["refresh_hourly"]) if task.task_id not in {"drift", "lineage"}
    )


def test_a_retrain_has_the_first_morning_as_its_deadline():
    """Somebody is told at breakfast time at the latest, not when the run's own limit of hours is over."""
    workflow = dag_bag().dags["retrain_nightly"]
    (alert,) = workflow.deadline
    assert alert.interval < workflow.dagrun_timeout
    assert alert.callback.path == "plugins.defaults.log_missed_deadline"


def test_the_reference_page_equals_the_files():
    """`make docs` writes docs/reference/dags.md; a changed workflow turns this red until it is written again."""
    from docs.generate_dags import PAGE, dags_page

    assert PAGE.read_text() == dags_page(dag_bag().dags)


def test_adapters_are_cheap_to_import():
    """The modules that DAG files import pull in no data library."""
    import plugins.assets
    import plugins.defaults
    import plugins.schedule
    import plugins.step_operator

    heavy = re.compile(
        r"^\s*(import|from) (pandas|numpy|apache_beam|feast|mlflow|great_expectations|sklearn|shap)", re.M
    )
    for module in (plugins.assets, plugins.defaults, plugins.schedule, plugins.step_operator):
        assert heavy.search(inspect.getsource(module)) is None
