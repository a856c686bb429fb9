"""Figures in the docs are those of docs/measurements, each made by a command that anyone can run."""

import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
MEASUREMENTS = sorted((DOCS / "measurements").glob("*.json"))
PAGES = {
    **dict.fromkeys(("newsroom", "portal"), DOCS / "reference" / "newsroom.md"),
    "desk": DOCS / "desk.md",
    "digest": DOCS / "reference" / "digest.md",
    "nemig": DOCS / "reference" / "nemig.md",
    **dict.fromkeys(("replay", "ablation", "staleness", "kept", "portal-week"), DOCS / "reference" / "ranking.md"),
    **dict.fromkeys(("serve", "serve-faults", "serve-quick"), DOCS / "reference" / "serving-speed.md"),
    **dict.fromkeys(("scale", "cost"), DOCS / "scaling.md"),
    "rollout": DOCS / "rollout.md",
    "experiments": DOCS / "experiments.md",
    "archive": DOCS / "archive.md",
    **dict.fromkeys(("drift", "breaking"), DOCS / "drift.md"),
    **dict.fromkeys(("monitoring", "overhead"), DOCS / "monitoring.md"),
    **dict.fromkeys(("retraction", "rules"), DOCS / "governance.md"),
    "sessions": DOCS / "reference" / "api.md",
    "catalogue": DOCS / "reference" / "api-writing.md",
    "cluster": DOCS / "reference" / "cluster.md",
    **dict.fromkeys(("first-hour", "day", "retrain", "etl"), DOCS / "reference" / "day-and-night.md"),
}


@pytest.mark.parametrize("path", MEASUREMENTS, ids=lambda path: path.stem)
def test_each_figure_stands_in_its_page(path):
    """The page that links a measurement shows each of its figures, and nothing else in the rows of that table."""
    page = PAGES[path.stem].read_text()
    assert f"make proof-{path.stem}" in page
    shown = [
        cell for line in page.splitlines() if line.startswith("|") for cell in re.findall(r"\| (-?[\d.]+) (?=\|)", line)
    ]
    measured = [str(value) for seed in json.loads(path.read_text())["figures"].values() for value in seed.values()]
    assert [value for value in measured if value not in shown] == []


@pytest.mark.parametrize("path", MEASUREMENTS, ids=lambda path: path.stem)
def test_a_measurement_says_how_it_was_made(path):
    """Commit, data hash, machine and command stand beside the figures."""
    record = json.loads(path.read_text())
    assert all(record[name] for name in ("command", "commit", "data_hash", "machine", "figures"))
