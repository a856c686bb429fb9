"""A process that has imported the heavy libraries once and forks a fresh `frontpage` for each command.

A command starts in milliseconds instead of seconds, so a test can afford a hundred of them. Each is a process of its
own with its own environment: it can be killed, and it takes nothing over from the one before.
"""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEAVY = (
    *("frontpage.cli.main", "apache_beam", "apache_beam.runners.portability.fn_api_runner", "great_expectations"),
    *(
        "feast",
        "lightgbm",
        "shap",
        "implicit",
        "sklearn.feature_extraction.text",
        "mlflow",
        "neptune",
        "matplotlib.pyplot",
    ),
)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended; `killed` if we ended it."""

    returncode: int
    output: str
    killed: bool


class Zygote:
    """Starts commands for tests; close it at the end."""

    def __init__(self, folder: Path) -> None:
        self._output = folder / "output.log"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: tuple[str, ...], environment: dict[str, str], kill_after: float = 300.0) -> Done:
        """Run `frontpage ARGUMENTS`; `kill -9` its process group after `kill_after` seconds."""
        request = {"argv": arguments, "env": environment, "output": str(self._output), "kill_after": kill_after}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Done(answer["returncode"], self._output.read_text(), answer["killed"])

    def close(self) -> None:
        """End the process; it has nothing to save."""
        self._process.kill()
        self._process.communicate()


def _main() -> None:
    sys.path.insert(0, str(ROOT))
    _import_heavy()
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)


def _import_heavy() -> None:
    from frontpage.core.telemetry import QUIET

    os.environ.update(QUIET)
    with contextlib.redirect_stdout(sys.stderr):
        for name in _HEAVY:
            importlib.import_module(name)


def _run(request: dict[str, Any]) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        _become_command(request)
    deadline = time.monotonic() + request["kill_after"]
    killed = False
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return {"returncode": os.waitstatus_to_exitcode(status), "killed": killed}
        if time.monotonic() > deadline and not killed:
            os.killpg(child, signal.SIGKILL)
            killed = True
        time.sleep(0.01)


def _become_command(request: dict[str, Any]) -> None:
    os.setsid()
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["frontpage", *request["argv"]]
    import traceback

    import frontpage.cli.main
    from tests.support.falsify import falsify_as_asked

    code: Any = 0
    try:
        falsify_as_asked()
        frontpage.cli.main.main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 - a bug ends the child with its traceback, as in a process of its own
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 1 if code else 0)


if __name__ == "__main__":
    _main()
