"""The last result of each test of the ML Test Score: `pytest -m ml_test --record-ml-score` writes, the page reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "reference" / "ml-test-score.json"
OPTION = "--record-ml-score"
#: From good to bad.
_ORDER = ("passed", "skipped", "failed")
#: By it a worker tells the process that collects.
_PROPERTY = "ml_test"


@dataclass(frozen=True, slots=True)
class Result:
    """outcome: passed, skipped or failed. day: ISO 8601, UTC. commit: of the code, shortened."""

    outcome: str
    day: str
    commit: str


def last_results() -> dict[str, Result]:
    """By `file::test`; none before the first recording."""
    if not RESULTS.is_file():
        return {}
    return {test: Result(**result) for test, result in json.loads(RESULTS.read_text()).items()}


def worst(results: Sequence[Result]) -> Result | None:
    """The worst one, the oldest of equals; None of none."""
    return min(results, key=lambda result: (-_ORDER.index(result.outcome), result.day), default=None)


class Recorder:
    """Collects outcomes of marked tests, whichever worker ran them; of a test with parameters the worst counts."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Setup that skips or fails, the call, and what fails after it."""
        if dict(report.user_properties).get(_PROPERTY) is None or (report.when != "call" and report.passed):
            return
        test = report.nodeid.partition("[")[0]
        self.outcomes[test] = max(self.outcomes.get(test, "passed"), report.outcome, key=_ORDER.index)

    def pytest_sessionfinish(self) -> None:
        """Results of today over those of before."""
        if self.outcomes:
            write(self.outcomes, datetime.now(UTC), _commit())


def write(outcomes: Mapping[str, str], now: datetime, commit: str) -> None:
    """Keep outcomes by `file::test`; those of other tests stay as they are."""
    today = {test: Result(outcome, f"{now:%Y-%m-%d}", commit) for test, outcome in outcomes.items()}
    known = {test: asdict(result) for test, result in sorted({**last_results(), **today}.items())}
    RESULTS.write_text(json.dumps(known, indent=1) + "\n")


def tell_marks(items: Sequence[pytest.Item]) -> None:
    """Put each test's mark where its report carries it."""
    for item in items:
        if (mark := item.get_closest_marker("ml_test")) is not None:
            item.user_properties.append((_PROPERTY, mark.args[0]))


def _commit() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short=8", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return asked.stdout.strip() or "unknown"
