"""`python -m frontpage.stack.compile_ahead`: compiles the loops that numba keeps, before anybody waits for them.

It makes a few lists of a tiny newsroom, as `make setup` and the image's build do: half a minute, once.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import lightgbm as lgb
import numpy as np

from models.explaining.explain import explainer

#: What takes a day of reading and makes lists of it, with all that training and scoring compile.
VERBS = (
    ("simulate", "--readers", "200", "--days", "4", "--articles-per-day", "80", "--seed", "1",
     "--until", "2026-01-05T00:00:00Z", "--out", "newsroom"),
    ("replay", "--data", "newsroom", "--from", "2026-01-04T15:00:00Z", "--to", "2026-01-04T18:00:00Z",
     "--refresh", "3h", "--json", "replay.json"),
)  # fmt: skip


_PARAMS = Path(__file__).parents[2] / "params.yaml"


def main() -> None:
    """Raises SystemExit with what a verb said where it fails."""
    command = str(Path(sys.executable).with_name("frontpage"))
    with tempfile.TemporaryDirectory(prefix="frontpage-compile-") as folder:
        environment = {"FRONTPAGE_PARAMS_FILE": str(_PARAMS), **os.environ, "FRONTPAGE_HOME": folder}
        for verb in VERBS:
            done = subprocess.run([command, *verb], cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr)
    _explain()


def _explain() -> None:
    random = np.random.default_rng(1)
    matrix = random.random((200, 3), dtype=np.float32)
    data = lgb.Dataset(matrix, matrix[:, 0] + random.random(200))
    explainer(lgb.train({"verbose": -1}, data, num_boost_round=2)).contributions(matrix)


if __name__ == "__main__":
    main()
