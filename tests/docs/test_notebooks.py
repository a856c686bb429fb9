"""Each notebook runs from top to bottom, on the data that is committed with it. Outputs are not committed."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    """Its cells of a kind, in order."""
    return [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == kind]


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every code cell, one after the other in one process, in the notebook's own folder as Jupyter runs it."""
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)  # there is no screen
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(cells(notebook, "code"), 1):
        code = compile("".join(cell["source"]), f"{notebook.name}, code cell {number}", "exec")
        exec(code, names)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_without_outputs_and_says_what_it_is(notebook: Path) -> None:
    """What is shown is what the reader's own run gives."""
    assert [cell["outputs"] for cell in cells(notebook, "code") if cell["outputs"]] == []
    assert cells(notebook, "markdown")[0]["source"][0].startswith("# ")


def test_the_page_names_each() -> None:
    """docs/notebooks.md has a line for every file."""
    page = (FOLDER.parent / "docs" / "notebooks.md").read_text()
    assert [path.name for path in NOTEBOOKS if path.name not in page] == []
    assert len(NOTEBOOKS) == 4
