"""What a person sees of runs, and what ends the wait."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, CheckFailedError, UnavailableError
from frontpage.core.progress import progress_file
from frontpage.core.settings import Settings
from frontpage.stack import console, show, watch
from frontpage.stack.airflow_api import RunState
from frontpage.stack.console import Console
from frontpage.stack.environment import mlflow_environment
from frontpage.stack.layout import Layout, Ports, World
from frontpage.stack.plan import PlannedRun
from frontpage.stack.services import Stack
from frontpage.stack.up import up
from frontpage.stack.watch import Watch

AS_OF = datetime(2026, 3, 1, 10, tzinfo=UTC)
PLANNED = [PlannedRun("refresh_hourly", AS_OF, "first edition")]


class FakeAirflow:
    """Answers with one state after the other."""

    def __init__(self, *states: RunState) -> None:
        self.states = list(states)
        self.asked: list[str] = []

    def unpause(self, dag_id):
        self.asked.append(f"unpause {dag_id}")

    def ensure_run(self, dag_id, as_of, purpose, asked_by):
        self.asked.append(f"run {dag_id} {as_of:%H:%M} {purpose}")
        return "r1"

    def run_state(self, dag_id, run_id):
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def last_lines(self, dag_id, run_id, task_id, n):
        return ["before", f"{task_id}: exit code 4 (a check said no); frontpage: too few articles", "task_failed ..."]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    """Looks follow each other at once."""
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.0)


def shown(airflow: FakeAirflow, alive=lambda: None, *, home=Path("/nowhere"), planned=PLANNED) -> list[str]:
    """The lines of a console that is no terminal, without their times."""
    stream = io.StringIO()
    watch.run_all(Watch(airflow, Console(stream), alive, home), planned)
    return [line[9:] for line in stream.getvalue().splitlines()]


def test_each_task_is_a_line_when_it_ends():
    """A run is asked for once, a paused workflow is woken; a retry is a line too."""
    airflow = FakeAirflow(
        RunState("queued", {"extract": "none", "publish": "none"}),
        RunState("running", {"extract": "running", "publish": "none"}),
        RunState("running", {"extract": "up_for_retry", "publish": "none"}),
        RunState("running", {"extract": "success", "publish": "running"}),
        RunState("success", {"extract": "success", "publish": "success"}),
    )
    assert shown(airflow) == [
        "first edition: refresh_hourly as of 2026-03-01T10:00:00Z",
        "    extract       0 s  up for retry",
        "    extract       0 s  success",
        "    publish       0 s  success",
    ]
    assert airflow.asked == ["unpause refresh_hourly", "run refresh_hourly 10:00 first edition"]


def test_nobody_waits_for_what_comes_after_the_task_that_counts():
    """Lists are published: what comes next may follow, or fail."""
    planned = [PlannedRun("refresh_hourly", AS_OF, until="publish")]
    airflow = FakeAirflow(
        RunState("running", {"publish": "running", "learnable": "none"}),
        RunState("running", {"publish": "success", "learnable": "running"}),
    )
    assert shown(airflow, planned=planned)[-1] == "    publish       0 s  success"
    failed = FakeAirflow(RunState("failed", {"publish": "success", "learnable": "failed"}))
    assert "    learnable" in shown(failed, planned=planned)[-1]
    with pytest.raises(CheckFailedError, match="publish failed"):
        shown(FakeAirflow(RunState("failed", {"publish": "failed"})), planned=planned)


def test_what_goes_on_is_said_in_the_words_of_the_verb(tmp_path, monkeypatch):
    """Off a terminal a line now and then; between two stages the task and its seconds."""
    monkeypatch.setattr(console, "STATUS_SECONDS", 0.0)
    running = RunState("running", {"extract": "success", "train": "running"})
    path = progress_file(tmp_path, "train")
    path.parent.mkdir()
    told = {"message": "train: cut-offs 12 of 34, 41 s, about 75 s left"}
    path.write_text(json.dumps({**told, "frontpage.progress.done": 12, "frontpage.progress.total": 34}))
    lines = shown(FakeAirflow(running, RunState("success", running.tasks | {"train": "success"})), home=tmp_path)
    assert "    refresh_hourly 1/2  train: cut-offs 12 of 34, 41 s, about 75 s left" in lines
    path.write_text(json.dumps({**told, "frontpage.progress.done": 34, "frontpage.progress.total": 34}))
    lines = shown(FakeAirflow(running, RunState("success", running.tasks | {"train": "success"})), home=tmp_path)
    assert "    refresh_hourly 1/2  train for 0 s" in lines


def test_a_console_that_is_no_terminal_says_what_goes_on_now_and_then(monkeypatch):
    """Not at each look, and not just after another line."""
    stream = io.StringIO()
    shown_on = Console(stream)
    shown_on.status("waiting")
    assert stream.getvalue() == ""
    monkeypatch.setattr(console, "STATUS_SECONDS", 0.0)
    shown_on.status("waiting")
    assert stream.getvalue().endswith("] " + "    waiting\n")


def test_a_failed_task_is_named_with_its_last_words():
    """The sentence of the verb, so that nobody has to open a log to know why."""
    with pytest.raises(CheckFailedError, match=r"refresh_hourly: gate failed; .*too few articles"):
        shown(FakeAirflow(RunState("failed", {"gate": "failed", "publish": "upstream_failed"})))


def test_the_wait_ends_where_a_part_has_died():
    """Without a scheduler nothing will ever happen."""

    def alive():
        raise UnavailableError("airflow-scheduler ended (out of memory)")

    with pytest.raises(UnavailableError, match="out of memory"):
        shown(FakeAirflow(RunState("queued", {"gate": "none"})), alive)


def test_a_list_is_shown_with_titles_and_reasons():
    """A missing title falls back to the address; lists that were made before there is a model say so."""
    item = {
        "rank": 1,
        "title": "Rain",
        "url": "http://a/1",
        "publisher": "A",
        "category": None,
        "reasons": [{"text": "new"}],
    }
    bare = {"rank": 2, "title": "", "url": "http://a/2", "publisher": None, "category": None, "reasons": []}
    answer = {"reader_id": "r", "run_id": 7, "model_version": None, "items": [item, bare]}
    assert list(show.list_lines(answer, is_by_rule=True)) == [
        "First edition, by the rule 'read most lately'; personal lists follow after the first training.",
        "Ten for reader r (run 7):",
        "  1. Rain  [A]",
        "     new",
        "  2. http://a/2  []",
        "     no reason recorded",
    ]


def test_a_list_says_what_made_it():
    """A model, or a rule that the gate found no model better than."""
    answer = {"reader_id": "r", "run_id": 8, "model_version": "v1", "items": []}
    assert next(show.list_lines(answer, is_by_rule=False)) == "Personal edition, by the model v1."
    assert next(show.list_lines(answer, is_by_rule=True)) == (
        "Edition by the rule 'read most lately': the gate found no model better, v1 included."
    )


def test_all_addresses_are_shown():
    """Each with what one needs to get in."""
    where = show.Addresses("http://a", "http://b", "secret", "http://c", "/d/index.html")
    assert list(where.lines()) == [
        "API       http://a/   lists http://a/v1/readers/READER/recommendations   try it http://a/docs",
        "Airflow   http://b   user admin   password secret",
        "Desk      http://b/desk/   the same user; what is served, to whom, and why",
        "Paper     http://a/newspaper   be a reader",
        "MLflow    http://c",
        "Mail      /d/index.html",
        "Ctrl-C or `make stop` ends everything; the data stays.",
    ]


def test_mlflow_is_asked_for_without_secrets_in_its_command(tmp_path):
    """The database's password is in the environment; a server of one's own is shown and none is started."""
    layout = Layout(tmp_path)
    assert mlflow_environment(layout, "postgresql://u:p@127.0.0.1:5432/mlflow") == {
        "MLFLOW_BACKEND_STORE_URI": "postgresql+psycopg2://u:p@127.0.0.1:5432/mlflow",
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": f"file://{tmp_path}/mlflow",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    here = Stack(Settings(home=tmp_path), layout, Ports(mlflow=5001), {})
    assert (here.has_own_mlflow, here.mlflow_page) == (True, "http://127.0.0.1:5001")
    elsewhere = Stack(Settings(home=tmp_path, mlflow_url="https://mlflow.example"), layout, Ports(), {})
    assert (elsewhere.has_own_mlflow, elsewhere.mlflow_page) == (False, "https://mlflow.example")


def test_a_key_is_shown_where_the_api_asks_for_one():
    """The first that is given in clear."""
    assert (
        show.api_client("http://a", f"sha256:{'0' * 64}, a-key-in-clear-of-some-length")
        .headers["x-api-key"]
        .startswith("a-key")
    )
    assert "x-api-key" not in show.api_client("http://a").headers


def test_it_is_not_for_production(tmp_path):
    """Generated log-ins and an embedded server have no place there."""
    settings = Settings(env="production", home=tmp_path, pseudonym_secret="a-long-secret-of-my-own-0123456789")
    stack = Stack(settings, Layout(tmp_path), Ports(), {})
    with pytest.raises(BadInputError, match="FRONTPAGE_ENV=production"):
        up(stack, World(), Console(io.StringIO()), AS_OF)
