"""Tables as named numpy columns of one length, and a random stream for each thing that is drawn."""

from enum import IntEnum

import numpy as np

Table = dict[str, np.ndarray]
#: Dimensions of the fine taste that readers and articles share.
N_TASTES = 8


class Stream(IntEnum):
    """What is drawn. Each (seed, stream, hour or day) has numbers of its own, so nothing depends on call order."""

    READERS = 1
    STORIES = 2
    ARTICLES = 3
    TEXT = 4
    SESSIONS = 5
    READING = 6
    RECORDING = 7
    LEAVING = 8
    FAULTS = 9


def draw(seed: int, stream: Stream, number: int) -> np.random.Generator:
    """The generator of one (seed, stream, number)."""
    return np.random.default_rng((seed, int(stream), number))


def length(table: Table) -> int:
    """Rows of `table`."""
    return len(next(iter(table.values())))


def take(table: Table, index: np.ndarray) -> Table:
    """The rows that `index` (positions or a mask) names."""
    return {name: column[index] for name, column in table.items()}


def concat(tables: list[Table]) -> Table:
    """All rows, in the order given; the tables have the same columns."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
