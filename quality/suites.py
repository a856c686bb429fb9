"""Every declared expectation, and what each boundary's parts are read from."""

from collections.abc import Sequence

from core.params import QualityParams
from quality.articles import articles
from quality.declare import Boundary, Check, Part
from quality.lists import lists
from quality.readers import extracts, readers
from quality.reads import reads

#: Table whose shape is looked at, or query whose result is, for each part of a boundary.
SOURCES: dict[Boundary, dict[Part, str]] = {
    Boundary.EXTRACT: {Part.FIGURES: "quality/extract_figures"},
    Boundary.ARTICLES: {
        Part.TABLE: "article_version", Part.ROWS: "quality/articles_rows", Part.FIGURES: "quality/articles_figures",
    },
    Boundary.READS: {
        Part.TABLE: "read_event", Part.ROWS: "quality/reads_rows", Part.FIGURES: "quality/reads_figures",
    },
    Boundary.READERS: {
        Part.TABLE: "reader", Part.ROWS: "quality/readers_rows", Part.FIGURES: "quality/readers_figures",
    },
}  # fmt: skip


def input_checks(params: QualityParams) -> tuple[Check, ...]:
    """Expectations on what came in, boundary by boundary."""
    return (*extracts(params), *articles(params), *reads(params), *readers())


def all_checks(params: QualityParams) -> tuple[Check, ...]:
    """Every declared expectation, in the order of the reference page."""
    return (*input_checks(params), *lists(params))


def of(checks: Sequence[Check], boundary: Boundary, part: Part) -> tuple[Check, ...]:
    """Those of one part of one boundary, order kept."""
    return tuple(check for check in checks if check.boundary == boundary and check.part == part)
