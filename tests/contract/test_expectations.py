"""The declared expectations and their page agree, and agree with the shapes in core."""

from pathlib import Path

import pytest

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS, READ_COLUMNS
from frontpage.core.sections.data import QualityParams
from frontpage.quality.declare import Boundary, Part, statement
from frontpage.quality.reference import PATH, page
from frontpage.quality.suites import INPUTS, PARTS, all_checks, of
from frontpage.store.lists.runs import LIST_COLUMNS
from frontpage.store.queries import query

CHECKS = all_checks(QualityParams())


def test_the_reference_page_is_the_declarations():
    """docs/reference/expectations.md is what `python -m frontpage.quality.reference` writes."""
    assert (Path(__file__).resolve().parents[2] / PATH).read_text() == page()


def test_names_are_unique():
    """An expectation is known by its name in results, pages and messages."""
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names))


def test_each_says_why():
    """Every expectation has a reason of more than two words, and no reason ends in a full stop (a page adds it)."""
    assert [check.name for check in CHECKS if len(check.reason.split()) < 3 or check.reason.endswith(".")] == []


def test_every_part_is_a_query_with_expectations():
    """Each part of each boundary has a file in store/sql/quality and at least one expectation; none is left over.

    But what list rules measure, which is no query.
    """
    assert set(PARTS) == set(Boundary) == {*INPUTS, Boundary.LISTS}
    for boundary, parts in PARTS.items():
        for part in parts:
            assert "read-only" in query(f"quality/{boundary}_{part}")
            assert of(CHECKS, boundary, part)
    by_query = [check for check in CHECKS if check.part != Part.RULES]
    assert sum(len(of(by_query, boundary, part)) for boundary, parts in PARTS.items() for part in parts) == len(
        by_query
    )


@pytest.mark.ml_test("data-1")
def test_shapes_are_those_of_core():
    """The columns that are checked for are the ones that History and the lists are made of."""
    shape = {
        check.boundary: set(check.expectation.column_set)
        for check in CHECKS
        if check.part == Part.TABLE and "column_set=" in statement(check.expectation)
    }
    assert shape[Boundary.ARTICLES] == set(ARTICLE_COLUMNS)
    assert shape[Boundary.READS] == set(READ_COLUMNS)
    assert shape[Boundary.LISTS] == {c.RUN_ID, *LIST_COLUMNS}
