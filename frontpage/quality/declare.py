"""What an expectation is here: data with a name, a severity and a reason, around a Great Expectations object."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Great Expectations warns at import of things that are not ours to mend
    import great_expectations as gx
    from great_expectations.expectations.expectation import Expectation

logging.getLogger("great_expectations").setLevel(logging.ERROR)

__all__ = ["Boundary", "Check", "Expectation", "Part", "Severity", "expectations", "figure", "gx", "statement"]

#: Great Expectations' own kinds of expectation; its package does not export them for type checkers.
expectations: Any = gx.expectations


class Boundary(StrEnum):
    """Where data crosses from one step to the next."""

    EXTRACT = "extract"
    ARTICLES = "articles"
    READS = "reads"
    READERS = "readers"
    LISTS = "lists"


class Part(StrEnum):
    """What of a boundary is looked at: the table's shape, its rows one by one, or figures over all of them.

    Rules are those of lists: the measures of each list, which are computed here and not by a query.
    """

    TABLE = "table"
    ROWS = "rows"
    FIGURES = "figures"
    RULES = "rules"


class Severity(StrEnum):
    """`fail` stops the run before anything is published; `warn` is reported and goes on."""

    FAIL = "fail"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Check:
    """One declared expectation. `reason` says what would happen to readers without it."""

    name: str
    boundary: Boundary
    part: Part
    severity: Severity
    reason: str
    expectation: Expectation


def figure(column: str, at_least: float | None = None, at_most: float | None = None) -> Expectation:
    """The expectation that one of a boundary's figures lies within limits; a null figure is not judged."""
    made: Expectation = expectations.ExpectColumnMaxToBeBetween(column=column, min_value=at_least, max_value=at_most)
    return made


def statement(expectation: Expectation) -> str:
    """What an expectation demands, e.g. `ExpectColumnMaxToBeBetween(column=staleness, max_value=1)`.

    Columns first; what was not given is left out.
    """
    given = {
        name: getattr(expectation, name)
        for name in expectation.__fields__
        if name in expectation.__fields_set__ and name not in _BOOKKEEPING and getattr(expectation, name) is not None
    }
    return f"{type(expectation).__name__}({', '.join(f'{name}={_plain(value)}' for name, value in given.items())})"


_BOOKKEEPING = {"id", "meta", "notes", "description", "severity", "windows", "batch_id", "rendered_content"}


def _plain(value: object) -> str:
    return ", ".join(map(str, value)).join("[]") if isinstance(value, list) else str(value)
