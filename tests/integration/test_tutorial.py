"""The first hour, followed: every command of the page between `make run` and `make stop` does what it says."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from frontpage.cli.main import app
from frontpage.core.clock import iso
from frontpage.core.settings import Settings
from frontpage.steps import refresh
from frontpage.store.connect import connect, fetch_one
from frontpage.store.server import Server
from tests.unit.models.newsroom_world import PARAMS
from tests.unit.models.worlds import NOW

from .released import LATER, filled, release_version
from .serving_client import running

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(), re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]
#: What the tests of `make run` follow, and the shell itself.
ELSEWHERE = ("make ", "export ")
_LISTED = """select r.reader_id, l.article_id from recommendation l join reader r using (reader_key)
join published_run p on p.run_id = l.run_id order by r.reader_key, l.rank limit 1"""


@pytest.fixture(scope="module")
def hour(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, dict[str, str]]]:
    """An installation with two editions by a model, as `make run` leaves one; and the page's variables."""
    with filled(postgres, tmp_path_factory.mktemp("home"), "tutorial") as made:
        release_version(made)
        for as_of in (NOW, LATER):
            refresh.run(made, PARAMS, as_of)
        with connect(made.database_url) as connection:
            row = fetch_one(connection, _LISTED)
        yield made.model_copy(update={"clock": iso(LATER)}), {"READER": row["reader_id"], "ARTICLE": row["article_id"]}


async def test_the_api_answers_as_the_page_asks(hour: tuple[Settings, dict[str, str]]) -> None:
    """Ten articles with reasons in words."""
    settings, variables = hour
    (line,) = (line for line in LINES if line.startswith("curl "))
    in_url = {name: quote(value, safe="") for name, value in variables.items()}
    url = _filled_in(line.split()[-1], in_url).removeprefix("http://127.0.0.1:8000")
    async with running(settings) as client:
        items = (await client.get(url)).json()["items"]
    assert len(items) == 10
    assert all(item["reasons"] for item in items)


def test_each_command_does_what_the_page_says(
    hour: tuple[Settings, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One after the other, as somebody types them; all end well, and leave what they announce."""
    settings, variables = hour
    monkeypatch.chdir(tmp_path)
    environment = {
        "FRONTPAGE_DATABASE_URL": settings.database_url, "FRONTPAGE_HOME": str(settings.home),
        "FRONTPAGE_MLFLOW_URL": settings.mlflow_url, "FRONTPAGE_CLOCK": settings.clock,
        "FRONTPAGE_PARAMS_FILE": str(ROOT / "params.yaml"), "FRONTPAGE_ACTOR": "person:ana",
    }  # fmt: skip
    said = {}
    for line in (line for line in LINES if line.startswith("frontpage ")):
        done = CliRunner().invoke(app, [_filled_in(word, variables) for word in shlex.split(line)[1:]], env=environment)
        assert done.exit_code == 0, (line, done.output, done.exception)
        said[line] = done.output
    assert (tmp_path / "why.html").read_text().startswith("<!")
    assert "the newest lists look odd" in said["frontpage audit list"]
    assert "the source withdrew it" in said["frontpage audit list"]


def test_nothing_else_is_asked_of_a_reader_of_the_page() -> None:
    """Each line is one of those above, or one that another test follows."""
    known = (*ELSEWHERE, "curl ", "frontpage ")
    assert [line for line in LINES if not line.startswith(known)] == []
    assert [line for line in LINES if line.startswith("make ")] == ["make run", "make stop"]


def _filled_in(line: str, variables: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda found: variables[found[1]], line)
