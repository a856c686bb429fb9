"""What a trace shows of a verb one by one: blocks of its work, and statements. Without a trace nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Protocol

_COMMENT: Final = "-- "
_NOTHING: Final = nullcontext()


class Watcher(Protocol):
    """Makes something of each part; any thread may ask it."""

    def part(self, name: str, said: dict[str, int | str]) -> AbstractContextManager[None]:
        """For the time that the part takes; `said` is what there is to say of it, and names no reader."""

    def statement(self, text: str) -> AbstractContextManager[None]:
        """For the time that the statement takes."""


#: Of this process; a verb has one at most.
_watching: Final[list[Watcher]] = []


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` see the parts that begin during the block, in this thread and in others."""
    _watching.append(watcher)
    try:
        yield
    finally:
        _watching.remove(watcher)


def part(name: str, **said: int | str) -> AbstractContextManager[None]:
    """A block of work, of thousands of rows: never a row, since each is a span."""
    return _watching[-1].part(name, said) if _watching else _NOTHING


def statement(text: Callable[[], str]) -> AbstractContextManager[None]:
    """A statement for the database; its text, without values, is only asked for where somebody watches."""
    return _watching[-1].statement(text()) if _watching else _NOTHING


def statement_name(text: str) -> str:
    """The first line of its file says what it is for; of another, its first word.

    >>> statement_name("-- Readers of a moment."), statement_name("select 1")
    ('Readers of a moment', 'select')
    """
    first = text.partition("\n")[0]
    return first.removeprefix(_COMMENT).rstrip(".") if first.startswith(_COMMENT) else first.partition(" ")[0]
