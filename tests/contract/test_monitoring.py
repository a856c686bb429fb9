"""Alerts, panels and pages agree: every alert has tests and a runbook entry, every metric that is asked for exists."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from frontpage.monitoring.alerts.alert import alerts
from frontpage.monitoring.export.metrics import metric_table
from frontpage.monitoring.levels import levels, recording_rules
from frontpage.monitoring.panels import DASHBOARDS
from frontpage.store.queries import query

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED = ROOT / "deploy" / "monitoring"
_NAME = re.compile(r"\bfrontpage[_:][a-z0-9_:]+")


def known() -> set[str]:
    """Names of series: of metrics, with a histogram's parts, and of recording rules."""
    metrics = {metric.name for _, metric in metric_table()}
    parts = {f"{name}_{part}" for name in metrics for part in ("bucket", "count", "sum")}
    return metrics | parts | {rule["record"] for rule in recording_rules()}


def test_files_equal_the_code():
    """`make docs` mends it."""
    done = subprocess.run(
        [sys.executable, "docs/generate_monitoring.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
def test_an_alert_has_all_it_needs(alert):
    """It asks for metrics that exist, is explained by alerts that exist, and its page says what to do."""
    assert set(_NAME.findall(alert.expr)) <= known()
    assert set(alert.because_of) <= {other.name for other in alerts()}
    assert alert.severity in ("page", "ticket", "none")
    assert all((alert.cause, alert.check, alert.remedy, alert.rerun, alert.summary))


def test_no_two_alerts_explain_each_other():
    """Or both would be kept back, and nobody told."""
    explained = {alert.name: set(alert.because_of) for alert in alerts()}
    assert [(one, other) for one, others in explained.items() for other in others if one in explained[other]] == []


@pytest.mark.parametrize(
    "panel", [panel for each in DASHBOARDS for panel in each.panels], ids=lambda panel: panel.title
)
def test_a_panel_asks_for_metrics_that_exist(panel):
    """By name; that its query returns data is tested on a live Prometheus."""
    assert set(_NAME.findall(panel.query)) <= known()


def test_a_level_asks_for_metrics_that_exist():
    """In each of its parts."""
    asked = {name for level in levels() for part in (level.bad, level.good, level.total, level.kept)
             for name in _NAME.findall(part)}  # fmt: skip
    assert asked <= known()


def test_every_column_is_in_its_query():
    """A metric of a column that its query does not give would fail only on a live installation."""
    for question in metric_table().questions:
        text = query(f"monitoring/{question.query}")
        for column in (*question.labels, *(metric.column for metric in question.metrics)):
            assert re.search(rf"\b{column}\b", text), f"{question.query}: {column}"


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted((DEPLOYED / "tests").glob("*.yml")), ids=lambda file: file.stem)
def test_every_alert_fires_and_is_quiet(file, tmp_path):
    """Promtool evaluates the rules on the series of each alert."""
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    memory = Path("/dev/shm")  # a database for each case, that a disk would be waited for
    place = str(memory if memory.is_dir() else tmp_path)
    done = subprocess.run(
        ["promtool", "test", "rules", str(file)],
        capture_output=True,
        text=True,
        env={"TMPDIR": place, "PATH": "/usr/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("promtool", ["check", "config", "prometheus.yml"]),
        ("amtool", ["check-config", "alertmanager.yml"]),
        ("rsyslogd", ["-N1", "-f", "rsyslog.conf"]),
    ],
)
def test_programs_take_their_files(program, arguments):
    """Each reads its own file without a complaint."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if not found:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([found, *arguments], cwd=DEPLOYED, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
