"""Work in a process of its own, as Airflow starts a step: its imports count, and nobody else's.

apart("frontpage.steps.publish:run", settings, params, as_of)
"""

import importlib
import pickle
import subprocess
import sys
from typing import Any


def apart(work: str, *arguments: Any) -> None:
    """Call `module:function` in a new process with these arguments, and wait for its end.

    Raises CalledProcessError where it fails; what it said is above.
    """
    subprocess.run([sys.executable, "-m", "bench.apart"], input=pickle.dumps((work, arguments)), check=True)


def main() -> None:
    """What a process made by `apart` does."""
    work, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process
    module, name = work.split(":")
    getattr(importlib.import_module(module), name)(*arguments)


if __name__ == "__main__":
    main()
