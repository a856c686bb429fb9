"""`frontpage bench`: measure one part against a reference on this machine."""

import subprocess
import sys
from pathlib import Path

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary

#: What can be measured alone.
NAMES = ("cluster", "day", "etl", "explain", "hour_later", "publish", "refresh", "retrain", "serve", "topk")
#: Benches live in the repository beside the rooms and are not installed.
_ROOT = Path(__file__).resolve().parents[2]


def run(_settings: Settings, _params: Params, name: str, readers: int | None, json: Path) -> Summary:
    """Run `bench/<name>.py` and keep its figures in a file. Raises BadInputError for a bench that is not there."""
    if name not in NAMES:
        raise BadInputError(f"there is no bench {name!r}; choose one of {', '.join(NAMES)}")
    if not (_ROOT / "bench").is_dir():
        raise BadInputError("the benches are not installed; call this in a clone of the repository")
    size = [] if readers is None else ["--readers", str(readers)]
    done = subprocess.run([sys.executable, "-m", f"bench.{name}", "--json", str(json.absolute()), *size], cwd=_ROOT)
    if done.returncode != 0:
        raise BadInputError(f"bench {name} failed with exit code {done.returncode}; what it said is above")
    return Summary("bench", rows_out=1, artifact=str(json))
