"""Every declared expectation, and what each boundary's parts are read from."""

from collections.abc import Sequence

from frontpage.core.sections.data import QualityParams
from frontpage.quality.articles import articles
from frontpage.quality.declare import Boundary, Check, Part
from frontpage.quality.list_rules import every_rule, rule_checks
from frontpage.quality.lists import lists
from frontpage.quality.readers import extracts, readers
from frontpage.quality.reads import reads

#: Parts of each boundary; each is the result of `frontpage/store/sql/quality/<boundary>_<part>.sql`.
PARTS: dict[Boundary, tuple[Part, ...]] = {
    Boundary.EXTRACT: (Part.FIGURES,),
    Boundary.ARTICLES: (Part.TABLE, Part.ROWS, Part.FIGURES),
    Boundary.READS: (Part.TABLE, Part.ROWS, Part.FIGURES),
    Boundary.READERS: (Part.TABLE, Part.ROWS, Part.FIGURES),
    Boundary.LISTS: (Part.TABLE, Part.ROWS, Part.FIGURES),
}
#: Boundaries that `validate` looks at; the lists are the gate's.
INPUTS = (Boundary.EXTRACT, Boundary.ARTICLES, Boundary.READS, Boundary.READERS)


def input_checks(params: QualityParams) -> tuple[Check, ...]:
    """Expectations on what came in, boundary by boundary."""
    return (*extracts(params), *articles(params), *reads(params), *readers())


def all_checks(params: QualityParams) -> tuple[Check, ...]:
    """Every declared expectation, in the order of the reference page; of list rules with the values a replay tries."""
    return (*input_checks(params), *lists(params), *rule_checks(every_rule(), params))


def of(checks: Sequence[Check], boundary: Boundary, part: Part) -> tuple[Check, ...]:
    """Those of one part of one boundary, order kept."""
    return tuple(check for check in checks if check.boundary == boundary and check.part == part)
