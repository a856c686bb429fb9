"""Nothing ornamental: what each of the ten packages gives is made false, and lists change or a run goes red.

docs/reference/load-bearing.md prints the table of `tests/support/loads.py`; a row without a test here turns this red.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from frontpage.core.clock import iso
from frontpage.store.connect import Connection, connect, execute, fetch_one
from frontpage.store.lists.runs import table_of
from tests.support.databases import admin
from tests.support.installation import UNTIL, Installation
from tests.support.loads import LOADS, PAGE, table
from tests.support.zygote import Done

ROOT = Path(__file__).resolve().parents[2]
AS_OF = ("--as-of", iso(UNTIL))
#: Exit codes: bad input, a check that failed.
BAD_INPUT, CHECK_FAILED = 3, 4


@dataclass(frozen=True)
class World:
    """A tiny installation at two stages, each to be copied: `new` has features, `ready` a champion and its lists."""

    make: object

    def copy(self, stage: str, package: str | None = None) -> Installation:
        """An installation of its own; its commands get false answers from `package`."""
        return self.make(stage, package)


@pytest.fixture(scope="module")
def world(small_world, small_params, postgres, tmp_path_factory, zygote) -> Iterator[World]:
    """Built once; a test works on a copy of the database and of the home."""
    homes, names = tmp_path_factory.mktemp("homes"), []

    def copied(stage: str, package: str | None) -> Installation:
        name = f"load_bearing_{len(names)}"
        admin(postgres, f"create database {name} template {TEMPLATES[stage]}")
        names.append(name)
        if (homes / stage).is_dir():
            shutil.copytree(homes / stage, homes / name)
        made = Installation(postgres.url(name), homes / name, small_world, small_params, zygote)
        made.environment |= {"FALSIFIED": package} if package else {}
        return made

    def freeze(made: Installation, stage: str) -> None:
        shutil.copytree(made.environment["FRONTPAGE_HOME"], homes / stage)
        admin(postgres, f"create database {TEMPLATES[stage]} template {made.database.rpartition('/')[2].split('?')[0]}")

    building = copied("empty", None)
    for verb in ("extract", "validate", "features"):
        building.run(verb, *AS_OF)
    freeze(building, "new")
    for verb in ("train", "evaluate", "accept", "release", "score", "gate"):
        building.run(verb, *AS_OF)
    freeze(building, "ready")
    yield World(copied)
    for name in [*names, TEMPLATES["new"], TEMPLATES["ready"]]:
        admin(postgres, f"drop database if exists {name} with (force)")


TEMPLATES = {"empty": "template_frontpage", "new": "load_bearing_new", "ready": "load_bearing_ready"}


def lists(output: str) -> str:
    """The checksum of the lists that `score` says it made."""
    found = re.search(r"checksum=(\w+)", output)
    assert found, output
    return found[1]


def refused(done: Done, code: int, words: str) -> None:
    """The command ended in red, in these words."""
    assert done.returncode == code, done.output
    assert re.search(words, done.output), done.output


@pytest.fixture(scope="module")
def honest(world: World) -> str:
    """The lists that are made where nothing is false; a repeat makes the same."""
    made = world.copy("ready")
    first, again = (lists(made.run("score", *AS_OF)) for _ in range(2))
    assert first == again
    return first


def python(code: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> str:
    """What a Python process prints; the repository is on its path."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments], cwd=cwd, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


_ON_THE_WAY = ("extract", "validate", "features", "score", "gate", "publish")
_ORDER = """
from tests.support.workflows import dag_bag, use_own_airflow_home
use_own_airflow_home()
from tests.support.falsify import falsify_as_asked
falsify_as_asked()
tasks = dag_bag().dags["refresh_hourly"].topological_sort()
print("order", *[task.task_id for task in tasks])
"""


def order(**environment: str) -> list[str]:
    """The tasks that lists go through in a refresh, in the order in which Airflow would let them run."""
    said = python(_ORDER, **environment)
    (line,) = [line for line in said.splitlines() if line.startswith("order ")]
    return [task for task in line.split()[1:] if task in _ON_THE_WAY]


def apache_airflow(world: World, honest: str) -> None:
    """In Airflow's order a refresh ends in published lists; in the false one its first step is red."""
    made = world.copy("new")
    for verb in order():
        made.run(verb, *AS_OF)
    first = order(FALSIFIED="apache-airflow")[0]
    assert first == "publish"
    assert world.copy("new").attempt(first, *AS_OF).returncode not in (0, 1)


