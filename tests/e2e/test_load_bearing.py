"""Nothing ornamental: with one of the ten packages unplugged, something a user sees fails, by name.

The same table is printed in docs/reference/load-bearing.md; a row that is not true any more turns this red.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from frontpage.core.clock import iso
from tests.support.databases import admin
from tests.support.installation import FRONTPAGE, UNTIL, Installation
from tests.support.unplug import without

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "load-bearing.md"
AS_OF = ("--as-of", iso(UNTIL))


@dataclass(frozen=True)
class Load:
    """What one package carries: the import name, the command that needs it, and what a user loses."""

    package: str
    module: str
    command: tuple[str, ...]
    loses: str


LOADS = (
    Load(
        "apache-airflow",
        "airflow",
        ("python", "dags/refresh_hourly.py"),
        "the schedules, retries and the operators' UI",
    ),
    Load("apache-beam", "apache_beam", ("extract", *AS_OF), "new articles, reads and readers"),
    Load("psycopg2-binary", "psycopg2", ("publish", *AS_OF), "every table: nothing can be read, written or published"),
    Load("feast", "feast", ("train", *AS_OF), "features as they stood at past moments, so training"),
    Load(
        "dvc", "dvc", ("snapshot", *AS_OF, "--out", "{home}/snapshots/one"), "versioned training data, and `dvc repro`"
    ),
    Load("scikit-learn", "sklearn", ("train", *AS_OF, "--no-resume"), "content vectors, so training"),
    Load("implicit", "implicit", ("train", *AS_OF, "--no-resume"), "collaborative factors, so training"),
    Load("shap", "shap", ("score", *AS_OF), "the reasons that stand with each recommendation, so new lists"),
    Load(
        "neptune",
        "neptune",
        ("train", *AS_OF, "--no-resume"),
        "the record of the run, so a version that may be promoted",
    ),
    Load(
        "great-expectations",
        "great_expectations",
        ("validate", *AS_OF),
        "the checks without which nothing is published",
    ),
)


@pytest.fixture(scope="module")
def trained(small_world, small_params, postgres, tmp_path_factory):
    """An installation with data, features, a champion and a list."""
    admin(postgres, "create database load_bearing template template_frontpage")
    world = Installation(postgres.url("load_bearing"), tmp_path_factory.mktemp("home"), small_world, small_params)
    for verb in ("extract", "validate", "features", "train", "evaluate", "score", "gate"):
        world.run(verb, *AS_OF)
    yield world
    admin(postgres, "drop database load_bearing with (force)")


def command(load: Load, world: Installation) -> list[str]:
    """The command line of a load."""
    words = [word.format(home=world.environment["FRONTPAGE_HOME"]) for word in load.command]
    return [str(Path(FRONTPAGE).parent / "python"), *words[1:]] if words[0] == "python" else [FRONTPAGE, *words]


@pytest.mark.slow
@pytest.mark.parametrize("load", LOADS, ids=lambda load: load.package)
def test_without_it_something_a_user_sees_fails(load, trained, tmp_path):
    """The command works; without the package it fails, and its words name the package."""
    whole = subprocess.run(command(load, trained), cwd=ROOT, env=trained.environment, capture_output=True, text=True)
    assert whole.returncode == 0, whole.stderr[-2000:]
    environment = without(load.module, trained.environment, tmp_path)
    done = subprocess.run(command(load, trained), cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert load.module in done.stdout + done.stderr


def test_the_page_says_the_same():
    """docs/reference/load-bearing.md is this table."""
    rows = [f"| {load.package} | `{' '.join(load.command[:1])}` | {load.loses} |" for load in LOADS]
    assert [row for row in rows if row not in PAGE.read_text()] == []
