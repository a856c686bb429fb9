"""The recipe of docs/developing.md: an endpoint."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("An endpoint")


def test_it_touches_four_files_at_most() -> None:
    """Route and schema, query, SQL, and a line in the application."""
    assert len(RECIPE.files) <= 4, RECIPE.files


def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert "passed" in printed
