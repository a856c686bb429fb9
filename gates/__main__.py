"""`python -m gates [--base COMMIT] [--out FILE] [GATE...]`: every gate in turn, then the pull request's comment.

The comment goes to standard output and into FILE. Exit code 4 where a gate said no, 1 where one could not judge.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from gates.comment import Result, comment, metric_changes
from gates.limits import RED, ROOT

#: In order of what they take; `quality` judges what `make sample` left.
GATES = ("secrets", "api", "cost", "migrations", "quality")


def run(gate: str, *arguments: str) -> Result:
    """One gate, in a process of its own."""
    began = time.monotonic()
    command = [sys.executable, "-m", f"gates.{gate}", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return Result(gate, done.returncode, done.stdout, time.monotonic() - began)


def main() -> int:
    """Run what is asked for, by default all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="HEAD")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "gates.md")
    parser.add_argument("gates", nargs="*", metavar="GATE", default=GATES)
    given = parser.parse_args()
    results = []
    for gate in given.gates:
        sys.stderr.write(f"gate: {gate}\n")
        results.append(run(gate, str(ROOT / "gates/sample/data"), given.base) if gate == "quality" else run(gate))
    changes = metric_changes(given.base) if "quality" in given.gates else {}
    text = comment(results, changes, given.base)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(text)
    sys.stdout.write(text)
    codes = {one.exit_code for one in results}
    return RED if RED in codes else min(1, max(codes))


if __name__ == "__main__":
    sys.exit(main())
