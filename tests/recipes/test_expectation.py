"""The recipe of docs/developing.md: a kind of expectation."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("A kind of expectation")


def test_it_touches_one_file() -> None:
    """An expectation is an entry in the module of its boundary."""
    assert len(RECIPE.files) <= 1, RECIPE.files


def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert "passed" in printed
