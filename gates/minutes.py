"""`python -m gates.minutes [--of MINUTES] < JOBS`: a workflow run's minutes of a private repository, as Markdown.

JOBS: a JSON object a line, as `gh api repos/OWNER/NAME/actions/runs/RUN/jobs --jq '.jobs[]'` prints them. GitHub
rounds each job up to a whole minute; a job on a machine of one's own costs none. Needs nothing but Python.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

#: A month's minutes of GitHub's free plan.
FREE = 2_000
_OWN_MACHINE = "self-hosted"


def minutes(job: Mapping[str, Any], now: datetime) -> int:
    """What is billed for a job; one that has not ended has taken what it took by now, a skipped one nothing."""
    if _OWN_MACHINE in job["labels"] or job["conclusion"] == "skipped" or not job["started_at"]:
        return 0
    ended = datetime.fromisoformat(job["completed_at"]) if job["completed_at"] else now
    return math.ceil((ended - datetime.fromisoformat(job["started_at"])).total_seconds() / 60)


def table(jobs: Iterable[Mapping[str, Any]], a_month: int, now: datetime) -> Iterator[str]:
    """The longest first; attempts of one job each have a line."""
    taken = sorted(((minutes(job, now), job["name"]) for job in jobs), key=lambda one: (-one[0], one[1]))
    total = sum(billed for billed, _ in taken)
    yield "| job | minutes |"
    yield "|---|--:|"
    yield from (f"| {name} | {billed} |" for billed, name in taken)
    yield f"| **all** | **{total}** |"
    yield ""
    yield f"{total} minutes are {total / a_month:.1%} of the {a_month} of a month, where the repository is private."


def main(arguments: list[str]) -> int:
    """Print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", type=int, default=FREE, metavar="MINUTES", help="what the plan holds a month")
    given = parser.parse_args(arguments)
    jobs = [json.loads(line) for line in sys.stdin if line.strip()]
    sys.stdout.writelines(f"{line}\n" for line in table(jobs, given.of, datetime.now(UTC)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
