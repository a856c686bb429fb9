"""`python -m gates.quality [DATA] [BASE]`: the sample's model is as good as it was promised; else exit code 4.

DATA: the folder that `dvc repro` left, by default that of gates/sample. BASE: the commit to compare with, by default
HEAD. Ratios are taken within one evaluation: ranker and baselines judged on the same cutoffs.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gates.limits import RED, ROOT, SAMPLE, limits

METRICS = "evaluation/metrics.json"
_MEASURE = "ndcg_at_10"


def problems(data: Path, committed: Mapping[str, float] | None) -> Iterator[str]:
    """Each way in which the model of a folder is worse than the limits, or than what is committed, allow."""
    metrics, promised = _read(data / METRICS), limits("quality")
    ours = metrics[f"candidate_{_MEASURE}"]
    for name, least in promised["least_ratio_to"].items():
        theirs = metrics[f"{name}_{_MEASURE}"]
        if ours < least * theirs:
            yield f"nDCG@10 {ours:.4f} is {ours / theirs:.2f} x {name} ({theirs:.4f}), and {least} is the least"
    if committed is not None:
        before, least = committed[f"candidate_{_MEASURE}"], promised["least_ratio_to_committed"]
        if ours < least * before:
            yield f"nDCG@10 {ours:.4f} is {ours / before:.2f} x the committed {before:.4f}, and {least} is the least"
    if not _read(data / "evaluation" / "gate.json")["passed"]:
        yield "the gate of `frontpage evaluate` did not let the model pass"
    if not _read(data / "acceptance" / "acceptance.json")["accepted"]:
        yield "`frontpage accept` did not accept the model"


def metrics_at(base: str) -> dict[str, float] | None:
    """The sample's metrics in a commit; None where there is no such commit or file."""
    path = (SAMPLE / "data" / METRICS).relative_to(ROOT)
    done = subprocess.run(["git", "show", f"{base}:{path}"], cwd=ROOT, capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def main(data: str = str(SAMPLE / "data"), base: str = "HEAD") -> int:
    """Say each, and what was compared."""
    found = list(problems(Path(data), metrics_at(base)))
    sys.stdout.writelines(f"worse model: {one}\n" for one in found)
    return RED if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
