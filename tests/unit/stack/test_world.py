"""What an installation is filled with."""

import io
import json
from datetime import UTC, datetime

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings
from frontpage.stack import world
from frontpage.stack.console import Console
from frontpage.stack.environment import airflow_environment, airflow_secrets, verb_environment
from frontpage.stack.layout import Layout, Ports, World
from frontpage.stack.services import Stack


def test_a_data_set_needs_a_format(tmp_path):
    """The sentence says what to add."""
    with pytest.raises(BadInputError, match="FORMAT=deskdrop"):
        World(data=str(tmp_path))


def test_a_data_set_must_be_there():
    """The sentence names the path."""
    with pytest.raises(BadInputError, match="DATA=/no/such/folder does not exist"):
        World(data="/no/such/folder", format_name="deskdrop")


def test_one_home_holds_one_world(tmp_path):
    """The same world goes on; another one is refused, with a way out."""
    layout, small = Layout(tmp_path), World(readers=200, days=3, articles_per_day=50)
    world.refuse_other_world(layout, small)
    layout.world.write_text(json.dumps({"world": small.identity, "label": small.label, "end": ""}))
    world.refuse_other_world(layout, small)
    with pytest.raises(BadInputError, match=r"holds a simulated newsroom of 200 readers.*FRONTPAGE_HOME"):
        world.refuse_other_world(layout, World())


def test_live_sources_may_change_and_are_not_written_down(tmp_path):
    """They may hold a password, and a feed more is no other world; a simulated newsroom is one."""
    layout, live = Layout(tmp_path), World(sources="sql+postgresql://u:geheim@h/db?kind=reads&query_file=q.sql")
    stack = Stack(Settings(home=tmp_path), layout, Ports(), {}, live.sources)
    assert world.begin(stack, live, datetime(2026, 3, 1, tzinfo=UTC)) is None
    assert "geheim" not in layout.world.read_text()
    world.refuse_other_world(layout, World(sources="feed+https://paper.example/rss"))
    with pytest.raises(BadInputError, match="holds data of live sources, not a simulated newsroom"):
        world.refuse_other_world(layout, World())
    with pytest.raises(BadInputError, match="exclude each other"):
        World(data=str(tmp_path), format_name="deskdrop", sources="feed+https://paper.example/rss")


def test_what_verbs_pull_is_said_by_the_environment(tmp_path):
    """Live sources as they were given; else the newsroom below the home."""
    layout = Layout(tmp_path)
    assert verb_environment({}, layout, Ports())["FRONTPAGE_SOURCES"] == str(layout.newsroom)
    assert (
        verb_environment({}, layout, Ports(), sources="feed+http://h/a,b")["FRONTPAGE_SOURCES"] == "feed+http://h/a,b"
    )


def test_secrets_are_made_once_and_kept_private(tmp_path):
    """The second start has the same log-in; nobody else on the machine can read it."""
    layout = Layout(tmp_path)
    assert airflow_secrets(layout) == airflow_secrets(layout)
    assert airflow_secrets(layout) != airflow_secrets(Layout(tmp_path / "another"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in layout.airflow.iterdir()}
    assert modes == {"secrets.json": 0o600, "passwords.json": 0o600}


def test_airflow_listens_on_loopback_only_and_without_examples(tmp_path):
    """What the printed log-in protects is not open to the network either."""
    env = airflow_environment(Layout(tmp_path), Ports(), "postgresql://u:p@127.0.0.1:1/airflow", scheduled=True)
    assert env["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert env["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql+psycopg2://")
    assert env["AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE"] == "True"


def test_historic_data_have_no_schedule_and_a_clock_that_stands(tmp_path):
    """No tick of today runs on data of long ago, and API and digest think it is then."""
    layout = Layout(tmp_path)
    env = airflow_environment(layout, Ports(), "postgresql://u:p@127.0.0.1:1/airflow", scheduled=False)
    assert env["AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE"] == "False"
    assert verb_environment({}, layout, Ports(), "2017-02-28T19:41:00Z")["FRONTPAGE_CLOCK"] == "2017-02-28T19:41:00Z"
    assert "FRONTPAGE_CLOCK" not in verb_environment({}, layout, Ports())


def test_a_console_that_is_no_terminal_gets_lines_only():
    """Moving lines would fill a log file."""
    stream = io.StringIO()
    console = Console(stream)
    console.status("waiting")
    console.say("up")
    assert stream.getvalue() == "[   0 s] up\n"
