"""The API runs with the base dependencies only."""

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("pandas", "numpy", "sklearn", "airflow", "apache_beam", "psycopg2", "sqlalchemy", "feast")
#: Makes every module of the given names impossible to import, then starts the API far enough to describe itself.
_WITHOUT = """
import sys
hidden = set(sys.argv[1:])
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
import serving.__main__, frontpage.steps.serve
from frontpage.core.settings import Settings
from serving.app import create_app
app = create_app(Settings(database_url="postgresql://u:p@127.0.0.1:1/frontpage"))
assert app.openapi()["paths"]
print("\\n".join(sys.modules))
"""


def base_distributions() -> set[str]:
    """What an install without extras brings: the dependencies of pyproject.toml and theirs, names normalised."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found: set[str] = set()
    left = [Requirement(text) for text in project["dependencies"]]
    while left:
        requirement = left.pop()
        name = normal(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        left += [Requirement(text) for text in metadata.requires(name) or []]
    return found


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return name.lower().replace("_", "-").replace(".", "-")


def test_the_api_needs_only_base_dependencies():
    """With every other installed package hidden, the API still starts; it loads nothing of the pipeline."""
    base = base_distributions() | {"frontpage"}
    owners = metadata.packages_distributions()
    hidden = [name for name, of in owners.items() if not {normal(owner) for owner in of} & base]
    assert set(HEAVY) <= set(hidden)
    done = subprocess.run([sys.executable, "-c", _WITHOUT, *hidden], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.split())
    assert modules & {*HEAVY, "store.connect", "store.server", "store.lists.runs"} == set()
