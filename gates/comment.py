"""The comment that a pull request gets, as Markdown: gates, what they said, and the model's figures before and now."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gates.limits import RED, SAMPLE

#: The first line, by which an earlier comment is found and replaced.
MARK = "<!-- frontpage: gates -->"
#: Of the metrics in Git those that are the model's own; the rest are baselines and single slices.
_OURS = ("candidate_",)
_NAMES = {0: "green", RED: "**red**"}


@dataclass(frozen=True, slots=True)
class Result:
    """How a gate ended: exit code (4 is a no, another one that it could not judge), what it said, how long it took."""

    gate: str
    exit_code: int
    said: str
    seconds: float


def comment(results: Sequence[Result], changes: Mapping[str, Mapping[str, Any]], base: str) -> str:
    """The whole comment."""
    return "\n".join([MARK, *_verdict(results), "", *_said(results), *_changed(changes, base)]) + "\n"


def _verdict(results: Sequence[Result]) -> Iterator[str]:
    red = [one.gate for one in results if one.exit_code]
    yield f"### Gates: {'red: ' + ', '.join(red) if red else 'all green'}"
    yield ""
    yield "| gate | result | seconds |"
    yield "|---|---|---|"
    for one in results:
        yield f"| {one.gate} | {_NAMES.get(one.exit_code, '**could not judge**')} | {one.seconds:.0f} |"


def _said(results: Sequence[Result]) -> Iterator[str]:
    for one in results:
        if one.said.strip():
            yield from (f"<details><summary>{one.gate}</summary>", "", "```", one.said.strip(), "```", "</details>", "")


def _changed(changes: Mapping[str, Mapping[str, Any]], base: str) -> Iterator[str]:
    """A table of the model's figures that differ from the base's."""
    rows = [(name, of) for name, of in sorted(changes.items()) if of.get("diff") != 0]
    yield f"### The sample's model against `{base}`"
    yield ""
    if not rows:
        yield "No figure changed."
        return
    yield "| metric | before | now | change |"
    yield "|---|---|---|---|"
    for name, of in rows:
        figures = f"{_figure(of.get('old'))} | {_figure(of.get('new'))}"
        yield f"| {name.removeprefix('candidate_')} | {figures} | {_share(of)} |"


def _figure(value: Any) -> str:
    return "none" if value is None else f"{value:.4f}"


def _share(of: Mapping[str, Any]) -> str:
    old, diff = of.get("old"), of.get("diff")
    return f"{100 * diff / old:+.1f}%" if old and diff is not None else ""


def metric_changes(base: str) -> dict[str, dict[str, Any]]:
    """The model's own metrics by `dvc metrics diff`: old, new and diff of each that changed since the commit `base`."""
    command = [sys.executable, "-m", "dvc", "metrics", "diff", "--json", base]
    done = subprocess.run(command, cwd=SAMPLE, stdout=subprocess.PIPE, text=True, check=True)
    files = json.loads(done.stdout or "{}")
    return {
        name: of
        for path, metrics in files.items()
        if path.endswith("evaluation/metrics.json")
        for name, of in metrics.items()
        if name.startswith(_OURS)
    }
