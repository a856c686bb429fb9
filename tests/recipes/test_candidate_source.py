"""The recipe of docs/developing.md: a candidate source."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("A candidate source")


def test_it_touches_three_files_at_most() -> None:
    """A source is a file and its parameter."""
    assert len(RECIPE.files) <= 3, RECIPE.files


@pytest.mark.ml_test("data-6")
def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert "| `candidates.favourite_publishers` | `5` |" in printed
