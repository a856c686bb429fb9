"""Diagrams equal the code that they are drawn from; `make docs` draws them again."""

import xml.etree.ElementTree as ET

import pytest

from docs.generate_diagrams import FOLDER, SERVED, activities, diagrams, rollout
from tests.support.workflows import dag_bag

pytestmark = pytest.mark.slow


def test_diagrams_equal_the_code():
    """A room, a state or a task more turns this red."""
    drawn = diagrams(dag_bag().dags)
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(drawn)
    assert {name: (FOLDER / name).read_text() for name in drawn} == drawn


def test_the_pictures_on_airflows_pages_are_the_same():
    """The desk serves one for each workflow, drawn from its tasks."""
    assert {path.stem: path.read_text() for path in SERVED.iterdir()} == activities(dag_bag().dags)


def test_they_are_pictures_with_a_title():
    """Well-formed, and said in words to whoever does not see them."""
    for path in FOLDER.iterdir():
        root = ET.fromstring(path.read_text())
        assert root.tag.endswith("svg")
        assert root.attrib["aria-label"]


def test_a_rollout_can_be_taken_back_from_each_open_state():
    """Three arrows lead there, whatever else is drawn."""
    assert rollout().count("one fails") == 3
