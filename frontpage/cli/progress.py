"""How progress is shown: bars on a terminal, else a line of the log every ten seconds."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from frontpage.core.progress import Progress, ProgressMeter, progress_file, progress_to

#: Between two lines of a log.
PERIOD_SECONDS = 10.0
#: What takes less gets no bar.
_BAR_DELAY_SECONDS = 1.0


@contextmanager
def shown_progress(verb: str, home: Path) -> Iterator[None]:
    """Show on standard error what is reported meanwhile; off a terminal, the last line is in a file below `home`, too.

    The file is for `make run`, which waits for verbs that Airflow runs; it is gone once the verb has ended.
    """
    if sys.stderr.isatty():
        with _bars():
            yield
        return
    last = progress_file(home, verb)
    try:
        with log_lines(verb, lambda line: _write(line, last), PERIOD_SECONDS):
            yield
    finally:
        last.unlink(missing_ok=True)


@contextmanager
def log_lines(verb: str, write: Callable[[str], None], period_seconds: float) -> Iterator[None]:
    """Write the state of things as a JSON log line after each period in which there is something to say.

    That is as long as a stage is not complete, also where nothing more has been reported: the reader of a log sees that
    the step lives. A step that takes less than one period writes nothing.
    """
    meter, over = ProgressMeter(time.monotonic), threading.Event()

    def report() -> None:
        told = None
        while not over.wait(period_seconds):
            now = meter.latest()
            state = None if now is None else (now.what, now.done, now.total)
            if now is not None and (state != told or not (now.is_complete or now.total is None)):
                write(_line(verb, now))
            told = state

    reporter = threading.Thread(target=report, name="progress", daemon=True)
    reporter.start()
    try:
        with progress_to(meter):
            yield
    finally:
        over.set()
        reporter.join()


class _Bars:
    """One bar for each stage that is under way; what runs within another stage gets the line below it."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm[Any]] = {}
        self._lock = threading.Lock()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        with self._lock:
            bar = self._bars.get(what)
            if bar is None or done < bar.n:
                self._close(what)
                bar = tqdm(desc=what, total=total, initial=done, leave=False, delay=_BAR_DELAY_SECONDS)
                self._bars[what] = bar
            bar.update(done - bar.n)
            if total is not None and done >= total:
                self._close(what)

    def close(self) -> None:
        with self._lock:
            for what in [*self._bars]:
                self._close(what)

    def _close(self, what: str) -> None:
        bar = self._bars.pop(what, None)
        if bar is not None:
            bar.close()


@contextmanager
def _bars() -> Iterator[None]:
    bars = _Bars()
    try:
        with progress_to(bars):
            yield
    finally:
        bars.close()


def _line(verb: str, progress: Progress) -> str:
    left = None if progress.left_seconds is None else round(progress.left_seconds)
    fields = {
        "@timestamp": datetime.now(UTC).isoformat(),
        "message": f"{verb}: {progress}",
        "frontpage.verb": verb,
        "frontpage.progress.what": progress.what,
        "frontpage.progress.done": progress.done,
        "frontpage.progress.total": progress.total,
        "frontpage.progress.seconds": round(progress.seconds),
        "frontpage.progress.left_seconds": left,
    }
    return json.dumps(fields)


def _write(line: str, last: Path) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
    with contextlib.suppress(OSError):  # a disk that is full is the step's to report
        last.parent.mkdir(parents=True, exist_ok=True)
        partial = last.with_name(f".{last.name}.{os.getpid()}")
        partial.write_text(line)
        partial.replace(last)
