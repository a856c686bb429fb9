"""How far a long step has come: steps report, and whoever runs them shows it (a bar, a line in a log, or nothing)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

_Item = TypeVar("_Item")
#: Between two looks at work that other threads or machines do.
_POLL_SECONDS = 1.0


class ProgressCallback(Protocol):
    """Hears of progress; it must be quick, and may be called by several threads."""

    def __call__(self, what: str, done: int, total: int | None, /) -> None:
        """`done` of `total` parts of the stage `what` are done (None: nobody knows of how many)."""


def no_progress(_what: str, _done: int, _total: int | None) -> None:
    """Nobody wants to know."""


#: Of this process, the last one counts: a process does one step at a time, whatever its threads do for it.
_callbacks: Final[list[ProgressCallback]] = []
#: These hear everything, whoever shows it.
_observers: Final[list[ProgressCallback]] = []


@contextmanager
def progress_to(callback: ProgressCallback) -> Iterator[None]:
    """Let `callback` hear what is reported meanwhile, in this thread and in others."""
    _callbacks.append(callback)
    try:
        yield
    finally:
        _callbacks.remove(callback)


@contextmanager
def observed_by(callback: ProgressCallback) -> Iterator[None]:
    """Let `callback` hear it, too, beside what shows it."""
    _observers.append(callback)
    try:
        yield
    finally:
        _observers.remove(callback)


def report_progress(what: str, done: int, total: int | None = None) -> None:
    """Say how far a stage is; the first report of a stage, usually with 0 done, is its beginning."""
    for callback in (*_observers, *_callbacks[-1:]):
        callback(what, done, total)


def track(items: Iterable[_Item], what: str, total: int | None = None) -> Iterator[_Item]:
    """The items as they are; each one is reported as done when the next is asked for.

    total: how many there are, where `items` cannot tell.
    """
    if total is None and isinstance(items, Collection):
        total = len(items)
    report_progress(what, 0, total)
    for done, item in enumerate(items, start=1):
        yield item
        report_progress(what, done, total)


@contextmanager
def polled(what: str, total: int, counter: Callable[[], AbstractContextManager[Callable[[], int]]]) -> Iterator[None]:
    """Report a count that others move: workers of a pipeline, wherever they are.

    counter: opens, in a thread of its own, what tells how many parts are done by now.
    """
    over = threading.Event()

    def watch() -> None:
        with counter() as count:
            while not over.wait(_POLL_SECONDS):
                report_progress(what, count(), total)

    report_progress(what, 0, total)
    watcher = threading.Thread(target=watch, name=f"progress of {what}", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    report_progress(what, total, total)


@dataclass(frozen=True, slots=True)
class Progress:
    """A stage at a moment: seconds since its first report, and those left at the pace since then (None: unknown)."""

    what: str
    done: int
    total: int | None
    seconds: float
    left_seconds: float | None

    @property
    def is_complete(self) -> bool:
        """Whether the stage has come to its end."""
        return self.total is not None and self.done >= self.total

    def __str__(self) -> str:
        """`cut-offs 12 of 34, 41 s, about 75 s left`."""
        of = "" if self.total is None else f" of {self.total:,}"
        left = "" if self.left_seconds is None or self.is_complete else f", about {self.left_seconds:.0f} s left"
        return f"{self.what} {self.done:,}{of}, {self.seconds:.0f} s{left}"


class ProgressMeter:
    """A callback that remembers the last report and the pace of each stage. clock: seconds that only grow.

    A stage that goes on where a killed run left it is judged by what is done now; one that begins anew, anew.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._first: dict[str, tuple[int, float]] = {}
        self._last: tuple[str, int, int | None] | None = None
        self._done: dict[str, int] = {}

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Take note."""
        if what not in self._first or done < self._done[what]:
            self._first[what] = (done, self._clock())
        self._done[what] = done
        self._last = (what, done, total)

    def latest(self) -> Progress | None:
        """The last report as it stands now; None before the first."""
        if self._last is None:
            return None
        what, done, total = self._last
        began_with, began_at = self._first[what]
        seconds = self._clock() - began_at
        new = done - began_with
        left = None if total is None or not new else max(0, total - done) * seconds / new
        return Progress(what, done, total, seconds, left)


def progress_file(home: Path, verb: str) -> Path:
    """Where a verb that runs in the background leaves its last log line about progress, for who waits for it."""
    return home / "progress" / f"{verb}.json"
