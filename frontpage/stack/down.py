"""The end of an installation that runs in another terminal, or that was left behind by a crash."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import psutil

from frontpage.stack import processes, services

if TYPE_CHECKING:
    from frontpage.stack.layout import Layout

_LIMIT_SECONDS = 60.0


def down(layout: Layout) -> list[str]:
    """Stop everything below this home; the names of what was running, empty where nothing was.

    A living `make run` is asked to take its own parts down; what is left after that is ended here.
    """
    names = []
    own = processes.recorded(layout).get("up")
    if own is not None and processes.is_alive(own):
        names.append("make run")
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(own.pid).terminate()
        deadline = time.monotonic() + _LIMIT_SECONDS
        while processes.is_alive(own) and time.monotonic() < deadline:
            time.sleep(0.1)
    names += services.take_down(layout)
    processes.forget(layout, "up")
    return names
