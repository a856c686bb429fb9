"""docs/developing.md and the tests that follow its recipes go together."""

import re

import pytest

from tests.support.recipes import PAGE, ROOT, edited, recipes


def test_every_recipe_is_followed_by_a_test():
    """One file of tests/recipes for each recipe, which names it."""
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "recipes").glob("test_*.py"))
    assert set(re.findall(r'= recipe\("(.+)"\)', tests)) == set(recipes())


def test_the_table_says_how_many_files_each_touches():
    """The page's first table has the recipes' own numbers, in the order of the page."""
    rows = re.findall(r"^\| \[(.+)\]\(#.+\) \| (\d+) \|", PAGE.read_text(), flags=re.M)
    assert rows == [(title, str(len(made.files))) for title, made in recipes().items()]


def test_an_edit_stands_where_it_is_said_to():
    """Lines that are not there, or twice, are an error: a recipe that has gone stale is noticed."""
    assert edited("a\nb\nc\n", " a\n-b\n+B\n...\n c\n+d\n") == "a\nB\nc\nd\n"
    with pytest.raises(ValueError, match="0 times"):
        edited("a\n", " b\n+c\n")
    with pytest.raises(ValueError, match="2 times"):
        edited("a\na\n", " a\n+c\n")
