"""What a person sees while things start: one line per event with the seconds so far.

What is going on is a moving line on a terminal, and elsewhere a line now and then.
"""

from __future__ import annotations

import sys
import time
from typing import TextIO

#: Off a terminal, between a line and what is going on then.
STATUS_SECONDS = 10.0


class Console:
    """Prints to one stream; on a terminal `status` lines are overwritten by what comes next."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._started = time.monotonic()
        self._moves = self._stream.isatty()
        self._width = 0
        self._said_at = self._started

    @property
    def seconds(self) -> float:
        """Since the console was made."""
        return time.monotonic() - self._started

    def say(self, text: str) -> None:
        """One line, with the time so far."""
        self.plain(f"[{self.seconds:4.0f} s] {text}")

    def plain(self, text: str = "") -> None:
        """One line as it is."""
        self._clear()
        self._stream.write(text + "\n")
        self._stream.flush()
        self._said_at = time.monotonic()

    def status(self, text: str) -> None:
        """What is going on right now; gone with the next line. Off a terminal a line once nothing was said for long."""
        if self._moves:
            line = f"[{self.seconds:4.0f} s] {text}"[:110]
            self._clear()
            self._stream.write(line)
            self._stream.flush()
            self._width = len(line)
        elif time.monotonic() - self._said_at >= STATUS_SECONDS:
            self.say(f"    {text}")

    def _clear(self) -> None:
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._width = 0