def apache_beam(world: World, honest: str) -> None:
    """A block that the pipeline loses is missed."""
    refused(world.copy("ready", "apache-beam").attempt("score", *AS_OF), CHECK_FAILED, "has 0 of|has 1 of")


def psycopg2_binary(world: World, honest: str) -> None:
    """A row that COPY loses is missed."""
    refused(world.copy("ready", "psycopg2-binary").attempt("score", *AS_OF), CHECK_FAILED, r"and \d+ of \d+ rows")


def feast(world: World, honest: str) -> None:
    """Another reader's features make other lists."""
    assert lists(world.copy("ready", "feast").run("score", *AS_OF)) != honest


def implicit(world: World, honest: str) -> None:
    """Another reader's factors make other lists."""
    assert lists(world.copy("ready", "implicit").run("score", *AS_OF)) != honest


def shap(world: World, honest: str) -> None:
    """Reasons that the library does not agree with are not served."""
    refused(world.copy("ready", "shap").attempt("score", *AS_OF), CHECK_FAILED, "differ from those of shap")


def scikit_learn(world: World, honest: str) -> None:
    """A model of other vectors makes other lists; the training of the same vectors makes the same ones."""
    made = world.copy("new", "scikit-learn")
    for verb in ("train", "evaluate", "accept", "release"):
        made.run(verb, *AS_OF)
    assert lists(made.run("score", *AS_OF)) != honest


def made_table(connection: Connection) -> str:
    """The newest run's own table: its lists are read there while they are not published."""
    newest = fetch_one(connection, "select max(run_id) as run_id from rec_run")
    assert newest is not None
    return table_of(newest["run_id"])


def great_expectations(world: World, honest: str) -> None:
    """Lists that lost most of their articles are refused; by a false verdict they pass."""
    for package, code in ((None, CHECK_FAILED), ("great-expectations", 0)):
        made = world.copy("ready", package)
        with connect(made.database) as connection:
            execute(connection, "update rec_run set state = 'built' where run_id = (select max(run_id) from rec_run)")
            execute(connection, f"delete from {made_table(connection)} where rank > 3")
        done = made.attempt("gate", *AS_OF)
        assert done.returncode == code, done.output


_PULL = """
import sys
from tests.support.falsify import falsify_as_asked
falsify_as_asked()
from dvc.cli import main
sys.exit(main(["pull", "--force", "--quiet", *sys.argv[1:]]))
"""


def dvc(world: World, honest: str) -> None:
    """A restored snapshot is what was pushed, or it is refused."""
    made = world.copy("ready")
    folder = Path(made.environment["FRONTPAGE_HOME"]) / "snapshots"
    one = folder / "one"
    made.run("snapshot", *AS_OF, "--out", str(one))
    for falsified in ("", "dvc"):
        shutil.rmtree(one)
        python(_PULL, "one.dvc", cwd=folder, FALSIFIED=falsified)
        done = made.attempt("features", *AS_OF, "--data", str(one))
        if falsified:
            refused(done, BAD_INPUT, r"reads\.parquet")
        else:
            assert done.returncode == 0, done.output


def neptune(world: World, honest: str) -> None:
    """What the record says of a version is what the version says of itself."""
    assert recorded(world.copy("ready")) == pytest.approx(1)
    made = world.copy("new", "neptune")
    made.run("train", *AS_OF)
    assert recorded(made) == pytest.approx(2)


def recorded(made: Installation) -> float:
    """The nDCG in Neptune's record of the newest version, over that of the version itself."""
    with connect(made.database) as connection:
        row = fetch_one(connection, "select version, metrics from model_version order by created_at desc limit 1")
    assert row is not None
    folder = Path(made.environment["FRONTPAGE_HOME"]) / "neptune" / row["version"]
    said = [json.loads(line)["obj"] for file in folder.rglob("data-*.log") for line in file.open()]
    values = {"/".join(each["path"]): each.get("value") for each in said if "path" in each}
    return float(values["metrics/train_ndcg_at_10"] / row["metrics"]["train_ndcg_at_10"])


PROOFS = {load.package: globals()[load.package.replace("-", "_")] for load in LOADS}


@pytest.mark.slow
@pytest.mark.parametrize("package", PROOFS)
def test_what_it_gives_is_seen_when_it_is_false(package: str, world: World, honest: str) -> None:
    """By name: see the function of each package."""
    PROOFS[package](world, honest)


def test_the_page_says_the_same() -> None:
    """docs/reference/load-bearing.md holds this table, and that of ten packages."""
    assert len(LOADS) == 10
    assert table() in PAGE.read_text()
