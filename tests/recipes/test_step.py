"""The recipe of docs/developing.md: a step and its DAG task."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("A step and its DAG task")


def test_it_touches_three_files_at_most() -> None:
    """The step, its verb, its task."""
    assert len(RECIPE.files) <= 3, RECIPE.files


def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert "docs/reference/commands.md:## frontpage unlabelled" in printed
    assert "| `unlabelled` | validate |" in printed
