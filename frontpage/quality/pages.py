"""Data Docs: one page per boundary and moment, rendered by Great Expectations, readable without a network.

Its own pages load their style and scripts from a dozen places on the Internet; here these are cut out and a small
stylesheet is put in (style.py), so what needs scripts there (filters, sorting) is missing. The index is ours.
"""

from __future__ import annotations

import fcntl
import html
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view.view import DefaultJinjaPageView

from frontpage.core.clock import iso
from frontpage.quality.declare import Boundary
from frontpage.quality.engine import Validation
from frontpage.quality.outcome import Outcome, passed
from frontpage.quality.style import STYLE

#: Links to pages that are not kept here.
_LINK = re.compile(r'<a href="(?:\.\./)+[^"]*"[^>]*>(.*?)</a>', flags=re.S)
_FROM_OUTSIDE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<nav class=\"navbar navbar-expand.*?</nav>\s*</div>\s*</nav>"
    r"|<footer\b.*?</footer>|<div class=\"card mb-3\">.*?</div>\s*</div>\s*</div>\s*</div>\s*</div>",
    flags=re.S,
)


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
        page = _render(boundary, results, success=passed(outcomes))
        _replace(folder / f"{name}.html", _self_contained(page, f"{boundary}, {iso(as_of)}", outcomes))
    _replace(folder / f"{name}.json", json.dumps(_digest(boundary, as_of, outcomes), default=str))


def _render(boundary: Boundary, results: Sequence[Any], *, success: bool) -> str:
    """Great Expectations' own page of all parts of a boundary together; warnings alone leave its status good."""
    rows = [row for result in results for row in result.results]
    n_met = sum(bool(row.success) for row in rows)
    whole = ExpectationSuiteValidationResult(
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
    view: Any = DefaultJinjaPageView()
    return str(view.render(ValidationResultsPageRenderer(run_info_at_end=True).render(whole)))


def _self_contained(page: str, title: str, outcomes: Sequence[Outcome]) -> str:
    """The page without anything that is loaded from elsewhere, in our style, opening with what was not met."""
    bare = _FROM_OUTSIDE.sub("", page)
    bare = _LINK.sub(r"\1", re.sub(r"<style>.*?</style>", "", bare, flags=re.S))
    head = f'<div class="top"><strong>{html.escape(title)}</strong><a href="index.html">all checks</a></div>'
    head += '<div class="findings">' + "".join(map(_finding, outcomes)) + "</div>"
    bare = re.sub(r"<title>.*?</title>", "", bare, flags=re.S)
    return bare.replace("</head>", f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>").replace(
        "<body>", f"<body>{head}"
    )


def _finding(outcome: Outcome) -> str:
    if outcome.state in ("passed", "skipped"):
        return ""
    said = f"{outcome.check.name}: {outcome.check.reason} (found: {outcome.observed})"
    sort, state = ("stops the run", "failed") if outcome.is_red else ("warning", "warned")
    return f'<div><span class="{state}">{sort}</span> {html.escape(said)}</div>'


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
    digests = [(path, json.loads(path.read_text())) for path in folder.glob("*-*.json")]
    digests.sort(key=lambda pair: (pair[1]["as_of"], pair[1]["boundary"]), reverse=True)
    rows = "\n".join(_index_row(path, digest) for path, digest in digests)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><title>Checks</title>'
        f"<style>{STYLE}</style></head><body>"
        '<div class="top"><strong>Checks of data and lists</strong></div><div class="plain">'
        "<p>Each row is one check of one boundary. Red stops the run before anything is published.</p>"
        '<table class="index"><thead><tr><th>As of</th><th>Boundary</th><th>Outcome</th><th>Expectations</th>'
        "<th>Not met (stops the run)</th><th>Not met (warning)</th><th>Too little to judge by</th></tr></thead>"
        f"<tbody>\n{rows}\n</tbody></table></div></body></html>\n"
    )


def _index_row(path: Path, digest: dict[str, Any]) -> str:
    page = path.with_suffix(".html")
    name = html.escape(digest["boundary"])
    link = f'<a href="{page.name}">{name}</a>' if page.exists() else name
    state = "passed" if digest["passed"] else "failed"
    return (
        f"<tr><td>{html.escape(digest['as_of'])}</td><td>{link}</td>"
        f"<td class='{state}'>{state}</td><td>{digest['n']}</td>"
        f"<td class='failed'>{_names(digest['red'])}</td><td class='warned'>{_names(digest['warned'])}</td>"
        f"<td class='skipped'>{_names(digest['skipped'])}</td></tr>"
    )


def _names(names: Sequence[str]) -> str:
    return "<br>".join(html.escape(name) for name in names)


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text)
    partial.replace(path)
