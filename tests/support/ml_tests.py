"""The 28 tests of the ML Test Score (Breck et al. 2017), and where each one is: marks on tests, scheduled checks.

A test says which it is by `@pytest.mark.ml_test("data-1")`. docs/reference/ml-test-score.md is made of these, and of
their last results, which `make ml-score` writes (tests/support/ml_results.py).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.ml_results import Result, last_results, worst

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "ml-test-score.md"
#: Name -> (what it asks, what repeats it on the installation's own data, empty where tests alone hold it).
ML_TESTS: dict[str, tuple[str, str]] = {
    "data-1": ("Feature expectations are captured in a schema", "`validate`, hourly"),
    "data-2": ("All features are beneficial", "`explain`, nightly: what each feature did (`features.csv`)"),
    "data-3": ("No feature's cost is too much", ""),
    "data-4": ("Features adhere to a policy", ""),
    "data-5": ("The data pipeline has privacy controls", ""),
    "data-6": ("New features can be added quickly", ""),
    "data-7": ("All input feature code is tested", ""),
    "model-1": ("Every model specification is reviewed and in version control", ""),
    "model-2": ("Offline and online metrics correlate", "`report served`: held-out figures against served ones"),
    "model-3": ("All hyper-parameters are tuned", "`retune`, where trainings do not help"),
    "model-4": ("The effect of a stale model is known", "`drift`, hourly: the model's age"),
    "model-5": ("A simpler model is not better", "`evaluate`, nightly: against the best count of reads"),
    "model-6": (
        "Quality is good on all slices",
        "`evaluate`, nightly, by segment; `drift`, hourly, by region",
    ),
    "model-7": ("The model is tested for inclusion", "`drift`, hourly: served quality by region"),
    "infra-1": ("Training is reproducible", ""),
    "infra-2": ("Model specification code is unit-tested", ""),
    "infra-3": ("The full pipeline is integration-tested", ""),
    "infra-4": ("Quality is validated before a model serves", "`evaluate`, nightly; `gate`, hourly"),
    "infra-5": ("The model can be debugged on one example", ""),
    "infra-6": ("Models are tested in a canary before they serve all", "`rollout`: shadow, canary, guardrails"),
    "infra-7": ("Models can be rolled back", ""),
    "monitor-1": ("Dependency changes notify", "every execution records its packages; `runs diff` names what changed"),
    "monitor-2": ("Data invariants hold in training and serving", "`validate`, hourly and nightly; `drift`, hourly"),
    "monitor-3": ("Training and serving features are the same", "`drift`, hourly: states against reads"),
    "monitor-4": ("Models are not too stale", "`drift`, hourly: ages"),
    "monitor-5": ("The model is numerically stable", ""),
    "monitor-6": ("No regression in speed, latency, throughput, memory", "every execution records what it took"),
    "monitor-7": ("No regression in served quality", "`drift`, hourly: ADWIN on served quality"),
}
_SECTIONS = {
    "data": "Features and data",
    "model": "Model development",
    "infra": "Infrastructure",
    "monitor": "Monitoring",
}


def marked() -> dict[str, list[str]]:
    """Name of an ML test -> `file::test` of each that is marked with it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, name in _marks(ast.parse(path.read_text())):
            found.setdefault(name, []).append(f"{path.relative_to(ROOT).as_posix()}::{test}")
    return found


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.ml_test":
                    yield from ((node.name, argument.value) for argument in decorator.args)  # type: ignore[attr-defined]


def page() -> str:
    """The page: each of the 28, by section."""
    tests = marked()
    held, results = sum(name in tests for name in ML_TESTS), last_results()
    lines = ["<!-- Written by `make docs`; a test compares it with the code. -->", "# ML Test Score", "", _HEAD, ""]
    last = {name: worst([results[test] for test in tests.get(name, []) if test in results]) for name in ML_TESTS}
    passed = sum(result is not None and result.outcome == "passed" for result in last.values())
    lines += [
        f"{held} of {len(ML_TESTS)} have an automated test; of {passed} the last recorded result is `passed`.",
        "",
    ]
    for prefix, title in _SECTIONS.items():
        lines += [f"## {title}", "", *_TABLE]
        for name, (asks, repeated) in ML_TESTS.items():
            if name.startswith(f"{prefix}-"):
                cells = (name, asks, _linked(tests.get(name, [])), _result(last[name]), repeated or _ONCE)
                lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


_HEAD = """The 28 tests of Breck et al., "The ML Test Score: A Rubric for ML Production Readiness" (IEEE Big Data
2017). A test of the code runs with every change (`make test`). `make ml-score` runs only these, and records each result
with its day and commit; of several tests the worst counts, and one that could not run there is `skipped`. Where a check
is also repeated on what the installation itself sees, its verb stands beside it; where it is not, it says so. "none
yet" is a gap."""
_ONCE = "no: a test, with every change"
_TABLE = ["| | asks | tests | last result | repeated on the installation's data |", "|---|---|---|---|---|"]


def _linked(tests: list[str]) -> str:
    names = (test.split("::") for test in tests)
    return "<br>".join(f"[{name}](../../{path})" for path, name in names) or "none yet"


def _result(result: Result | None) -> str:
    return f"{result.outcome}, {result.day} ({result.commit})" if result else "not recorded yet"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
