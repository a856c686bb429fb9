"""`python -m gates.covered [BASE] [REPORT]`: fast tests run the lines that a change touches; else exit code 4.

BASE: the commit to compare with, by default HEAD. REPORT: what `coverage json` wrote, by default the file that
`make coverage` leaves. Only rooms that gates/limits.yaml names are judged.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gates.limits import RED, ROOT, limits

REPORT = ROOT / "build" / "coverage.json"
_FILE = re.compile(r"\+\+\+ (.*)")
_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Touched:
    """A file's changed lines that can be run: those that tests ran, and those that none did."""

    path: str
    run: frozenset[int]
    missed: frozenset[int]


def changed_lines(diff: str) -> dict[str, set[int]]:
    """Numbers of added or altered lines by file, of a diff without context or prefixes."""
    found: dict[str, set[int]] = {}
    path = ""
    for line in diff.splitlines():
        if named := _FILE.fullmatch(line):
            path = named[1]
        elif hunk := _HUNK.match(line):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            found.setdefault(path, set()).update(range(first, first + count))
    return {path: lines for path, lines in found.items() if lines}


def touched(changed: Mapping[str, set[int]], files: Mapping[str, Any], rooms: Iterable[str]) -> Iterator[Touched]:
    """The changed files of some rooms, as a report's `files` have them; comments and blank lines are in neither set."""
    for path in sorted(changed.keys() & files.keys()):
        if path.startswith(tuple(rooms)):
            run, missed = (changed[path].intersection(files[path][f"{kind}_lines"]) for kind in ("executed", "missing"))
            yield Touched(path, frozenset(run), frozenset(missed))


def ranges(lines: Iterable[int]) -> str:
    """`3-5, 9` of {3, 4, 5, 9}."""
    spans: list[list[int]] = []
    for line in sorted(lines):
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def diff_since(base: str, root: Path = ROOT) -> str:
    """What the work tree changed since it left `base`."""
    command = ["git", "-c", "core.quotepath=off", "diff", "--merge-base", "--unified=0", "--no-prefix", "--no-color"]
    command += ["--no-ext-diff", base, "--", "*.py"]
    return subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout


def verdict(found: Sequence[Touched], least: float) -> tuple[bool, list[str]]:
    """Whether enough is run, and what to say; a change of nothing that can be run is well."""
    n_run, n_missed = sum(len(one.run) for one in found), sum(len(one.missed) for one in found)
    said = [f"of {n_run + n_missed} changed lines fast tests run {n_run}"]
    said += [f"not run: {one.path}: {ranges(one.missed)}" for one in found if one.missed]
    if n_run >= least * (n_run + n_missed):
        return True, said
    share = n_run / (n_run + n_missed)
    return False, [*said, f"too little: {share:.0%} of the changed lines are run, and {least:.0%} is the least"]


def main(base: str = "HEAD", report: str = str(REPORT)) -> int:
    """Say what share was run, and what was not."""
    promised = limits("coverage")
    files = json.loads(Path(report).read_text())["files"]
    found = list(touched(changed_lines(diff_since(base)), files, promised["rooms"]))
    is_enough, said = verdict(found, promised["least_of_changed_lines"])
    sys.stdout.writelines(f"{line}\n" for line in said)
    return 0 if is_enough else RED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
