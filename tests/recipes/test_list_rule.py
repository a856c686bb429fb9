"""The recipe of docs/developing.md: a list rule."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("A list rule")


def test_it_touches_two_files_at_most() -> None:
    """A rule is a file and its parameter; the gate and the rule book find it."""
    assert len(RECIPE.files) <= 2, RECIPE.files


def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert "One article of yesterday stands" in printed
