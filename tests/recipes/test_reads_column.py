"""The recipe of docs/developing.md: a column on reads."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("A column on reads")


def test_it_touches_five_files_at_most() -> None:
    """The shape, its name, the migration, and the two statements that write and read the table."""
    assert len(RECIPE.files) <= 5, RECIPE.files


def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert "scrolled_share" in printed
