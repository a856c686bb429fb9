"""A recipe's whole way through real Airflow: trained, in shadow, a canary, taken back, rolled back, approved, champion.

`make test-lifecycle`; it prints how long each part took.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from frontpage.core.assignment import within
from frontpage.core.clock import iso
from frontpage.core.errors import UnavailableError
from frontpage.core.settings import Settings
from frontpage.lifecycle.mlflow_tracker import REGISTERED_MODEL
from frontpage.stack import processes, services
from frontpage.stack.airflow_api import NEEDED, AirflowApi, RunState
from frontpage.stack.console import Console
from frontpage.stack.environment import USER, airflow_secrets, verb_environment
from frontpage.stack.layout import ROOT, Layout, Ports
from frontpage.stack.plan import REFRESH, RETRAIN, WORKFLOWS
from frontpage.stack.services import Stack
from frontpage.stack.watch import Watch, wait_until_healthy
from frontpage.store import versions
from frontpage.store.connect import Connection, connect, execute, fetch_all, fetch_one
from frontpage.store.lifecycle import rollouts
from frontpage.store.server import database_url
from tests.support.installation import FRONTPAGE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
APPROVAL = "rollout_approval"
HOUR = timedelta(hours=1)
#: The newsroom's history ends here; each tick is about a later moment.
NIGHT = datetime(2026, 3, 4, 2, tzinfo=UTC)
#: Small models, one step of half the readers, and gates that tiny worlds pass.
SMALL = {
    "lists": {"max_list_age_hours": 0},
    "ranker": {"n_trees": 10, "n_cutoffs": 4, "max_cutoffs": 4, "max_readers_per_cutoff": 300, "min_child_samples": 20},
    "first_training": None,
    "als": {"factors": 8, "iterations": 3},
    "content": {"n_dimensions": 8},
    "evaluation": {"n_cutoffs": 2},
    "acceptance": {"n_cutoffs": 1, "cutoff_hours": 1.0, "min_ndcg": 0.0, "max_loss": 1.0, "max_slice_loss": 1.0},
    "gate": {"min_ratio_to_champion": 0.01, "min_ratio_to_popularity": 0.01},
    "quality": {"min_volume": 0.0, "low_volume": 0.0},
    "rollout": {
        "shares": [0.5], "shadow_hours": 0, "shadow_share": 0.5, "step_hours": 2, "min_readers": 20, "min_overlap": 0,
    },
}  # fmt: skip


@dataclass
class Product:
    """An installation that is driven through Airflow; `seconds` of each part, by name."""

    stack: Stack
    api: AirflowApi
    params: Path
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started
        print(f"{self.seconds[name]:6.1f} s  {name}", flush=True)

    @contextmanager
    def database(self) -> Iterator[Connection]:
        with connect(database_url(self.stack.settings)) as connection:
            yield connection

    def workflow(self, dag_id: str, as_of: datetime) -> RunState:
        """A run about a moment, to its end; every task succeeds or has nothing to do."""
        run_id = self.api.ensure_run(dag_id, as_of)
        state = self.until_over(dag_id, run_id)
        red = [task for task, result in state.tasks.items() if result not in ("success", "skipped")]
        logs = ["\n".join(self.api.last_lines(dag_id, run_id, task, 15)) for task in red]
        assert red == [], f"{dag_id} as of {iso(as_of)}: {red}\n" + "\n".join(logs)
        return state

    def until_over(self, dag_id: str, run_id: str, seconds: float = 1200) -> RunState:
        deadline = time.monotonic() + seconds
        while not (state := _patiently(lambda: self.api.run_state(dag_id, run_id))).is_over:
            assert time.monotonic() < deadline, f"{dag_id} {run_id} is still {state}"
            time.sleep(0.5)
        return state

    def verb(self, *arguments: str) -> str:
        """A verb as a person calls it."""
        env = {
            **verb_environment(self.stack.environ, self.stack.layout, self.stack.ports),
            "FRONTPAGE_ACTOR": "person:ana",
        }
        done = subprocess.run([FRONTPAGE, *arguments], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def change_recipe(self, alpha: float) -> None:
        """Another parameter that lists hang on."""
        written = yaml.safe_load(self.params.read_text())
        written["als"]["alpha"] = alpha
        self.params.write_text(yaml.safe_dump(written))

    def served(self) -> dict[str, dict]:
        """What is published, by variant."""
        with self.database() as connection:
            rows = fetch_all(
                connection,
                "select variant, run_id, as_of, model_version from published_run join rec_run using (run_id, variant)",
            )
        return {row["variant"]: row for row in rows}

    def trial(self) -> rollouts.Rollout:
        """The newest rollout."""
        with self.database() as connection:
            return rollouts.newest(connection)[0]

    def stage(self, version: str) -> str:
        with self.database() as connection:
            return versions.get(connection, version).stage


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """Airflow and an empty database over a small newsroom; gone without a trace afterwards."""
    home = Path(tempfile.mkdtemp(prefix="frontpage-lifecycle-"))
    home.chmod(0o755)
    params = home / "params.yaml"
    params.write_text(yaml.safe_dump(_merged(yaml.safe_load((ROOT / "params.yaml").read_text()), SMALL)))
    ports = Ports(*(processes.free_port(0) for _ in range(3)))
    environ = {**os.environ, "FRONTPAGE_PARAMS_FILE": str(params)}
    stack = Stack(Settings(home=home), Layout(home), ports, environ)
    services.start_database(stack)
    services.migrate_airflow(stack)
    children = services.start_airflow(stack, scheduled=False)
    try:
        api = AirflowApi(stack.airflow_url, USER, airflow_secrets(stack.layout).password)
        made = Product(stack, api, params)
        made.verb("simulate", "--readers", "300", "--days", "5", "--articles-per-day", "150", "--seed", "3",
                  "--until", iso(NIGHT + 12 * HOUR), "--out", str(stack.layout.newsroom))  # fmt: skip
        seen = Watch(api, Console(), lambda: processes.check(stack.layout, children), home)
        _patiently(lambda: wait_until_healthy(seen, [*WORKFLOWS, APPROVAL], NEEDED))
        for dag_id in (*WORKFLOWS, APPROVAL):
            api.unpause(dag_id)
        yield made
        print(json.dumps({name: round(seconds, 1) for name, seconds in made.seconds.items()}, indent=2))
    finally:
        services.take_down(stack.layout)
        shutil.rmtree(home)


def test_a_recipes_way_to_readers_and_back(product: Product) -> None:
    """Every part in one go, each asserted by what readers would be served."""
    with product.timed("the first version is trained, accepted and champion at once"):
        product.workflow(RETRAIN, NIGHT)
        with product.database() as connection:
            first = versions.champion(connection)
        assert first is not None

    with product.timed("a changed recipe is trained, accepted and in shadow"):
        product.change_recipe(5.0)
        product.workflow(RETRAIN, NIGHT + HOUR)
        trial = product.trial()
        assert (trial.state, product.stage(trial.version)) == ("shadow", "shadow")

    with product.timed("shadow: its lists are compared and served to nobody; it becomes a canary"):
        product.workflow(REFRESH, NIGHT + 2 * HOUR)
        assert set(product.served()) == {"champion"}
        assert (product.trial().state, product.trial().share) == ("canary", 0.5)

    with product.timed("canary: half of the readers have its lists"):
        product.workflow(REFRESH, NIGHT + 3 * HOUR)
        served = product.served()
        assert served["canary"]["model_version"] == trial.version
        assert served["champion"]["model_version"] == first.version

    with product.timed("planted breach: its readers' reads vanish; taken back by itself within one refresh"):
        _reads_vanish(product, NIGHT + 2 * HOUR, NIGHT + 4 * HOUR)
        product.workflow(REFRESH, NIGHT + 4 * HOUR)
        assert product.trial().state == "taken_back"
        assert product.stage(trial.version) == "rejected"
        assert set(product.served()) == {"champion"}

    with product.timed("list rollback, in seconds"):
        product.verb("rollback", "--reason", "the editors saw something")
        held = product.served()["champion"]
        assert held["as_of"] == NIGHT + 3 * HOUR

    with product.timed("the next version, of another recipe, is trained, accepted and in shadow"):
        product.change_recipe(60.0)
        product.workflow(RETRAIN, NIGHT + 5 * HOUR)
        second = product.trial()
        assert (second.state, second.version != trial.version) == ("shadow", True)

    with product.timed("the list rollback survives the next tick"):
        product.workflow(REFRESH, NIGHT + 6 * HOUR)
        assert product.served()["champion"] == held
        assert product.trial().state == "canary"

    with product.timed("its guardrails have no data: a person is asked"):
        state = product.workflow(REFRESH, NIGHT + 8 * HOUR)
        assert (state.tasks["waiting"], state.tasks["ask"]) == ("success", "success")
        assert product.trial().state == "waiting"

    with product.timed("approved in Airflow's Required Actions: champion, and the mirror says so"):
        _approve(product, NIGHT + 8 * HOUR)
        assert product.trial().state == "champion"
        assert product.stage(second.version) == "champion"
        assert _alias(product, "champion") == second.version
        with product.database() as connection:
            last = rollouts.events(connection, second.rollout_id)[-1]
        assert (last["action"], "in Airflow" in last["reason"]) == ("approve", True)
        assert last["actor"].startswith(f"airflow:{APPROVAL}/")

    with product.timed("the next tick serves it to everybody, and so ends the hold"):
        product.workflow(REFRESH, NIGHT + 9 * HOUR)
        served = product.served()
        assert set(served) == {"champion"}
        assert served["champion"]["model_version"] == second.version


def _reads_vanish(product: Product, since: datetime, until: datetime) -> None:
    """Every reader is served four lists in the period; only those outside the canary read on."""
    trial = product.trial()
    with product.database() as connection:
        keys = [row["reader_key"] for row in fetch_all(connection, "select reader_key from reader order by reader_key")]
        in_canary = set(within(trial.salt, keys, trial.share))
        article = fetch_one(connection, "select min(article_id) as article_id from article_version")
        assert article is not None
        step = (until - since) / 6
        for number in range(1, 5):
            at = since + number * step
            for key in keys:
                variant = "canary" if key in in_canary else "champion"
                execute(connection, _SERVED, [at, key, variant])
                if key not in in_canary:
                    read = [f"{key}-{number}", key, article["article_id"], at, at, 20 + key % 97 + number]
                    execute(connection, _READ, read)


_SERVED = (
    "insert into served_list (served_at, request_id, reader_key, run_id, variant, not_modified, n_items) "
    "values (%s, '-', %s, 0, %s, false, 10)"
)
_READ = (
    "insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, source, "
    "extract_id) values (%s, %s, %s, 'read', %s, %s, %s, 'planted', 0)"
)


def _approve(product: Product, as_of: datetime) -> None:
    """Answer the question as the page does, whenever it is asked, and wait until the answer is carried out.

    Airflow takes the end of the process that asked for a failure if its scheduler hears of it after the answer. The
    task is tried again then, and asks again: a person who answers within a second sees the question twice.
    """
    run_id = f"{REFRESH}__{iso(as_of)}"
    run = f"/api/v2/dags/{APPROVAL}/dagRuns/{quote(run_id, safe='')}"
    answer = {"chosen_options": ["Approve"], "params_input": {"reason": "few readers, good lists"}}
    deadline, asked = time.monotonic() + 300, False
    while not (state := _patiently(lambda: product.api.run_state(APPROVAL, run_id))).is_over:
        assert time.monotonic() < deadline, f"{APPROVAL} {run_id} is still {state}"
        was_asked, asked = asked, state.tasks.get("decide") == "awaiting_input"
        if asked and not was_asked:
            product.api._call("PATCH", f"{run}/taskInstances/decide/-1/hitlDetails", answer)
        time.sleep(2)
    assert (state.tasks["approve"], state.tasks["take_back"]) == ("success", "skipped"), product.api.last_lines(
        APPROVAL, run_id, "approve", 20
    )


def _alias(product: Product, alias: str) -> str:
    """The version that has an alias in MLflow's registry."""
    with connect(database_url(product.stack.settings, "mlflow")) as connection:
        row = fetch_one(
            connection,
            "select tag.value from registered_model_aliases held join model_version_tags tag "
            "on tag.name = held.name and tag.version = held.version and tag.key = 'frontpage.version' "
            "where held.name = %s and held.alias = %s", [REGISTERED_MODEL, alias],
        )  # fmt: skip
    assert row is not None
    return str(row["value"])


def _patiently(call: Callable[[], Any], times: int = 5) -> Any:
    """What a call gives, which is tried again where Airflow's API is too busy to answer."""
    for left in range(times - 1, -1, -1):
        try:
            return call()
        except UnavailableError:
            if not left:
                raise
    return None


def _merged(base: dict, over: dict) -> dict:
    made = dict(base)
    for name, value in over.items():
        is_section = isinstance(value, dict) and isinstance(base.get(name), dict)
        made[name] = _merged(base[name], value) if is_section else value
    return made
