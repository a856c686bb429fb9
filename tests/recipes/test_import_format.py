"""The recipe of docs/developing.md: a format for import."""

from pathlib import Path

import pytest

from tests.support.recipes import recipe

pytestmark = pytest.mark.slow
RECIPE = recipe("A format for import")


def test_it_touches_two_files_at_most() -> None:
    """A format is a file; the command line names it."""
    assert len(RECIPE.files) <= 2, RECIPE.files


def test_it_works_as_it_stands_on_the_page(tmp_path: Path) -> None:
    """Its edits and its commands, in a scratch copy."""
    printed = RECIPE.follow(tmp_path)
    assert '"reader_id":"ann"' in printed
    assert '"bad_time": 1' in printed
    assert "clicklog |" in printed
