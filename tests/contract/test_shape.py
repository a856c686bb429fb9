"""The shape of the code stays what a newcomer can take in; `make shape` prints the figures."""

import pytest

from tests.support.shape import MAX_LINES, MAX_MODULES, Shape, measure


@pytest.fixture(scope="module")
def shape() -> Shape:
    """The working tree, measured once."""
    return measure()


def test_no_file_is_long(shape: Shape):
    """A file that outgrows MAX_LINES holds two subjects."""
    assert shape.long_files == {}, f"more than {MAX_LINES} lines"


def test_no_folder_is_crowded(shape: Shape):
    """A folder with more modules than MAX_MODULES has rooms inside it that want a name."""
    assert shape.crowded_folders == {}, f"more than {MAX_MODULES} modules"


def test_no_public_class_name_stands_twice(shape: Shape):
    """One noun, one class: whoever searches for it finds it."""
    assert shape.names_twice == {}


def test_modules_do_not_import_each_other_in_circles(shape: Shape):
    """A module can be read before those that use it."""
    assert shape.cycles == []


def test_functions_are_short(shape: Shape):
    """Half of them fit in 10 lines, nine of ten in 30."""
    assert shape.median_lines <= 10
    assert shape.p90_lines <= 30
