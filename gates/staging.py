"""`python -m gates.staging COMMIT < EXECUTIONS`: has a release run well in staging for long enough? Else exit code 4.

EXECUTIONS: what `frontpage runs list --json` prints there. A good run is one that published lists, or released a
model, with the code of COMMIT; a step of that code that fails starts the count anew. Needs nothing but Python.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: A day of editions, and a night's training.
LISTS, TRAININGS = 24, 1
RED = 4
#: Exit codes of a step that did its work, or had none to do.
_WELL = (0, 7)
_PUBLISHED, _TRAINED = ("publish", "refresh"), ("release",)
_OTHERS = ("extract", "validate", "features", "score", "gate", "snapshot", "train", "evaluate", "accept")
_STEPS = (*_OTHERS, *_PUBLISHED, *_TRAINED)


@dataclass(frozen=True, slots=True)
class Record:
    """Good runs of each kind since the last failure; failed: that one, in words, or empty."""

    lists: int = 0
    trainings: int = 0
    failed: str = ""

    def after(self, row: Mapping[str, Any]) -> "Record":
        """What stands once one more step has ended."""
        if row["exit_code"] not in _WELL:
            return Record(failed=f"`{row['verb']}` failed at {row['started_at']} (exit code {row['exit_code']})")
        is_done = row["exit_code"] == 0
        return Record(
            self.lists + (is_done and row["verb"] in _PUBLISHED),
            self.trainings + (is_done and row["verb"] in _TRAINED),
            self.failed,
        )


def record(rows: Iterable[Mapping[str, Any]], commit: str) -> Record:
    """Of the steps with that commit's code, in the order in which they began; one without an end is not counted."""
    steps = [row for row in rows if row["code_commit"] == commit and row["verb"] in _STEPS]
    found = Record()
    for row in sorted(steps, key=lambda row: row["started_at"]):
        if row["exit_code"] is not None:
            found = found.after(row)
    return found


def verdict(found: Record, commit: str, lists: int, trainings: int) -> tuple[bool, str]:
    """Whether that is enough, and a sentence."""
    since = f" since {found.failed}" if found.failed else ""
    said = f"{commit[:12]} has {found.lists} good editions and {found.trainings} good trainings in staging{since}"
    if found.lists >= lists and found.trainings >= trainings:
        return True, f"{said}: enough for production"
    return False, f"{said}; production wants {lists} and {trainings}: leave it in staging for longer"


def main(arguments: list[str]) -> int:
    """Say it. Lines that are no execution, as the verb's own summary, are passed over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--lists", type=int, default=LISTS)
    parser.add_argument("--trainings", type=int, default=TRAININGS)
    given = parser.parse_args(arguments)
    rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    found = record((row for row in rows if "execution_id" in row), given.commit)
    is_enough, said = verdict(found, given.commit, given.lists, given.trainings)
    sys.stdout.write(f"{said}\n")
    return 0 if is_enough else RED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
