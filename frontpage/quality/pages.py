"""Data Docs: one page per boundary and moment, rendered by Great Expectations, readable without a network.

Its own page loads style and scripts from a dozen places on the Internet. Here its sections stand in a page of ours
(templates/), so what needs scripts there (filters, sorting) is missing. The index is ours.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView

from frontpage.core.clock import iso
from frontpage.quality.declare import Boundary
from frontpage.quality.engine import Validation
from frontpage.quality.outcome import Outcome, passed

_TEMPLATES: Final = Path(__file__).parent / "templates"


def write_pages(folder: Path, as_of: datetime, validations: Sequence[Validation], keep: int) -> Path:
    """The index, after adding one page per boundary of `validations` and dropping all but the newest `keep` of each."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        for boundary in Boundary:
            parts = [each for each in validations if each.target.name.startswith(f"{boundary}.")]
            if parts:
                _write_page(folder, boundary, as_of, parts)
                _drop_old(folder, boundary, keep)
        index = folder / "index.html"
        _replace(index, _index(folder))
    return index


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two steps may end at once; the index is written by one at a time."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_page(folder: Path, boundary: Boundary, as_of: datetime, parts: Sequence[Validation]) -> None:
    name = f"{boundary}-{as_of:%Y%m%dT%H%M%S}"
    outcomes = [outcome for part in parts for outcome in part.outcomes]
    results = [part.result for part in parts if part.result is not None]
    if results:
        whole = _together(boundary, results, success=passed(outcomes))
        document = ValidationResultsPageRenderer(run_info_at_end=True).render(whole)
        page = _view().render(document, "checks.html", title=f"{boundary}, {iso(as_of)}", outcomes=outcomes)
        _replace(folder / f"{name}.html", page)
    _replace(folder / f"{name}.json", json.dumps(_digest(boundary, as_of, outcomes), default=str))


def _view() -> Any:
    """Great Expectations' templates, and ours."""
    return DefaultJinjaPageView(custom_views_directory=str(_TEMPLATES))


def _together(boundary: Boundary, results: Sequence[Any], *, success: bool) -> ExpectationSuiteValidationResult:
    """The results of all parts of a boundary as one; warnings alone leave its status good."""
    rows = [row for result in results for row in result.results]
    n_met = sum(bool(row.success) for row in rows)
    return ExpectationSuiteValidationResult(
        success=success,
        results=rows,
        suite_name=str(boundary),
        statistics={
            "evaluated_expectations": len(rows),
            "successful_expectations": n_met,
            "unsuccessful_expectations": len(rows) - n_met,
            "success_percent": 100.0 * n_met / max(len(rows), 1),
        },
        meta=results[0].meta,
    )


def _digest(boundary: Boundary, as_of: datetime, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "boundary": str(boundary),
        "as_of": iso(as_of),
        "passed": passed(outcomes),
        "n": len(outcomes),
        "red": [outcome.check.name for outcome in outcomes if outcome.is_red],
        "warned": [outcome.check.name for outcome in outcomes if outcome.is_warning and outcome.state != "skipped"],
        "skipped": [outcome.check.name for outcome in outcomes if outcome.state == "skipped"],
    }


def _drop_old(folder: Path, boundary: Boundary, keep: int) -> None:
    for old in sorted(folder.glob(f"{boundary}-*.json"), reverse=True)[keep:]:
        old.with_suffix(".html").unlink(missing_ok=True)
        old.unlink()


def _index(folder: Path) -> str:
    rows = [{**json.loads(path.read_text()), "page": _page_of(path)} for path in folder.glob("*-*.json")]
    rows.sort(key=lambda row: (row["as_of"], row["boundary"]), reverse=True)
    return str(_view().env.get_template("index.html").render(rows=rows))


def _page_of(digest: Path) -> str:
    """The page beside a digest; empty where nothing was checked that has one."""
    page = digest.with_suffix(".html")
    return page.name if page.exists() else ""


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text)
    partial.replace(path)
