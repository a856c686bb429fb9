"""Tables for people at a terminal; who reads a pipe gets lines instead."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

#: Columns of figures stand to the right.
_RIGHT = frozenset({"score", "seconds", "nDCG@10", "rows", "exit", "place", "memory"})


def is_terminal() -> bool:
    """Whether somebody looks at what is printed."""
    return sys.stdout.isatty()


def print_table(names: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """A table as wide as the terminal; text of sources is shown as it is, without what a terminal would obey."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, justify="right" if name in _RIGHT else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_printable(str(value))) for value in row))
    Console().print(table)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
