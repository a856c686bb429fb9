"""The reference page of every expectation, written from the declarations."""

from __future__ import annotations

from frontpage.core.sections.data import QualityParams
from frontpage.quality.declare import Boundary, Check, statement
from frontpage.quality.suites import all_checks

PATH = "docs/reference/expectations.md"

_INTRODUCTION = """\
# Expectations

Written from the declarations in `frontpage/quality/` by `python -m frontpage.quality.reference`; a test compares.

`frontpage validate` checks what came in (`extract`, `articles`, `reads`, `readers`) before anything is made of it;
`frontpage gate` checks the lists of a run before they may be published. `fail` stops the run: nothing is published and
the last good list stays. `warn` is reported and goes on. A figure that there is too little history or too few rows to
judge by is reported as skipped, never as met in silence. Every outcome is a row of `validation_run`.

- `table` looks at the shape of a table, `rows` at the rows recorded within `quality.window_days` one by one, `figures`
  at one row of figures over all of them (`frontpage/store/sql/quality/`).
- Volumes compare the last 24 (or 3) hours with the same hours of the same weekday: the median of the last four weeks;
  with fewer than two of them known, the smallest of the last seven days; with fewer than three, nothing. What chance
  allows (three standard deviations of a Poisson count) is added to the observed count first, so a day that should bring
  fewer than about 150 is never called far too few by chance.
- `staleness` is the age of the newest row over the longest pause allowed: two days, or twice the longest pause of the
  last four weeks, whichever is more.
- `rules` looks at one row for each list and fallback list of a run: what each list rule that is switched on measures of
  it (`models/reranking/rules/`). The page shows every rule with a value to try it with. Without a model nothing says
  how alike texts are, and `list_keeps_max_similarity` is skipped.
- Limits come from the section `quality` of `params.yaml`; the page shows the defaults.

Pages with every outcome are under `FRONTPAGE_HOME/data_docs/index.html`: Great Expectations' own Data Docs, with what
they load from the Internet cut out and a small stylesheet put in, so filters and sorting are missing. The newest
`quality.pages_kept` pages of each boundary are kept.
"""


def page(params: QualityParams | None = None) -> str:
    """The page as Markdown."""
    checks = all_checks(params or QualityParams())
    return _INTRODUCTION + "".join(_section(boundary, checks) for boundary in Boundary)


def _section(boundary: Boundary, checks: tuple[Check, ...]) -> str:
    lines = [_line(check) for check in checks if check.boundary == boundary]
    head = f"\n## {boundary}\n\n| expectation | severity | looks at | demands | why |\n|---|---|---|---|---|\n"
    return head + "".join(lines)


def _line(check: Check) -> str:
    cells = (f"`{check.name}`", check.severity, check.part, f"`{statement(check.expectation)}`", check.reason)
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).parents[2].joinpath(PATH).write_text(page())
