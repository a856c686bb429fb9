"""What a person sees of runs, and what ends the wait."""

import io
from datetime import UTC, datetime

import pytest

from core.errors import BadInputError, CheckFailedError, UnavailableError
from core.settings import Settings
from stack import show, watch
from stack.airflow_api import RunState
from stack.console import Console
from stack.layout import Layout, Ports, World
from stack.plan import PlannedRun
from stack.services import Stack
from stack.up import up

AS_OF = datetime(2026, 3, 1, 10, tzinfo=UTC)
PLANNED = [PlannedRun("refresh_hourly", AS_OF)]


class FakeAirflow:
    """Answers with one state after the other."""

    def __init__(self, *states: RunState) -> None:
        self.states = list(states)
        self.asked: list[str] = []

    def unpause(self, dag_id):
        self.asked.append(f"unpause {dag_id}")

    def ensure_run(self, dag_id, as_of):
        self.asked.append(f"run {dag_id} {as_of:%H:%M}")
        return "r1"

    def run_state(self, dag_id, run_id):
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def last_lines(self, dag_id, run_id, task_id, n):
        return ["before", f"{task_id}: exit code 4 (a check said no); frontpage: too few articles", "task_failed ..."]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    """Looks follow each other at once."""
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.0)


def shown(airflow: FakeAirflow, alive=lambda: None) -> list[str]:
    """The lines of a console that is no terminal, without their times."""
    stream = io.StringIO()
    watch.run_all(airflow, PLANNED, Console(stream), alive)
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
        "run 1 of 1: refresh_hourly as of 2026-03-01T10:00:00Z",
        "    extract       0 s  up for retry",
        "    extract       0 s  success",
        "    publish       0 s  success",
    ]
    assert airflow.asked == ["unpause refresh_hourly", "run refresh_hourly 10:00"]


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
    """A missing title falls back to the address; a model-less list says popularity."""
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
    assert list(show.list_lines(answer)) == [
        "Ten for reader r (run 7, model popularity):",
        "  1. Rain  [A]",
        "     new",
        "  2. http://a/2  []",
        "     no reason recorded",
    ]


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
