"""The folders are the architecture: import rules, names of our own, one environment."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TOP = PYPROJECT["tool"]["importlinter"]["root_packages"]
THE_TEN = (
    "apache-airflow", "apache-beam", "psycopg2-binary", "feast", "dvc", "scikit-learn", "implicit", "shap", "neptune",
    "great-expectations",
)  # fmt: skip


def locked() -> dict[str, str]:
    """Version of each distribution in the lock file."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), flags=re.M))


def test_imports_point_inwards():
    """The contracts of pyproject.toml hold, as `lint-imports` sees them."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_every_room_is_a_layer():
    """A room has a place in the import rules, is in the wheel, and says in a sentence what it is for."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "docs", "bench", "gates"}
    assert packages == set(TOP)
    shipped = {pattern.rstrip("*") for pattern in PYPROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert shipped == packages
    inside = {f"frontpage.{path.parent.name}" for path in ROOT.glob("frontpage/*/__init__.py")}
    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    assert {name.strip() for layer in layers for name in layer.split("|")} == inside | {"etl", "models", "serving"}
    for init in (*ROOT.glob("*/__init__.py"), *ROOT.glob("frontpage/*/__init__.py")):
        assert init.read_text().startswith('"""'), init


def test_no_distribution_takes_our_names():
    """No installed package provides a module named like one of our packages."""
    clashes = [
        f"{distribution.name} provides {top}"
        for distribution in distributions()
        if distribution.name != "frontpage"
        for top in (distribution.read_text("top_level.txt") or "").split()
        if top in {*TOP, "bench", "dags", "tests"}
    ]
    assert clashes == []


def test_the_ten_are_in_the_lock():
    """The user's ten packages are locked, at the versions this environment runs."""
    versions = locked()
    missing = [name for name in THE_TEN if name not in versions]
    assert missing == []


def test_pydantic_is_held_below_the_version_that_breaks_airflow():
    """With pydantic 2.14 every Airflow task dies with "needs a discriminator field"."""
    assert locked()["pydantic"].startswith("2.13.")
    assert locked()["apache-airflow"].startswith("3.3.")


def test_the_lock_names_no_index():
    """The lock file works with whatever index a machine is set up with."""
    assert "://" not in (ROOT / "requirements.lock").read_text()
