"""What `frontpage bench` can be asked for."""

from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps.bench import NAMES, run

ROOT = Path(__file__).parents[3]


def test_every_name_is_a_module_that_writes_figures() -> None:
    """Each takes `--json`, by itself or by the parser that benches of a world share."""
    for name in NAMES:
        text = (ROOT / "bench" / f"{name}.py").read_text()
        assert '"--json"' in text or "parser_of" in text or "sampled" in text, name


def test_the_help_names_them_all() -> None:
    """The page of commands is written from the help."""
    told = (ROOT / "docs" / "reference" / "commands.md").read_text()
    assert f"{', '.join(NAMES[:-1])} or {NAMES[-1]}." in told


def test_another_name_is_refused_with_those_there_are(tmp_path: Path) -> None:
    """Modules that only help the benches measure nothing."""
    with pytest.raises(BadInputError, match="choose one of cluster, day"):
        run(Settings(), Params(), "meter", None, tmp_path / "figures.json")
