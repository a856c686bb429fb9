"""Write deploy/monitoring and its reference pages from frontpage/monitoring: `make docs`; `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from frontpage.monitoring.alerts.alert import Alert, alerts
from frontpage.monitoring.export.metrics import Metric, metric_table
from frontpage.monitoring.files import files

ROOT = Path(__file__).resolve().parents[1]
DEPLOYED = ROOT / "deploy" / "monitoring"
REFERENCE = ROOT / "docs" / "reference"
_HEAD = "<!-- Written by `make docs`; a test compares it with the code. -->\n"


def metrics_page() -> str:
    """Each metric with its type, unit, labels, origin and meaning."""
    table = metric_table()
    limits = ", ".join(f"{question.query} {question.limit}" for question in table.questions if question.limit > 1)
    lines = [
        "# Metrics", "",
        "The exporter (`frontpage exporter`) asks the database; the API answers for itself at `/metrics`; how both are",
        "scraped is in [monitoring](../monitoring.md). What is counted `last_day` is a gauge: the window moves on.", "",
        f"No label names a reader, an article or a request. All questions give {table.most_series:,} series at most,",
        f"however many readers there are. Series of each metric, at most: {limits}.", "",
        "| metric | type | unit | labels | from | meaning |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {' | '.join(_cells(source, metric))} |" for source, metric in table]
    return _HEAD + "\n".join(lines) + "\n"


def _cells(source: str, metric: Metric) -> tuple[str, ...]:
    return f"`{metric.name}`", metric.kind, metric.unit, ", ".join(metric.labels), source, metric.meaning


def alerts_page() -> str:
    """The runbook entry of each alert."""
    head = [
        "# Alerts", "",
        "What each alert means and what to do. `page` wakes somebody, `ticket` is for working hours. An alert is kept",
        "back while one that explains it fires. Rules, tests and this page come from the same entries",
        "(`frontpage/monitoring/alerts`); the workflows' own runbook is [there](../runbook.md).", "",
        "| alert | severity | says |", "|---|---|---|",
    ]  # fmt: skip
    head += [f"| [{each.name}](#{each.name.lower()}) | {each.severity} | {_plain(each.summary)} |" for each in alerts()]
    return _HEAD + "\n".join([*head, *(line for each in alerts() for line in _entry(each))]) + "\n"


def _entry(alert: Alert) -> Iterator[str]:
    yield from ("", f"## {alert.name}", "")
    yield f"{_plain(alert.summary)}. Severity: {alert.severity}, after {alert.wait}."
    yield from ("", f"- **Cause:** {alert.cause}", f"- **Check:** {alert.check}", f"- **Remedy:** {alert.remedy}")
    yield f"- **Is a re-run safe?** {alert.rerun}"
    if alert.because_of:
        yield f"- **Kept back by:** {', '.join(f'[{name}](#{name.lower()})' for name in alert.because_of)}"


def _plain(summary: str) -> str:
    """The summary with words in place of templates: `{{ $labels.verb }}` is `VERB`, a value `N`."""
    parts = [part.partition("}}") for part in summary.split("{{")]
    said = parts[0][0] + "".join((_word(inside) + after) for inside, _, after in parts[1:])
    return said.replace("|", "or")


def _word(template: str) -> str:
    name = template.strip().partition(" |")[0]
    return name.removeprefix("$labels.").upper() if name.startswith("$labels.") else "N"


def main(*, check: bool) -> int:
    """Write the files, or name those that differ; the exit code."""
    wanted = {DEPLOYED / name: text for name, text in files().items()}
    wanted |= {REFERENCE / "metrics.md": metrics_page(), REFERENCE / "alerts.md": alerts_page()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if check and stale:
        print(f"{', '.join(str(path.relative_to(ROOT)) for path in stale)} differ; run `make docs`")  # noqa: T201
    for path in () if check else stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path])
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
