"""The recipe of docs/developing.md: a feature with a new reader state."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("A feature with a new reader state")


def test_it_touches_five_files_at_most() -> None:
    """The shape, its name, the migration, the state's array, and the feature."""
    assert len(RECIPE.files) <= 5, RECIPE.files


def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert "passed" in printed
